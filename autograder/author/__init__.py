"""What an author runs: make the notebooks, prove the suites, hand in a sample class."""
