"""What is no learner's fault: it must never become points, whoever meets it."""


class OurFault(Exception):
    """The grading failed, not the learner's code: a worker that could not start, or was killed from outside.

    `place` numbers what was asked, where the code itself may be to blame if it fails there again; else it is 0.
    """

    def __init__(self, reason: str, place: int = 0):
        super().__init__(reason)
        self.place = place
