"""The report of an import: every file counted once, and each refusal with file, line and reason."""

from collections import Counter
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MAX_NOTICES = 50  # lines of notes that are written out
MAX_LOGINS = 200  # that are named
MAX_KINDS = 12  # kinds of template tags that are named


@dataclass(slots=True)
class ImportReport:
    """The counts, refusals and notices of one run."""

    unit: str = "file"  # what is counted
    form: dict[str, str] = field(default_factory=dict)  # what the admin's form has in place of options; empty for the command
    imported: int = 0
    changed: int = 0
    unchanged: int = 0
    refusals: list[tuple[str, int, str]] = field(default_factory=list)
    notices: list[tuple[str, int, str]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)  # files with front matter that were not read, by suffix
    states: Counter[str] = field(default_factory=Counter)  # drafts, scheduled …
    new_tags: set[str] = field(default_factory=set)  # slugs of those created
    new_authors: set[str] = field(default_factory=set)  # slugs of those created
    renamed_authors: int = 0
    logins: set[str] = field(default_factory=set)  # names of authors that look like logins
    plain_pages: int = 0  # of those imported
    images: int = 0
    missing_images: int = 0
    types_not_taken: Counter[str] = field(default_factory=Counter)  # images of types that the library does not take
    blocked_images: Counter[str] = field(default_factory=Counter)  # of other sites, by host
    fetched_images: int = 0
    comments: int = 0
    links_to_nowhere: dict[str, list[str]] = field(default_factory=dict)  # targets that are not in the import, by file
    redirects: int = 0
    switched_on: list[str] = field(default_factory=list)  # switches of the blog, by what they are called in the admin
    converted: Counter[str] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)
    unconverted: Counter[str] = field(default_factory=Counter)
    posts_with_literal_tags: int = 0
    dropped: Counter[str] = field(default_factory=Counter)  # of texts: scripts, styles, comments …

    @property
    def total(self) -> int:
        return self.imported + self.changed + self.unchanged + len(self.refusals)

    def add_refusal(self, key: str, line: int, reason: str) -> None:
        self.refusals.append((key, line, reason))

    def add_notice(self, key: str, line: int, sentence: str) -> None:
        self.notices.append((key, line, sentence))

    def text(self, dry_run: bool = False) -> str:
        """Return the report as it is printed."""
        parts = (
            self._refused,
            self._notices,
            self._template_tags,
            self._types,
            self._blocked,
            self._links,
            self._logins,
            self._switches,
            self._created,
        )
        return "\n".join([*(line for part in parts for line in part()), self._summary(dry_run)])

    def _summary(self, dry_run: bool) -> str:
        counts = {
            "imported": self.imported,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": len(self.refusals),
            "total": self.total,
        }
        if self.unit == "post":
            words = ngettext(
                "%(imported)d imported, %(changed)d changed, %(unchanged)d unchanged, %(refused)d refused: %(total)d post.",
                "%(imported)d imported, %(changed)d changed, %(unchanged)d unchanged, %(refused)d refused: %(total)d posts.",
                self.total,
            )
        else:
            words = ngettext(
                "%(imported)d imported, %(changed)d changed, %(unchanged)d unchanged, %(refused)d refused: %(total)d file.",
                "%(imported)d imported, %(changed)d changed, %(unchanged)d unchanged, %(refused)d refused: %(total)d files.",
                self.total,
            )
        lead = _("Dry run, nothing was written. It would be:") + " " if dry_run else ""
        return lead + words % counts

    def _refused(self) -> list[str]:
        return [_line(_("refused"), key, line, self._for_form(reason)) for key, line, reason in self.refusals]

    def _for_form(self, sentence: str) -> str:
        """Name what the form has, where a sentence names an option of the command."""
        for option, words in self.form.items():
            sentence = sentence.replace(option, words)
        return sentence

    def _notices(self) -> list[str]:
        lines = [_line(_("note"), key, line, sentence) for key, line, sentence in self.notices[:MAX_NOTICES]]
        more = len(self.notices) - MAX_NOTICES
        return [*lines, _("note: and %(count)d more of such notes.") % {"count": more}] if more > 0 else lines

    def _template_tags(self) -> list[str]:
        groups = (
            (_("Template tags turned into Markdown: %(counts)s."), self.converted),
            (self._not_shown(), self.hidden),
            (self._shown_as_text(), self.unconverted),
            (_("Left out of texts: %(counts)s."), self.dropped),
        )
        posts = f"{self.posts_with_literal_tags:,}"
        return [words % {"counts": format_counts(counts), "posts": posts} for words, counts in groups if counts]

    def _not_shown(self) -> str:
        if self.form:
            return _("Template tags not shown: %(counts)s.")
        return _("Template tags not shown (--shortcodes says what they mean): %(counts)s.")

    def _shown_as_text(self) -> str:
        return ngettext(
            "Template tags shown as text in %(posts)s post: %(counts)s.",
            "Template tags shown as text in %(posts)s posts: %(counts)s.",
            self.posts_with_literal_tags,
        )

    def _blocked(self) -> list[str]:
        """Return what browsers will not load, and the cure."""
        if not self.blocked_images:
            return []
        words = _("Images of other sites, which readers do not see unless MEDIA_SOURCES names their hosts: %(hosts)s.")
        return [words % {"hosts": format_counts(self.blocked_images)}]

    def _types(self) -> list[str]:
        words = _("Image types not taken: %(counts)s.")
        return [words % {"counts": format_counts(self.types_not_taken)}] if self.types_not_taken else []

    def _links(self) -> list[str]:
        count = sum(map(len, self.links_to_nowhere.values()))
        posts = len(self.links_to_nowhere)
        words = (
            ngettext("Links to nowhere: %(count)s in %(posts)s post.", "Links to nowhere: %(count)s in %(posts)s posts.", posts)
            if self.form
            else ngettext(
                "Links to nowhere: %(count)s in %(posts)s post (-v 2 lists them).",
                "Links to nowhere: %(count)s in %(posts)s posts (-v 2 lists them).",
                posts,
            )
        )
        return [words % {"count": f"{count:,}", "posts": f"{posts:,}"}] if count else []

    def _logins(self) -> list[str]:
        """Return the names of authors that readers would hardly call names, and the cure."""
        if not self.logins:
            return []
        named = ", ".join(map(printable, sorted(self.logins)[:MAX_LOGINS]))
        more = len(self.logins) - MAX_LOGINS
        rest = " " + _("and %(count)s more") % {"count": f"{more:,}"} if more > 0 else ""
        words = (
            _("Authors whose names look like logins (they can be renamed under “Authors”): %(names)s.")
            if self.form
            else _("Authors whose names look like logins (--authors FILE gives their names): %(names)s.")
        )
        return [words % {"names": named + rest}]

    def _switches(self) -> list[str]:
        words = (
            _(
                "Switched on for the whole blog, as the old site had it: %(names)s. The worker renders earlier posts so, too. "
                "Whoever does not want that switches it off in the form of the blog."
            )
            if self.form
            else _(
                "Switched on in this blog, as the old site had it: %(names)s. The worker renders earlier posts so, too; "
                "--keep-typography leaves the switches as they are."
            )
        )
        return [words % {"names": ", ".join(self.switched_on)}] if self.switched_on else []

    def _created(self) -> list[str]:
        created = {
            _("plain pages"): self.plain_pages,
            _("new tags"): len(self.new_tags),
            _("new authors"): len(self.new_authors),
            _("authors renamed"): self.renamed_authors,
            _("images"): self.images,
            _("images not found"): self.missing_images,
            _("images fetched"): self.fetched_images,
            _("comments"): self.comments,
            _("old addresses redirected"): self.redirects,
            **self.states,
        }
        counts = ", ".join(f"{name} {count}" for name, count in created.items() if count)
        unread = +self.unread
        parts = (
            (_("Warning: files that begin with front matter and were not read: %(counts)s."), format_counts(unread)),
            (_("Left alone: %(counts)s."), format_counts(Counter({_(kind): count for kind, count in self.skipped.items()}))),
            (_("Also: %(counts)s."), counts),
        )
        return [sentence % {"counts": found} for sentence, found in parts if found]


def _line(kind: str, key: str, line: int, sentence: str) -> str:
    return f"{kind}: {printable(key)}:{line}: {sentence}"


def format_counts(counts: Counter[str]) -> str:
    """Return the most frequent kinds with their counts."""
    words = [f"{printable(name)} {count}" for name, count in counts.most_common(MAX_KINDS)]
    rest = sum(counts.values()) - sum(count for _name, count in counts.most_common(MAX_KINDS))
    return ", ".join([*words, _("others %(count)d") % {"count": rest}] if rest else words)


def printable(text: str) -> str:
    """Escape the control characters of a text, and what cannot be encoded, for a terminal."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape", "surrogatepass").decode() for sign in text)
