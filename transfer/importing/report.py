"""The report of an import: every file counted once, and each refusal with file, line and reason."""

from collections import Counter
from dataclasses import dataclass, field

MAX_NOTICES = 50  # lines of notes that are written out
MAX_LOGINS = 200  # that are named
MAX_KINDS = 12  # kinds of template tags that are named


@dataclass(slots=True)
class ImportReport:
    """The counts, refusals and notices of one run."""

    unit: str = "file"  # what is counted
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
        counts = f"{self.imported} imported, {self.changed} changed, {self.unchanged} unchanged, {len(self.refusals)} refused"
        lead = "Dry run, nothing was written. It would be: " if dry_run else ""
        return f"{lead}{counts}: {self.total} {self.unit}{'' if self.total == 1 else 's'}."

    def _refused(self) -> list[str]:
        return [f"refused: {printable(key)}:{line}: {reason}" for key, line, reason in self.refusals]

    def _notices(self) -> list[str]:
        lines = [f"note: {printable(key)}:{line}: {sentence}" for key, line, sentence in self.notices[:MAX_NOTICES]]
        more = len(self.notices) - MAX_NOTICES
        return [*lines, f"note: and {more} more of such notes."] if more > 0 else lines

    def _template_tags(self) -> list[str]:
        groups = (
            ("turned into Markdown", self.converted),
            ("hidden in comments (--shortcodes says what they mean)", self.hidden),
            (f"shown as text in {self.posts_with_literal_tags:,} posts", self.unconverted),
        )
        lines = [f"Template tags {what}: {format_counts(counts)}." for what, counts in groups if counts]
        return [*lines, f"Left out of texts: {format_counts(self.dropped)}."] if self.dropped else lines

    def _blocked(self) -> list[str]:
        """Return what browsers will not load, and the cure."""
        if not self.blocked_images:
            return []
        hosts = format_counts(self.blocked_images)
        return [f"Images of other sites, which readers do not see unless MEDIA_SOURCES names their hosts: {hosts}."]

    def _types(self) -> list[str]:
        return [f"Image types not taken: {format_counts(self.types_not_taken)}."] if self.types_not_taken else []

    def _links(self) -> list[str]:
        count = sum(map(len, self.links_to_nowhere.values()))
        return [f"Links to nowhere: {count:,} in {len(self.links_to_nowhere):,} posts (-v 2 lists them)."] if count else []

    def _logins(self) -> list[str]:
        """Return the names of authors that readers would hardly call names, and the cure."""
        if not self.logins:
            return []
        named = ", ".join(map(printable, sorted(self.logins)[:MAX_LOGINS]))
        more = f" and {len(self.logins) - MAX_LOGINS:,} more" if len(self.logins) > MAX_LOGINS else ""
        return [f"Authors whose names look like logins (--authors FILE gives their names): {named}{more}."]

    def _switches(self) -> list[str]:
        names = ", ".join(self.switched_on)
        cure = "The worker renders earlier posts so, too; --keep-typography leaves the switches as they are."
        return [f"Switched on in this blog, as the old site had it: {names}. {cure}"] if names else []

    def _created(self) -> list[str]:
        created = {
            "plain pages": self.plain_pages,
            "new tags": len(self.new_tags),
            "new authors": len(self.new_authors),
            "authors renamed": self.renamed_authors,
            "images": self.images,
            "images not found": self.missing_images,
            "images fetched": self.fetched_images,
            "comments": self.comments,
            "old addresses redirected": self.redirects,
            **self.states,
        }
        counts = ", ".join(f"{name} {count}" for name, count in created.items() if count)
        skipped = f"Left alone: {format_counts(self.skipped)}." if self.skipped else ""
        unread = +self.unread
        warning = f"Warning: files that begin with front matter and were not read: {format_counts(unread)}." if unread else ""
        return [line for line in (warning, skipped, f"Also: {counts}." if counts else "") if line]


def format_counts(counts: Counter[str]) -> str:
    """Return the most frequent kinds with their counts."""
    words = [f"{printable(name)} {count}" for name, count in counts.most_common(MAX_KINDS)]
    rest = sum(counts.values()) - sum(count for _, count in counts.most_common(MAX_KINDS))
    return ", ".join([*words, f"others {rest}"] if rest else words)


def printable(text: str) -> str:
    """Escape the control characters of a text, and what cannot be encoded, for a terminal."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape", "surrogatepass").decode() for sign in text)
