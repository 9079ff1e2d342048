"""How well translators learn in the same minutes: the course's own beside those that a learner would otherwise copy."""
