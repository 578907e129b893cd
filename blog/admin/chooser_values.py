"""A chooser's field that was sent with what is no id: it is shown empty, beside the error, where Wagtail 8.0 fails."""

from typing import Any

from wagtail.admin.widgets.chooser import BaseChooser

_get_instance = BaseChooser.get_instance


def get_instance(chooser: BaseChooser, value: Any) -> Any:
    """Return the object that a field's value names; None where it names none."""
    try:
        return _get_instance(chooser, value)
    except (ValueError, OverflowError):
        return None


def show_empty() -> None:
    """Have all choosers do so."""
    BaseChooser.get_instance = get_instance
