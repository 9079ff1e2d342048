"""Unit 07: known answers."""
