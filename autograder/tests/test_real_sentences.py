"""The last cells of unit 13's notebook, from the line that names a text on; and the benchmark of the same training."""

from course.toolkit.corpus import generate, tatoeba, texts
from course.toolkit.grid import Picture
from course.toolkit.translation_scores import scores

import argparse
import re
import sys

import pytest

from autograder.bench.translation import unit_13
from autograder.judging.references import code_cells, references_before
from autograder.seam.given import References, giving
from autograder.tests.test_texts import CHINESE, write
from autograder.units import Unit

UNIT = Unit("13_translation")
SMALL = {"vocabulary_size": 500, "batch_size": 100, "epochs": 1}
TINY = {"d_model": 16, "num_heads": 2, "d_ff": 16, "num_layers": 1}


@pytest.fixture
def archives(tmp_path, monkeypatch):
    """A folder with a small Spanish archive and no Chinese one, no connection, and texts for tiny translators."""
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setitem(tatoeba.ARCHIVES, "cmn", tatoeba.Archive("http://127.0.0.1:9/cmn-eng.zip", "cmn.txt", ""))
    monkeypatch.setattr(texts, "_SIZES", TINY)
    for language in ("spa", "cmn"):
        monkeypatch.setitem(texts._CHOSEN, language, SMALL)
    write(tmp_path, "spa", generate(300, seed=5, alternatives=True))
    return tmp_path


class Notebook:
    """The solution's notebook after its answers: cells of its pay-off are run as in JupyterLab, one by one."""

    def __init__(self):
        self.names = {}
        cells = list(code_cells(UNIT.solution.read_text("utf-8"), UNIT.points()))
        with giving(References(references_before(UNIT))):
            for cell in cells:
                if cell.answers or cell.source.startswith("from "):
                    exec(cell.source.partition("TEXT = ")[0], self.names)
        self._trains, self._asks, self._shows = [cell.source for cell in cells if "pay_off(" in cell.source]

    def train(self, text):
        """Put the name of a text into its line, and run the cell."""
        changed, count = re.subn(r'^TEXT = "grammar"', f'TEXT = "{text}"', self._trains, flags=re.MULTILINE)
        assert count == 1
        self._run(changed)

    def ask(self):
        self._run(self._asks)

    def show(self):
        return self._run(self._shows)

    def _run(self, source):
        *lines, last = source.strip().splitlines()
        exec("\n".join(lines), self.names)
        return eval(last, self.names)


@pytest.fixture
def notebook(archives):
    return Notebook()


def test_a_real_text_is_trained_on_scored_with_all_references_and_shown(notebook, monkeypatch, capsys):
    trained = notebook.names["Training"]._update

    def interrupted(training, plot):
        if training.done == 2:
            raise KeyboardInterrupt
        trained(training, plot)

    with monkeypatch.context() as patch:
        patch.setattr(notebook.names["Training"], "_update", interrupted)
        notebook.train("eng-spa")
    assert "Stopped after 2 of 3 batches" in capsys.readouterr().out
    begun = notebook.names["training"]
    notebook.train("eng-spa")
    assert notebook.names["training"] is begun
    assert "epoch  1 of 1: loss" in capsys.readouterr().out
    assert notebook.names["translator"].get_config()["d_model"] == 16
    assert "la" in notebook.names["translator"].target_vocabulary
    notebook.ask()
    told = capsys.readouterr().out
    assert re.match(r"unseen\nexactly right: [\d.]+%\nBLEU [\d.]+  \(nrefs:var", told)
    bleu, own = (re.search(pattern, told)[1] for pattern in (r"BLEU ([\d.]+) ", r"corpus_bleu: ([\d.]+)"))
    assert bleu == own
    assert f" of {len(notebook.names['text'].tests['unseen'])} translations have a fault." in told
    assert isinstance(notebook.show(), Picture)


def test_another_text_begins_anew_once_it_can_be_had(notebook, archives, capsys):
    notebook.train("spa-eng")
    first = notebook.names["training"]
    capsys.readouterr()
    notebook.train("eng-cmn")
    assert re.fullmatch(r"cmn-eng\.zip could not be downloaded .*COURSE_DATA\.\n", capsys.readouterr().out)
    notebook.train("eng-esp")
    assert "a text must be one of grammar, eng-spa, " in capsys.readouterr().out
    assert notebook.names["training"] is first
    write(archives, "cmn", CHINESE)  # as if the connection were back
    notebook.train("eng-cmn")
    assert notebook.names["training"] is not first
    assert notebook.names["training"].done == notebook.names["training"].steps
    assert "狗" in notebook.names["translator"].target_vocabulary
    capsys.readouterr()
    assert isinstance(notebook.show(), Picture)
    assert "it looked at:" not in capsys.readouterr().out  # English has letters


def test_the_benchmark_trains_any_text_and_keeps_its_scores(archives, monkeypatch, capsys, tmp_path):
    options = {
        "text": "spa-eng",
        "pairs": 100,
        "most": 5,
        "layers": 1,
        "heads": 1,
        "width": 8,
        "epochs": 1,
        "dropout": 0,
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    page = tmp_path / "BENCHMARKS.md"
    page.write_text("# Benchmarks\n", "utf-8")
    monkeypatch.setattr(sys, "argv", ["unit_13", *arguments, "--write", "--page", str(page)])
    unit_13.main()
    told = capsys.readouterr().out
    assert re.search(r"spa-eng, seed 0: \d+ s, \d+ s of CPU\n\nunseen, 5 sources\nexactly right: [\d.]+%\nBLEU ", told)
    assert "\nchrF " in told
    kept = page.read_text("utf-8")
    assert re.search(r"^# Benchmarks\n\n<!-- begin unit 13, spa-eng -->\n## .*: spa-eng\n", kept)
    exact, bleu = re.search(r"exactly right: ([\d.]+%)\nBLEU ([\d.]+) ", told).groups()
    assert re.search(
        rf"^\| 0 \| \d+ \| \d+ \| unseen \| 5 \| {re.escape(exact)} \| {re.escape(bleu)} \| ", kept, re.MULTILINE
    )
    assert "Chosen other than the notebook does: width 8, heads 1, layers 1, epochs 1, dropout 0.0." in kept


@pytest.mark.parametrize(("text", "told"), [("eng-cmn", True), ("cmn-eng", False)])
def test_a_bleu_of_characters_says_so(text, told):
    asked = argparse.Namespace(text=text, **dict.fromkeys(unit_13._CHOICES))
    of_one = scores(["我 有 狗"], [["我 有 狗"]])
    section = unit_13.section(asked, [unit_13.Found(1.0, 2.0, {"unseen": (1, of_one)})], {})
    assert ("characters" in section) == told
