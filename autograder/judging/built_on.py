"""Right answers that stand on the learner's own: whether what fails in one exercise comes from another of its unit."""

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograder.judging.answer import Performer
from autograder.judging.edits import Edited
from autograder.judging.known import Known, WrittenWhole
from autograder.judging.right_answers import RightAnswer
from autograder.judging.slicing import statements
from autograder.seam import NotPlain, Workbench
from autograder.seam.plain import to_plain

_SENTENCE = "This is what a right `{}` gives with your `{}`. Mend that one first, then check this one again."


def built_on_theirs(mistakes: Sequence[Known], performer: Performer) -> Iterator[Known]:
    """The right answer of the exercise of these mistakes, with each function in turn that it calls being the learner's.

    It serves where numbers are handed on: in a compiled graph, or where slopes are taken, it ends in an error.
    """
    base = next((known.base for known in mistakes if isinstance(known, Edited)), None)
    if base is None:
        return
    right = base.module.base(base.exercise, "")
    (statement,) = statements(right.source)
    for other in sorted(statement.uses & base.module.solutions.keys() - {base.exercise}):
        if _is_function(base.module.solutions[other], other):  # what a class makes stays where the learner's code lives
            yield _with_another(right, other, _called_in(performer, other))


def _is_function(source: str, name: str) -> bool:
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in ast.parse(source).body)


def _with_another(right: RightAnswer, name: str, function: Callable) -> Known:
    names = {**right.module.names_for(right.source), name: function}
    exec(compile(right.source, "<right answer>", "exec"), names)
    return WrittenWhole(right.exercise, _SENTENCE.format(right.exercise, name), (), names[right.exercise])


def _called_in(performer: Performer, name: str) -> Callable:
    """The learner's function, called where it lives, with numbers."""

    def theirs(*args: Any, **kwargs: Any) -> Any:
        try:
            given, named = to_plain(args, _refuse), to_plain(kwargs, _refuse)
        except Exception as error:  # a tensor without numbers; the learner's own error must not seem the same
            raise NotPlain("only numbers can be handed on") from error
        return Workbench({}).received(performer.perform("call", name, given, named))

    return theirs


def _refuse(value: Any) -> Any:
    raise NotPlain(f"a value of type {type(value).__name__} cannot be handed on")
