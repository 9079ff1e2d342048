"""The benchmark: a class graded here and by stock nbgrader, where the time goes, and what larger classes cost."""
