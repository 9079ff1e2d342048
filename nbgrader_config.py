"""nbgrader, plugged into the course: folders, the stub for solutions, and our intake and judge for autograding."""

from autograder.grading.nbgrader_settings import prepare_nbgrader, settings
from autograder.learner.desk import Desk

prepare_nbgrader()
c = get_config()  # noqa: F821 - nbgrader defines it when it loads this file
for section, values in settings().items():
    c[section].update(values)
c.Exchange.assignment_dir = str(Desk().folder)  # what is fetched lies on the desk, and is submitted from there
Desk().folder.mkdir(exist_ok=True)
