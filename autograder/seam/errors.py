"""What goes wrong on the learner's side of the seam, as data."""

import linecache
import re
import traceback
from dataclasses import dataclass, field

STUB_MESSAGE = "your code here"
_CELL_FILE = re.compile(r"ipython-input|ipykernel_|<cell ")
_TENSORFLOW_NOISE = re.compile(r"\{\{function_node [^}]*\}\} ?| \[Op:\w+\]( name: ?)?")
_KERAS_FRAME = re.compile(
    r"\AException encountered when calling [^\n]*\n\s*|\x1b\[[0-9;]*m"
)  # around the message proper
_LONGEST_MESSAGE = 600
_LONGEST_READ = 100_000  # TensorFlow tells of a graph in tens of thousands of characters, the reason among the first


@dataclass
class LearnerError(Exception):
    """The learner's code could not give a result.

    `outcome` is one of `error`, `timeout`, `memory`, `crashed`, `missing`, `not_attempted`;
    `types` names the exception's class and its ancestors, so that a test can ask for a `ValueError`
    without importing anything from the learner's side; `line` is the learner's own line, if known.
    """

    outcome: str
    message: str
    types: list[str] = field(default_factory=list)
    line: str = ""

    def __str__(self) -> str:
        return f"{self.message}\n{self.line}" if self.line else self.message


def describe(error: BaseException, asked: str = "") -> LearnerError:
    """Turn an exception out of the learner's code into a `LearnerError`; `asked` names the answer in question."""
    if isinstance(error, LearnerError):
        return error
    error = _before_keras(error)
    types = [kind.__name__ for kind in type(error).__mro__ if kind is not object]
    text = _first_lines(error)
    if isinstance(error, NotImplementedError) and STUB_MESSAGE in text:
        stub = _raising_function(error)
        if asked and asked not in stub:
            return LearnerError("error", f"`{asked}` uses `{stub[0]}`, which is not written yet.", types)
        return LearnerError("not_attempted", "Not attempted yet.", types)
    if isinstance(error, MemoryError):
        return LearnerError("memory", "Your code asked for more memory than it may have.", types)
    if isinstance(error, RecursionError):
        text = "your code calls itself without end"
    return LearnerError("error", f"{types[0]}: {text}" if text else types[0], types, own_line(error))


def _before_keras(error: BaseException) -> BaseException:
    """The error that stopped the code: Keras makes some anew, from a text, and JAX's cannot be made so."""
    while isinstance(error, AttributeError) and "_error_repr" in str(error) and error.__context__:
        error = error.__context__
    return error


def own_line(error: BaseException) -> str:
    """Where the learner's own cell raised: the line's number in the cell, the function or method, its text; or `""`."""
    if isinstance(error, SyntaxError) and error.lineno and _CELL_FILE.search(error.filename or ""):
        return f"in line {error.lineno} of the cell: {(error.text or '').strip()}"
    for frame, number in reversed(list(traceback.walk_tb(error.__traceback__))):
        filename = frame.f_code.co_filename
        if _CELL_FILE.search(filename):
            place = _named_place(frame.f_code.co_qualname)
            return f"in line {number} of {place}: {linecache.getline(filename, number).strip()}"
    return ""


def _named_place(qualified: str) -> str:
    """A function with the class or function it stands in, without what Python calls `<locals>` or `<lambda>`."""
    names = [name for name in qualified.split(".") if not name.startswith("<")]
    return f"`{'.'.join(names)}`" if names else "the cell"


def _raising_function(error: BaseException) -> list[str]:
    """The name of the function that raised, after those of the class or function it is defined in."""
    frames = list(traceback.walk_tb(error.__traceback__))
    return frames[-1][0].f_code.co_qualname.split(".") if frames else [""]


def _first_lines(error: BaseException) -> str:
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
    except Exception:
        return "(its message could not be read)"
    text = text[:_LONGEST_READ]
    if text.startswith("Graph execution error"):
        text = _reason_in_graph(text)
    if "could not be deserialized properly" in text:  # Keras tells the reason last, after a page of the config
        text = text.rsplit("Exception encountered: ", 1)[-1]
    text = _KERAS_FRAME.sub("", text.split("\n\nArguments received by")[0])
    text = text.split("If you are looking for numpy-related methods")[0]  # TensorFlow's advice helps nowhere else
    text = _TENSORFLOW_NOISE.sub("", text).strip()
    return text if len(text) <= _LONGEST_MESSAGE else text[:_LONGEST_MESSAGE] + " …"


def _reason_in_graph(text: str) -> str:
    """The one line of a TensorFlow graph error that says what is wrong; the rest are files of the library."""
    before = text.split("[[{{node")[0].strip().splitlines()
    return before[-1] if before else text
