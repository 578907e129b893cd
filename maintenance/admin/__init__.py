"""The forms that start work on many posts, and what their jobs' pages show of the results."""
