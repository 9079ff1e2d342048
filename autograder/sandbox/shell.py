"""Running a notebook's cells in an IPython shell inside this process: no kernel, outputs kept as data."""

import base64
import io
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import InteractiveShell
from matplotlib_inline.backend_inline import configure_inline_support
from traitlets.config import Config

from autograder.sandbox.cells import CellResult
from autograder.seam.errors import describe

_TRUNCATED = "\n… more was printed than is kept.\n"
_KEPT_TYPES = ("text/plain", "text/html", "image/png", "image/jpeg")
_MOST_OUTPUTS = 200


class Outputs:
    """The outputs of one cell in notebook form, as long as there is room for them."""

    def __init__(self, room: int):
        self.room = room
        self.kept: list[dict[str, Any]] = []

    def stream(self, name: str, text: str) -> None:
        """Keep printed text; neighbouring pieces of one stream are joined."""
        fitting = self._fit(text)
        if fitting and self.kept and self.kept[-1].get("name") == name:
            self.kept[-1]["text"] += fitting
        elif fitting and len(self.kept) < _MOST_OUTPUTS:
            self.kept.append({"output_type": "stream", "name": name, "text": fitting})

    def bundle(self, output_type: str, data: Mapping[str, Any], metadata: Any = None) -> None:
        """Keep what was displayed, in the forms that a notebook file may hold, and how large a picture is to be."""
        texts = {kind: _as_text(data[kind]) for kind in _KEPT_TYPES if kind in data}
        if len(self.kept) < _MOST_OUTPUTS and self._fit("".join(texts.values())) == "".join(texts.values()):
            count = {"execution_count": None} if output_type == "execute_result" else {}
            self.kept.append({"output_type": output_type, "data": texts, "metadata": _sizes(metadata), **count})

    def _fit(self, text: str) -> str:
        if self.room <= 0:
            return ""
        self.room -= len(text.encode("utf-8", "replace"))
        return text if self.room > 0 else text[: self.room] + _TRUNCATED


class Shell:
    """Runs cells one by one and remembers the answers bound at each check.

    `output_bytes` is how much of a cell's output is kept.
    """

    def __init__(self):
        config = Config()
        config.HistoryManager.enabled = False
        config.HistoryManager.hist_file = ":memory:"
        config.InteractiveShell.colors = "nocolor"
        self._shell = InteractiveShell.instance(config=config)
        self._shell.display_pub = _Publisher()
        self._shell.displayhook = self._shell.display_trap.hook = _ResultHook(shell=self._shell, cache_size=0)
        self._shell.showtraceback = self._shell.showsyntaxerror = lambda *args, **kwargs: None
        self._shell.enable_gui = lambda gui=None: None
        self._shell.system = self._system  # IPython's own wants a terminal
        self.output_bytes = 0
        self.answers: dict[str, Any] = {}
        if "matplotlib.pyplot" in sys.modules:  # imported by the template; otherwise it finds the shell by itself
            configure_inline_support(self._shell, "module://matplotlib_inline.backend_inline")

    def bind(self, exercise: str) -> None:
        """Remember what the exercise's name is bound to at this moment, if it is bound."""
        if exercise in self._shell.user_ns:
            self.answers[exercise] = self._shell.user_ns[exercise]

    def run(self, source: str) -> CellResult:
        """Run one cell; an exception in it is part of the result."""
        if not source:
            return CellResult()
        outputs = Outputs(self.output_bytes)
        self._shell.display_pub.outputs = self._shell.displayhook.outputs = outputs
        with redirect_stdout(_Stream(outputs, "stdout")), redirect_stderr(_Stream(outputs, "stderr")):
            finished = self._shell.run_cell(source, store_history=True)
        error = finished.error_before_exec or finished.error_in_exec
        if error is None:
            return CellResult(outputs.kept)
        told = describe(error)
        text = [line for line in (told.message, told.line) if line]
        outputs.kept.append(
            {"output_type": "error", "ename": type(error).__name__, "evalue": told.message, "traceback": text}
        )
        return CellResult(outputs.kept, told.outcome, told.message, told.line)

    def _system(self, command: str) -> None:
        """`!command`: its output is printed as it comes."""
        pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
        command = self._shell.var_expand(command, depth=1)
        with subprocess.Popen(
            command, shell=True, stdin=nothing, stdout=pipe, stderr=subprocess.STDOUT, text=True, errors="replace"
        ) as process:
            for line in process.stdout:
                print(line, end="")
        self._shell.user_ns["_exit_code"] = process.returncode


class _Stream(io.TextIOBase):
    """stdout or stderr of a cell."""

    encoding = "utf-8"

    def __init__(self, outputs: Outputs, name: str):
        self._outputs, self._name = outputs, name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._outputs.stream(self._name, text)
        return len(text)


class _Publisher:
    """Stands in for IPython's display publisher: keeps what `display` is given."""

    is_publishing = False
    outputs: Outputs

    def publish(self, data: Mapping[str, Any], metadata: Any = None, *args: Any, **options: Any) -> None:
        self.outputs.bundle("display_data", data, metadata)

    def clear_output(self, wait: bool = False) -> None:
        """There is no screen to clear."""


class _ResultHook(DisplayHook):
    """IPython's display hook: keeps the value of a cell's last expression."""

    outputs: Outputs

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Mapping[str, Any], md_dict: Any = None) -> None:
        self.outputs.bundle("execute_result", format_dict, md_dict)

    def finish_displayhook(self) -> None:
        pass


def _sizes(metadata: Any) -> dict[str, dict[str, int]]:
    """Width and height of pictures, by their form."""
    if not isinstance(metadata, dict):
        return {}
    forms = {kind: metadata[kind] for kind in _KEPT_TYPES if isinstance(metadata.get(kind), dict)}
    return {
        kind: {name: form[name] for name in ("width", "height") if type(form.get(name)) is int}
        for kind, form in forms.items()
    }


def _as_text(value: Any) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
