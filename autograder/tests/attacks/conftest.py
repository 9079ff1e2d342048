"""One marker with quick limits for all attacks of the session, and a scene around it for each module."""

import pytest

from autograder.grading.marker import Marker
from autograder.sandbox import Limits
from autograder.tests.attacks.scene import Scene, lean_unit

QUICK = Limits(cell_seconds=2.0, call_seconds=2.0, submission_seconds=30.0, memory_bytes=1 << 30)


@pytest.fixture(scope="session")
def marker():
    with Marker(limits=QUICK) as marker:
        yield marker


@pytest.fixture(scope="module")
def scene(request, tmp_path_factory, marker):
    """A scene of the unit that the module names, by default of a lean one: a case takes half the time."""
    unit = getattr(request.module, "WHOLE_UNIT", None) or lean_unit(tmp_path_factory.mktemp("unit"))
    scene = Scene(tmp_path_factory.mktemp("scene"), marker, unit)
    yield scene
    scene.close()
