"""YAML as a tree of plain text, read event by event: no type is guessed, nothing is made, and no depth overflows a stack."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import yaml

from transfer.importing.source import Refusal

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML without libyaml: the same, slower
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

DEEPEST = 20  # levels of lists and mappings
Tree: TypeAlias = "str | list[Tree] | dict[str, Tree]"


def compose(text: str) -> tuple[Tree, dict[str, int]]:
    """Read a mapping, and the line (from 0) of each of its keys; raises yaml.YAMLError, or Refusal when it is no mapping."""
    builder = Builder(yaml.parse(text, Loader=Loader))
    tree = builder.document()
    if not isinstance(tree, dict):
        raise Refusal("The YAML front matter is no list of “key: value”.")
    return tree, builder.lines


class Builder:
    """A tree in the making. An alias may stand for a plain value only: longer ones can mean billions of values."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.lines: dict[str, int] = {}
        self.anchors: dict[str, str] = {}

    def document(self) -> Tree:
        for event in self.events:
            if isinstance(event, yaml.NodeEvent):
                tree = self.node(event, 0)
                if any(isinstance(later, yaml.DocumentStartEvent) for later in self.events):
                    raise Refusal("The YAML front matter holds more than one document.", 1)
                return tree or {}
        return {}

    def node(self, event: Any, depth: int) -> Tree:
        if depth > DEEPEST:
            raise Refusal(f"The YAML front matter is nested more than {DEEPEST} deep.", event.start_mark.line + 1)
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return [self.node(item, depth + 1) for item in self.until(yaml.SequenceEndEvent)]
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(depth)
        if event.anchor:
            self.anchors[event.anchor] = event.value
        return str(event.value)

    def mapping(self, depth: int) -> Tree:
        pairs: dict[str, Tree] = {}
        for event in self.until(yaml.MappingEndEvent):
            key = self.node(event, depth + 1)
            if not isinstance(key, str):
                raise Refusal("A key of the YAML front matter is a list or mapping.", event.start_mark.line + 1)
            pairs[key] = self.node(next(self.events), depth + 1)
            if depth == 0:
                self.lines[key] = event.start_mark.line
        return pairs

    def until(self, end: type[Any]) -> Iterator[Any]:
        for event in self.events:
            if isinstance(event, end):
                return
            yield event

    def alias(self, event: Any) -> Tree:
        if event.anchor not in self.anchors:
            line = event.start_mark.line + 1
            raise Refusal(f"The YAML alias *{event.anchor} stands for no plain value above it: write the value out.", line)
        return self.anchors[event.anchor]
