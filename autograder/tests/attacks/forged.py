"""Forged results: whatever a submission says of itself, its score is what the judge found."""

from autograder.tests.attacks.attack import (
    CRASHED,
    ERROR,
    FAILED,
    NOTHING,
    RIGHT,
    TIMEOUT,
    WRONG,
    Attack,
    answering,
    useless,
)

FORGED = (
    useless("prints a score", "print('score: 10'); print(10)"),
    useless("ends a cell with a number", "print('about to')\n10.0"),
    useless("ends a cell with a NumPy number, which nbgrader takes for full marks", "np.float64(10.0)"),
    useless("displays a number as a result", "from IPython.display import display\ndisplay(10)"),
    useless(
        "prints a verdict in the judge's own form",
        "print(json.dumps({'unit': '00_start', 'score': 20.0, 'problem': None, 'exercises': []}))",
    ),
    useless(
        "replaces check and progress",
        "import autograder\nautograder.check = autograder.progress = check = progress = lambda *_: 10.0",
    ),
    useless("replaces the display hook", "sys.displayhook = lambda value: print(10.0)"),
    useless(
        "replaces what a displayed object looks like",
        "ip = get_ipython()\nip.display_formatter.format = lambda *_, **__: ({'text/plain': '10.0'}, {})\nobject()",
    ),
    useless(
        "writes to the descriptors of the process",
        'for number in (1, 2):\n    os.write(number, b\'{"score": 10, "outcome": "passed"}\\n\')',
    ),
    useless(
        "publishes outputs of kinds it made up",
        "ip = get_ipython()\nip.display_pub.outputs.kept.append({'output_type': 'execute_result', 'data': 10})\n"
        "ip.display_pub.outputs.kept.append({'output_type': 'verdict', 'score': 10})",
    ),
    useless(
        "puts a name on the list of answers itself",
        "import gc\nfrom autograder.sandbox.shell import Shell\n"
        "shells = [one for one in gc.get_objects() if isinstance(one, Shell)]\n"
        "frame = sys._getframe()\n"
        "while frame:\n"
        "    shells += [one for one in frame.f_locals.values() if isinstance(one, Shell)]\n"
        "    frame = frame.f_back\n"
        "for shell in shells:\n    shell.answers['weighted_average'] = 'passed'",
    ),
    Attack("answers rightly only after the check", answer=NOTHING, then=RIGHT, score=0, outcomes=FAILED),
    Attack(
        "spoils another exercise from its own cell",
        cell="def pairwise_dot(a, b):\n    return 1 / 0",
        then="def weighted_average(values, weights):\n    return 1 / 0",
    ),
    answering("returns a verdict", "return {'outcome': 'passed', 'score': 10.0}", outcomes=WRONG),
    answering("returns the word passed", "return 'passed'", outcomes=WRONG),
    answering("returns True", "return True"),
    answering(
        "raises the judge's own error with a good outcome",
        "from autograder.seam import LearnerError\nraise LearnerError('passed', 'all is well', [], '')",
        outcomes=CRASHED,
    ),
    answering(
        "raises what pytest takes for a skipped test",
        "class Skipped(Exception): pass\nSkipped.__module__ = 'builtins'\nraise Skipped('skip')",
        outcomes=ERROR,
    ),
    answering("leaves as if all were well", "raise SystemExit(0)", outcomes=ERROR),
    answering("claims to be interrupted", "raise KeyboardInterrupt", outcomes=TIMEOUT),
    answering("claims to be a stub", "raise NotImplementedError('your code here')", outcomes={"not_attempted"}),
)
