"""Wagtail listings whose objects have actions, each confirmed by a button, and exports that are safe in a spreadsheet.

Knows no app of this site: `ActingViewSet` for a model, with an `Action` for each thing that may be done.
"""
