"""nbgrader, plugged into the course: folders, the stub for solutions, and our intake and judge for autograding."""

from autograder.grading.nbgrader_settings import prepare_nbgrader, settings

prepare_nbgrader()
c = get_config()  # noqa: F821 - nbgrader defines it when it loads this file
for section, values in settings().items():
    c[section].update(values)
