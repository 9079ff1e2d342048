"""`doctor`: says in plain words what works on this machine, and how to mend what does not.

Nothing here ends in a traceback, whatever is broken: each examination is guarded, and imports packages inside.
"""

from collections.abc import Callable, Iterable, Sequence

from autograder.learner import installed, machine
from autograder.learner.finding import INSTALL, Finding, found_by

EXAMINATIONS = (*installed.EXAMINATIONS, *machine.EXAMINATIONS)


def examine(say: Callable[[str], None], examinations: Sequence[Callable[[], Iterable[Finding]]] = EXAMINATIONS) -> int:
    """Say what was found; returns 0 if all that the course needs works, else 1."""
    broken = 0
    for examination in examinations:
        for finding in found_by(examination):
            broken += finding.sign == "✗"
            say(f"{finding.sign} {finding.text}")
            if finding.mend:
                say(f"    {finding.mend}")
    say("")
    say(_summary(broken))
    return 1 if broken else 0


def examine_without(missing: ImportError) -> int:
    """The same where that is missing which every command needs, `doctor` too."""
    finding = Finding("✗", f"No command can run here: {missing}", f"Install what the course needs: {INSTALL}")
    return examine(print, [lambda: [finding], *EXAMINATIONS])


def _summary(broken: int) -> str:
    if not broken:
        return "All that the course needs works here."
    return f"To mend: {'1 thing' if broken == 1 else f'{broken} things'}, marked ✗ above."
