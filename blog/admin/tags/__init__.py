"""The section *Tags*: the list, what is done to a tag, its history with undo, and reports; rights are those on tags."""
