"""Files beside an assignment's notebook: there when it is graded, the instructor's, and for reading."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.grading import our_cells, released
from autograder.grading.executed_notebook import write_into
from autograder.grading.marker import Marker
from autograder.grading.released import TooMuchReleased, files_beside
from autograder.tests.attacks.scene import added, printed
from autograder.units import Unit

READS = """
from pathlib import Path
import helper
print(Path("data.csv").read_text(), helper.twice(21), len(Path("deep/bytes.bin").read_bytes()))
for name in ("data.csv", "deep/bytes.bin"):
    try:
        Path(name).write_text("mine")
        print("WRITTEN")
    except PermissionError:
        print("for reading")
Path("keras.py").write_text("print('SHADOWED')")
"""


@dataclass(frozen=True)
class WithFiles(Unit):
    """A unit whose notebook of solutions lies in another folder, beside other files."""

    folder: Path = Path()

    @property
    def solution(self) -> Path:
        return self.folder / f"{self.stem}.ipynb"


@pytest.fixture
def unit(tmp_path):
    (tmp_path / "data.csv").write_text("1,2")
    (tmp_path / "helper.py").write_text("def twice(x):\n    return 2 * x\n")
    for name in ("deep", ".hidden", "__pycache__"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "bytes.bin").write_bytes(bytes(range(256)))
    (tmp_path / "00_start.ipynb").touch()
    return WithFiles("00_start", tmp_path)


def test_the_cells_read_them_and_write_over_none(unit):
    notebook = our_cells.untouched(unit)
    notebook.cells.append(added(READS))
    with Marker() as marker:
        marked = marker.mark(notebook, unit)
        write_into(notebook, marked)
        assert printed(notebook).endswith("1,2 42 256\nfor reading\nfor reading\n")


def test_a_verdict_depends_on_them(unit):
    notebook = our_cells.untouched(unit)
    with Marker() as marker:
        digests = [marker.mark(notebook, unit, only=["pairwise_dot"]).digest]
        (unit.folder / "data.csv").write_text("3,4,5")
        digests.append(marker.mark(notebook, unit, only=["pairwise_dot"]).digest)
    assert len(set(digests)) == 2


def test_more_than_a_worker_has_room_for_is_refused_by_name(unit, monkeypatch):
    assert [name for name, _ in files_beside(unit)] == ["data.csv", "deep/bytes.bin", "helper.py"]
    monkeypatch.setattr(released, "MOST_BYTES", 100)
    with pytest.raises(TooMuchReleased, match="Make them smaller"):
        files_beside(unit)
