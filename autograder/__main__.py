"""The commands: `python -m autograder --help` lists them."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before keras is imported anywhere
if hasattr(sys.stdout, "reconfigure"):
    sys.stdout.reconfigure(errors="replace")  # not every terminal has a ✓

try:
    from autograder.commands.app import app
except ImportError as missing:
    from autograder.learner.doctor import examine_without
    from autograder.learner.installed import run_in_the_courses_python

    run_in_the_courses_python()
    raise SystemExit(examine_without(missing)) from None

from autograder.commands import for_learners  # noqa: F401 - importing a file of commands registers them
from autograder.units import is_handout

if not is_handout():
    from autograder.commands import for_instructors  # noqa: F401, I001
    from autograder.commands import for_authors  # noqa: F401

if __name__ == "__main__":
    app()
