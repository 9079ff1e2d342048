"""Patched libraries: what a submission changes in its worker changes nothing for the judge."""

from autograder.tests.attacks.attack import CRASHED, Attack, useless

_SAY_YES = "lambda *_, **__: True"

PATCHED = (
    useless(
        "makes all of NumPy's comparisons true",
        f"np.allclose = np.isclose = np.array_equal = np.any = np.all = {_SAY_YES}\n"
        f"np.testing.assert_allclose = np.testing.assert_array_equal = {_SAY_YES}",
    ),
    useless("makes expectations hold that it has not", "sys.modules['autograder.judging.expect'] = np", other=10),
    useless(
        "puts modules of the judge's names into its process",
        "import types\nfor name in ('autograder.judging', 'autograder.judging.judge', 'pytest', '_pytest'):\n"
        "    sys.modules[name] = types.ModuleType(name)",
    ),
    useless(
        "changes Keras' way to NumPy",
        "keras.ops.convert_to_numpy = lambda value: np.zeros(tuple(value.shape), np.float32)",
        other=4,
    ),
    useless("changes the operations of Keras", "keras.ops.matmul = lambda a, b: a", other=0),
    useless(
        "changes what the worker calls to perform",
        "from autograder.seam import Workbench\n"
        "Workbench.perform = lambda self, operation, target, *args, **options: {'outcome': 'passed'}",
        other=0,
    ),
    useless(
        "changes what becomes of results",
        "from autograder.seam import workbench\nworkbench.to_plain = lambda *_: 10.0",
        other=0,
    ),
    useless(
        "changes what is sent",
        "from autograder.sandbox.wire import Wire\nsend = Wire.send\n"
        "def passed(self, message, *rest):\n"
        "    if message.get('kind') == 'performed':\n"
        "        message = {**message, 'kind': 'passed', 'outcome': 'passed'}\n"
        "    return send(self, message, *rest)\n"
        "Wire.send = passed",
        outcomes=CRASHED,
        other=0,
    ),
    useless("changes JSON", "json.dumps = lambda *_, **__: '{}'", unfinished=True),
    useless(
        "changes the frames' lengths",
        "from autograder.sandbox import wire\n"
        "class Long:\n    size = 8\n    unpack = wire._LENGTHS.unpack\n"
        "    pack = lambda self, *_: b'\\xff' * 8\n"
        "wire._LENGTHS = Long()",
        unfinished=True,
    ),
    useless(
        "changes the built-in functions",
        "import builtins\nbuiltins.isinstance = lambda *_: True\nbuiltins.len = lambda *_: 10",
        unfinished=True,
    ),
    useless("changes its limits", "from autograder.sandbox import Limits\nLimits.call_seconds = 1e9"),
    Attack(
        "raises its own limits in the kernel",
        "for kind in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_CPU, resource.RLIMIT_NOFILE):\n"
        "    attempt(lambda: resource.setrlimit(kind, (resource.RLIM_INFINITY,) * 2) or 'raised')",
    ),
)
