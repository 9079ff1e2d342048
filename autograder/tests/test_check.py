"""`check` and `progress` as a learner meets them."""

import re
import sys
import threading
import time
import warnings
from html import unescape

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from autograder import check, progress
from autograder.judging.references import reference_of
from autograder.learner import slow
from autograder.learner.display import Bar, Note, bars_as_html
from autograder.seam.settings import _settings, usual_settings
from autograder.units import UnknownName, all_units, find_exercise, find_unit

RIGHT = """
from keras import ops
def attention_scores(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5
"""
WRONG = RIGHT.replace(" ** 0.5", "")
UNSCALED = RIGHT.replace(" / query.shape[-1] ** 0.5", "")
LAYER = """import keras

class PositionalEmbedding(keras.layers.Layer):
    def __init__(self, vocabulary_size, d_model, max_length, **options):
        super().__init__(**options)
        self.token_embedding = keras.layers.Embedding(vocabulary_size, d_model)

    def inner(self, x):
        return self.token_embedding(x)

    def call(self, x):
        return self.inner(x)
"""
LEFT_BEHIND = """
import warnings

import numpy as np
import tensorflow as tf
keras.config.set_dtype_policy("mixed_float16")
keras.config.set_floatx("float64")
keras.config.set_epsilon(0.5)
keras.config.set_image_data_format("channels_first")
keras.config.disable_traceback_filtering()
tf.config.run_functions_eagerly(True)
np.seterr(all="raise")
warnings.simplefilter("error")
"""
SETTINGS = """(
    keras.config.dtype_policy().name, keras.config.floatx(), keras.config.epsilon(), keras.config.image_data_format(),
    keras.config.is_traceback_filtering_enabled(), tf.config.functions_run_eagerly(), np.geterr()["over"],
    warnings.filters[0][0],
)"""
STUB = "def attention_scores(query, key):\n    raise NotImplementedError('your code here')"


