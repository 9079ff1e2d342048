"""The pytest suites, one per unit."""
