"""Unit 08: known answers."""
