"""The commands, by who gives them: learners, instructors, authors."""
