"""Tests of the grader and of the course itself."""
