"""What an import says at its end: every file counted once, and each refusal with file, line and reason."""

from collections import Counter
from dataclasses import dataclass, field

MOST_NOTES = 50  # lines of notes that are written out
MOST_KINDS = 12  # kinds of template tags that are named


@dataclass(slots=True)
class Report:
    """The tally of one run."""

    imported: int = 0
    changed: int = 0
    unchanged: int = 0
    refusals: list[tuple[str, int, str]] = field(default_factory=list)
    notes: list[tuple[str, int, str]] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)  # drafts, scheduled …
    tags: set[str] = field(default_factory=set)  # made anew
    authors: set[str] = field(default_factory=set)  # made anew
    images: int = 0
    missing_images: int = 0
    redirects: int = 0
    turned: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.imported + self.changed + self.unchanged + len(self.refusals)

    def refuse(self, key: str, line: int, reason: str) -> None:
        self.refusals.append((key, line, reason))

    def note(self, key: str, line: int, sentence: str) -> None:
        self.notes.append((key, line, sentence))

    def text(self, dry_run: bool = False) -> str:
        """The report as it is printed."""
        return "\n".join([*self._refused(), *self._noted(), *self._tags_met(), *self._made(), self._summary(dry_run)])

    def _summary(self, dry_run: bool) -> str:
        counts = f"{self.imported} imported, {self.changed} changed, {self.unchanged} unchanged, {len(self.refusals)} refused"
        lead = "Dry run, nothing was written. It would be: " if dry_run else ""
        return f"{lead}{counts}: {self.total} {'file' if self.total == 1 else 'files'}."

    def _refused(self) -> list[str]:
        return [f"refused: {printable(key)}:{line}: {reason}" for key, line, reason in self.refusals]

    def _noted(self) -> list[str]:
        lines = [f"note: {printable(key)}:{line}: {sentence}" for key, line, sentence in self.notes[:MOST_NOTES]]
        more = len(self.notes) - MOST_NOTES
        return [*lines, f"note: and {more} more of such notes."] if more > 0 else lines

    def _tags_met(self) -> list[str]:
        met = (("turned into Markdown", self.turned), ("left as they are", self.left))
        return [f"Template tags {what}: {tally(counts)}." for what, counts in met if counts]

    def _made(self) -> list[str]:
        made = {
            "new tags": len(self.tags),
            "new authors": len(self.authors),
            "images": self.images,
            "images not found": self.missing_images,
            "old addresses redirected": self.redirects,
            **self.states,
        }
        there = ", ".join(f"{name} {count}" for name, count in made.items() if count)
        others = f"Left alone: {tally(self.others)}." if self.others else ""
        return [line for line in (others, f"Also: {there}." if there else "") if line]


def tally(counts: Counter[str]) -> str:
    """Name the commonest kinds with their counts."""
    words = [f"{printable(name)} {count}" for name, count in counts.most_common(MOST_KINDS)]
    rest = sum(counts.values()) - sum(count for _, count in counts.most_common(MOST_KINDS))
    return ", ".join([*words, f"others {rest}"] if rest else words)


def printable(text: str) -> str:
    """Text without characters that would change what a terminal shows, or cannot be printed."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape", "surrogatepass").decode() for sign in text)
