"""Unit 03: known answers."""
