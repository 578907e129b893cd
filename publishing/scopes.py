"""What a token allows: Micropub's scopes, and one to read."""

from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext_lazy as _

READ, CREATE, DRAFT, UPDATE, DELETE, MEDIA = "read", "create", "draft", "update", "delete", "media"
LABELS: Final = {
    READ: _("read posts and drafts that you may edit, and the names of tags"),
    CREATE: _("write posts, and publish them where you may"),
    DRAFT: _("write drafts alone"),
    UPDATE: _("change posts"),
    DELETE: _("move posts to the bin, and restore them"),
    MEDIA: _("upload pictures"),
}
USUAL: Final = (READ, CREATE, UPDATE, MEDIA)  # what the form for a new token proposes
FORMER: Final = {"post": CREATE, "undelete": DELETE}  # other names that clients ask for


def known(names: Iterable[str]) -> tuple[str, ...]:
    """Return the scopes among these names, each once, in the order of LABELS.

    >>> known(["undelete", "post", "profile", "create"])
    ('create', 'delete')
    """
    asked = {FORMER.get(name, name) for name in names}
    return tuple(scope for scope in LABELS if scope in asked)
