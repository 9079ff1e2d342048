"""Known answers of each unit: mistakes a suite must tell apart, and other ways to be right."""
