"""Stepping stones: what you wrote in earlier units, for use in later ones.

    from course.built import masked_attention

gives your own answer if all its checks hold in your notebook as last saved, else the reference, and says which of the
two and why. When a notebook is graded it is always the reference, of earlier units only: a mistake in one unit never
costs points in the next.
"""

import contextlib
import difflib
import linecache
from collections.abc import Callable, Iterator, Sequence
from types import CodeType
from typing import Any, NamedTuple


class Reference(NamedTuple):
    """The reference answers of a unit: its stem, the names of its exercises, and the code that makes them, if any."""

    unit: str
    names: Sequence[str]
    source: str


class NotHere(ImportError):
    """An earlier answer that could be had elsewhere: here the solutions are missing, and the learner's own is too."""


class References:
    """Gives reference answers by name, those of a unit made when the first of them is asked for."""

    def __init__(self, references: Sequence[Reference]):
        self._owners = {name: reference for reference in references for name in reference.names}
        self._made: dict[str, dict[str, Any]] = {}

    def __call__(self, name: str) -> Any:
        if name not in self._owners:
            near = difflib.get_close_matches(name, self._owners) or list(self._owners)
            raise ImportError(f"`{name}` is no exercise of an earlier unit. There are: {', '.join(near) or 'none'}.")
        unit, _, source = self._owners[name]
        if not source:
            raise NotHere(f"There is no reference of `{name}`: solutions/{unit} is missing here.")
        if unit not in self._made:
            made, file = new_namespace(), f"<reference of {unit}>"
            with giving(self):  # it may stand on units before it
                run(compile(show(source, file), file, "exec"), made)
            self._made[unit] = made
        return self._made[unit][name]

    def __dir__(self) -> list[str]:
        return list(self._owners)


_giver: Callable[[str], Any] | None = None  # None at home: there the learner's own answers are looked for first


@contextlib.contextmanager
def giving(giver: Callable[[str], Any]) -> Iterator[None]:
    """Let this one give whatever is imported from here, and nobody else, for a while."""
    global _giver
    before, _giver = _giver, giver
    try:
        yield
    finally:
        _giver = before


def new_namespace() -> dict[str, Any]:
    """The names of code that is run here: its classes belong to this module."""
    return {"__name__": __name__}


def show(source: str, file: str) -> str:
    """Let tracebacks show the lines of `source`, which stands in no file; returns it."""
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    return source


def run(code: CodeType, namespace: dict[str, Any]) -> None:
    """Run code that makes answers."""
    exec(code, namespace)


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner

    return _registered(_whoever_gives()(name), name)


def __dir__() -> list[str]:
    return dir(_whoever_gives())


def _whoever_gives() -> Callable[[str], Any]:
    if _giver:
        return _giver
    from autograder.earlier import AtHome  # in a worker it is out of reach, and not needed

    return AtHome()


def _registered(answer: Any, name: str) -> Any:
    """The answer; a layer known to Keras by a name under which it is found again in a saved model."""
    import keras

    can_be_saved = isinstance(answer, type) and hasattr(answer, "get_config")
    if can_be_saved and keras.saving.get_registered_name(answer) in (answer.__name__, f"course>{name}"):
        keras.saving.register_keras_serializable("course", name)(answer)  # anew: another of this name may have come
    return answer
