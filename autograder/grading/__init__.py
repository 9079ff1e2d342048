"""Grading: intake of submissions, one notebook, a whole class, and nbgrader's side of it."""