@pytest.fixture
def notebook(monkeypatch):
    """A fresh namespace in which cells run as in a learner's kernel. It stands in for `__main__` while it lives."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    shell = InteractiveShell.instance()
    shell.reset()
    yield shell
    shell.reset()
    InteractiveShell.clear_instance()


def test_a_right_answer_holds(notebook):
    notebook.run_cell(RIGHT)
    report = check("attention_scores")
    assert "everything holds" in repr(report)
    assert "✓" in report._repr_html_()


def test_a_wrong_answer_is_told_what_and_why(notebook):
    notebook.run_cell(WRONG)
    report = check("attention_scores")
    assert "Likely mistake" in repr(report)
    assert "square root" in repr(report)
    html = report._repr_html_()
    assert "Likely mistake" in html
    assert "data:image/png;base64," in html
    assert "Called" in html
    assert "<script" not in html


def test_an_untouched_answer_is_not_attempted(notebook):
    notebook.run_cell(STUB)
    assert "not attempted yet" in repr(check("attention_scores"))
    assert "NotImplementedError" in check("attention_scores")._repr_html_()


def test_a_check_before_the_answer_says_which_cell_to_run(notebook):
    note = check("attention_scores")
    assert isinstance(note, Note)
    assert "Run the cell that defines `attention_scores`" in repr(note)


def test_an_unknown_exercise_offers_the_nearest_names(notebook):
    assert "attention_scores" in repr(check("atention_scores"))
    assert "There is no exercise 'zzz'" in repr(check("zzz"))
    assert "There is no exercise '<b>'" in repr(check("<b>"))
    assert "<b>&#x27;" not in check("<b>")._repr_html_()


def test_an_error_names_the_learners_own_line(notebook):
    notebook.run_cell("def attention_scores(query, key):\n    scale = 3\n    return query / undefined_name")
    assert "in line 3 of `attention_scores`: return query / undefined_name" in repr(check("attention_scores"))


def test_an_error_names_the_class_as_well_as_the_method(notebook):
    notebook.run_cell(LAYER.replace("self.inner(x)", "undefined_name"))
    assert "in line 12 of `PositionalEmbedding.call`: return undefined_name" in repr(check("PositionalEmbedding"))


def test_an_error_in_a_function_within_names_both(notebook):
    notebook.run_cell("def attention_scores(query, key):\n    def scaled():\n        return 1 / 0\n    return scaled()")
    assert "in line 3 of `attention_scores.scaled`: return 1 / 0" in repr(check("attention_scores"))


@pytest.fixture
def settings_of_the_process():
    """Whatever becomes of them in a test, the next one has its own again."""
    with warnings.catch_warnings(), np.errstate():
        yield
    for setting in _settings():
        setting.write(setting.usual)


def test_settings_left_behind_change_no_check_and_stay_as_the_learner_has_them(notebook, settings_of_the_process):
    notebook.run_cell(reference_of(find_unit("07_positions")).source)
    with usual_settings():
        notebook.run_cell(LEFT_BEHIND)
        left = notebook.ev(SETTINGS)
        report = check("PositionalEmbedding")
        kept = notebook.ev(SETTINGS)
        with usual_settings():
            usual = notebook.ev(SETTINGS)
            assert usual != left
    assert "everything holds" in repr(report)
    assert kept == left
    with usual_settings():
        assert notebook.ev(SETTINGS)[:-1] == usual[:-1]  # filters of warnings grow by one whenever they are set


def test_settings_that_an_answer_changes_in_a_check_are_afterwards_as_before(notebook):
    changes = "    keras.config.set_dtype_policy('float16')\n    keras.config.set_floatx('float16')\n    return"
    notebook.run_cell("import keras" + RIGHT.replace("    return", changes))
    check("attention_scores")
    assert notebook.ev("keras.config.dtype_policy().name, keras.config.floatx()") == ("float32", "float32")


def test_a_check_shows_no_warnings_of_what_it_tries(notebook):
    notebook.run_cell("import warnings" + RIGHT.replace("    return", "    warnings.warn('of my own')\n    return"))
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        warnings.simplefilter("error", UnicodeWarning)  # as IPython has it for one of its own
        check("attention_scores")
    assert [str(warning.message) for warning in seen] == []


def test_progress_shows_points_of_the_notebooks_unit(notebook):
    notebook.run_cell(RIGHT)
    shown = repr(progress())
    assert shown.startswith("04_attention: ")
    assert "softmax" in shown
    assert "of 20 points" in shown
    assert "attention_scores" in progress()._repr_html_()


def test_progress_is_that_of_the_folder_though_the_notebook_has_answers_of_an_earlier_unit(
    notebook, tmp_path, monkeypatch
):
    (tmp_path / "05_masking").mkdir()
    monkeypatch.chdir(tmp_path / "05_masking")
    notebook.run_cell(RIGHT)
    assert repr(progress()).startswith("05_masking: 0 of 20 points")


def test_progress_takes_a_unit_by_any_of_its_names(notebook):
    notebook.run_cell(RIGHT)
    assert repr(progress("04")) == repr(progress("attention"))
    assert "Did you mean" in repr(progress("04_atention"))


def test_progress_before_any_answer_shows_the_course_and_what_is_next(notebook):
    shown = repr(progress())
    assert shown.startswith("The whole course: ")
    assert "Next: `" in shown


def test_units_and_exercises_are_found_by_name():
    assert find_unit("05_masking.ipynb").topic == "masking"
    assert find_exercise("causal_mask").stem == "05_masking"
    with pytest.raises(UnknownName, match="Did you mean 05_masking"):
        find_unit("05_maskin")
    with pytest.raises(UnknownName, match="Did you mean causal_mask"):
        find_exercise("casual_mask")


@pytest.mark.parametrize("unit", all_units(), ids=lambda unit: unit.stem)
def test_the_points_of_a_unit_sum_to_twenty(unit):
    assert sum(unit.points().values()) == 20


def test_a_check_takes_the_function_itself_as_well(notebook):
    notebook.run_cell(RIGHT)
    assert "everything holds" in repr(check(notebook.user_ns["attention_scores"]))


def test_a_stopped_check_says_so(notebook):
    notebook.run_cell("def attention_scores(query, key):\n    raise KeyboardInterrupt")
    assert "was stopped" in repr(check("attention_scores"))


def test_a_failed_check_leaves_the_learners_debugger_alone(notebook):
    notebook.run_cell(WRONG)
    before = getattr(sys, "last_value", None)
    check("attention_scores")
    assert getattr(sys, "last_value", None) is before


def test_a_report_begins_with_the_mistake_and_the_first_failure_in_aligned_columns(notebook):
    notebook.run_cell(WRONG)
    headline, mistake, rule, _, called, got, expected, *others = repr(check("attention_scores")).splitlines()
    assert headline.startswith("attention_scores: 2 of 7 hold · ")
    assert mistake.startswith("  Likely mistake: ")
    assert rule == "  ✗ two queries and three keys of width four"
    assert called == "      Called    attention_scores((1, 2, 4) float32, (1, 3, 4) float32)"
    assert got.startswith("      Got       0.5 at [0, 0, 0]")
    assert expected.startswith("      Expected  1 at [0, 0, 0]")
    assert [line.count("(for the same reason)") for line in others if "✗" in line] == [1] * 4
    assert sum("✓" in line for line in others) == 2


def sentences(html):
    """The texts of a page between its tags that are whole sentences."""
    texts = re.sub(r"</?code[^>]*>", "", html)
    return [
        text for text in map(str.strip, unescape(re.sub(r"<[^>]*>", "\n", texts)).splitlines()) if text.endswith(".")
    ]


ANSWERS = {
    "divided by D": WRONG,
    "not divided": UNSCALED,
    "an error": WRONG.replace("query.shape", "query.shapes"),
    "nothing": "def attention_scores(query, key):\n    pass",
    "an array": "import numpy as np\ndef attention_scores(query, key):\n    return np.ones(3)",
    "an error of tensors": "def attention_scores(query, key):\n    return query @ key.T",
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_no_sentence_is_told_twice(notebook, answer):
    notebook.run_cell(answer)
    report = check("attention_scores")
    lines = [line.strip().removeprefix("Likely mistake: ") for line in repr(report).splitlines()]
    told = [line for line in lines if line.endswith(".") or "Error: " in line]
    assert told
    assert len(told) == len(set(told))
    shown = sentences(report._repr_html_())
    assert shown
    assert len(shown) == len(set(shown))


def test_a_rule_of_a_right_result_only_is_not_asked_of_a_wrong_one(notebook):
    notebook.run_cell("def standardize(text):\n    return text\ndef decode(ids, vocabulary):\n    return ids[99]")
    shown = repr(check("decode"))
    assert "  – the given ids stay as they were: not asked yet" in shown
    assert "✗ the given ids stay as they were" not in shown
    html = check("decode")._repr_html_()
    assert re.search(r">–</b><span[^>]*>the given ids stay as they were</span> <span[^>]*>· not asked yet<", html)


def test_a_rule_about_what_is_given_accuses_whoever_changes_it(notebook):
    notebook.run_cell(
        "def decode(ids, vocabulary):\n"
        "    while ids and ids[0] in (0, 2):\n        ids.pop(0)\n"
        "    kept = ids[: ids.index(3)] if 3 in ids else ids\n"
        "    return ' '.join(vocabulary[one] for one in kept if one not in (0, 2))"
    )
    assert "✗ the given ids stay as they were" in repr(check("decode"))


def test_the_inputs_of_a_failure_can_be_called_with_again(notebook):
    notebook.run_cell(WRONG)
    report = check("attention_scores")
    assert 'report = check("attention_scores")' in repr(report)
    assert "attention_scores(*report.inputs)" in repr(report)
    again = notebook.user_ns["attention_scores"](*report.inputs, **report.keywords)
    assert tuple(again.shape) == (1, 2, 3)
    assert f"Got       {float(again[0, 0, 0]):g} at [0, 0, 0]" in repr(report)


def test_inputs_that_are_text_are_sentences_of_the_corpus(notebook):
    notebook.run_cell("def encode(sentence, vocabulary):\n    return [1 for word in sentence.split()]")
    report = check("encode", seed=3)
    sentence, vocabulary = report.inputs
    assert sentence == "la casa verde"
    assert notebook.user_ns["encode"](*report.inputs) == [1, 1, 1]
    notebook.run_cell("def build_vocabulary(sentences, max_size):\n    return sorted(set(' '.join(sentences).split()))")
    assert isinstance(check("build_vocabulary").inputs[0], list)


def test_the_inputs_of_a_layer_come_with_the_layer_and_how_it_was_made(notebook):
    notebook.run_cell(LAYER)
    report = check("PositionalEmbedding")
    assert "✗ the worked example comes out" in repr(report)
    assert "Called    PositionalEmbedding(7, 4, 8)((1, 2) int32)" in repr(report)
    assert "`report.layer(*report.inputs)` asks the same layer again" in repr(report)
    assert report.made_with == ((7, 4, 8), {})
    assert isinstance(report.layer, notebook.user_ns["PositionalEmbedding"])
    found = np.array(report.layer(*report.inputs, **report.keywords))
    assert found.shape == (1, 2, 4)
    np.testing.assert_allclose(found[0, 1], [0.5, -1.0, 0.0, 2.0])  # with the weights that the rule gave it


def test_a_report_without_a_failure_has_no_inputs(notebook):
    notebook.run_cell(RIGHT)
    report = check("attention_scores")
    assert (report.inputs, report.keywords, report.layer, report.made_with) == ((), {}, None, None)
    assert "report.inputs" not in repr(report)


SLOW = "import time\ndef attention_scores(query, key):\n    time.sleep(0.6)\n    raise KeyboardInterrupt"


def test_a_slow_check_says_so_and_how_to_stop_it(notebook, monkeypatch, capfd):
    monkeypatch.setattr(slow, "PATIENCE", 0.2)
    before = threading.active_count()
    notebook.run_cell(SLOW)
    assert "was stopped" in repr(check("attention_scores"))
    told = capfd.readouterr().err
    how = "To stop: Ctrl+C. Is the machine busy, or is there a loop that never ends?"
    assert told == f"Still checking `attention_scores` … {how}\n"
    assert threading.active_count() == before


def test_a_quick_check_says_nothing(notebook, capfd):
    notebook.run_cell(RIGHT)
    before = threading.active_count()
    check("attention_scores")
    assert "Still checking" not in capfd.readouterr().err
    assert threading.active_count() == before


def test_in_a_notebook_the_note_about_a_slow_check_goes_away(notebook, monkeypatch):
    """Under the cell a note appears, and is emptied when the check ends."""
    monkeypatch.setattr(slow, "PATIENCE", 0.1)
    monkeypatch.setattr(slow, "_in_a_notebook", lambda: True)
    published = []
    monkeypatch.setattr(notebook.display_pub, "publish", lambda data, **more: published.append((data, more)))
    with slow.said_when_slow("softmax"):
        deadline = time.monotonic() + 10
        while not published and time.monotonic() < deadline:
            time.sleep(0.01)
    (shown, first), (left, last) = published
    assert "Still checking `softmax` …" in shown["text/plain"]
    assert "Kernel &gt; Interrupt" in shown["text/html"]
    assert (left["text/html"], last["update"]) == ("", True)
    assert first["transient"] == last["transient"]


def test_progress_has_bars_that_say_their_points(notebook):
    notebook.run_cell(RIGHT + STUB.replace("attention_scores", "softmax"))
    html = progress("04_attention")._repr_html_()
    assert 'role="img" aria-label="4 of 4"' in html
    assert 'aria-label="not attempted yet"' in html
    assert "width:100%" in html
    assert not set("█░") & set(html)
    assert "  Next: `softmax`." in repr(progress("04_attention")).splitlines()


def test_the_name_of_a_bar_is_text():
    html = bars_as_html([Bar("<b>", 1, 4)])
    assert "&lt;b&gt;" in html
    assert "<b>" not in html.replace('<b style="', "")
    assert "width:25%" in html


def test_answers_whose_cells_have_not_been_run_keep_their_points(notebook, tmp_path, monkeypatch):
    """After a restart of the kernel nothing is defined, and nothing has become worse."""
    (tmp_path / "04_attention").mkdir()
    monkeypatch.chdir(tmp_path / "04_attention")
    notebook.run_cell(RIGHT)
    assert "everything holds" in repr(check("attention_scores"))
    notebook.run_cell("del attention_scores")
    shown = repr(progress())
    assert "4 of 4 when last checked; its cell has not been run since" in shown
    assert shown.startswith("04_attention: 4 of 20 points")
    notebook.run_cell(STUB)
    assert repr(progress()).startswith("04_attention: 0 of 20 points")


def test_progress_that_is_stopped_says_so(notebook, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("autograder.learner.progress.judged", stopped)
    assert "was stopped" in repr(progress("04_attention"))
