"""The course: one lesson per unit, and the toolkit that lessons and exercises share."""
