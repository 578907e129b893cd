"""Writing and moderating comments; how they are shown is the blog's."""
