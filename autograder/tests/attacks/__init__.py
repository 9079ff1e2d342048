"""Hostile submissions as data, by class of attack, each with what must come of it; and honest ones beside them."""
