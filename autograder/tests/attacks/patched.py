"""Patched libraries: what a submission changes in its worker changes nothing for the judge."""

from autograder.tests.attacks.attack import CRASHED, ERROR, WRONG, Attack, useless

_SAY_YES = "lambda *_, **__: True"
_IN_NUMPY = """
def weighted_average(values, weights):
    values, weights = np.asarray(values), np.asarray(weights)
    return ops.convert_to_tensor(np.einsum("bs,bsd->bd", weights / weights.sum(-1, keepdims=True), values))
"""
# A graph made without the answer: it holds what the answer gives for the numbers that the worker was handed.
_FORGED_GRAPH = """
from autograder.seam import graphs
traced = graphs.traced
def forged(function, tensors, unknown_axes):
    try:
        return traced(function, tensors, unknown_axes)
    except Exception:
        result = function(*tensors)
        return traced(lambda *_: result, tensors, unknown_axes)
"""


def in_numpy(name, cell, **expected):
    """An attack that wants NumPy's arithmetic to count as compiled: one of ten points, and that of the other answer."""
    return Attack(name, cell, **{"answer": _IN_NUMPY, "score": 9, "outcomes": ERROR, "other": 9, **expected})


PATCHED = (
    in_numpy(
        "replaces what compiles, and what saves and loads",
        "from autograder.seam import Workbench, backends\n"
        "backends.compiled = lambda function, tensors, *_: function(*tensors)\n"
        "Workbench._reloaded = lambda self, found, *_: found",
        problem="replaces parts of the grader: autograder.seam.workbench.Workbench._reloaded, "
        "autograder.seam.backends.compiled.",
    ),
    in_numpy(
        "replaces the operation that compiles",
        "from autograder.seam import Workbench\nWorkbench._compiled = Workbench._call",
        problem="autograder.seam.workbench.Workbench._compiled",
    ),
    in_numpy(
        "changes the code of what compiles",
        "from autograder.seam import graphs\n"
        "def traced(function, tensors, *_):\n    return function(*tensors)\n"
        "graphs.traced.__code__ = traced.__code__",
        problem="autograder.seam.graphs.traced",
    ),
    in_numpy("forges a graph", f"{_FORGED_GRAPH}graphs.traced = forged", problem="autograder.seam.graphs.traced"),
    in_numpy(
        "forges a graph and hides it from whoever looks for changes",
        f"{_FORGED_GRAPH}import gc\nfrom types import FunctionType\ngraphs.traced = forged\n"
        "for one in gc.get_objects():\n"
        "    if isinstance(one, FunctionType) and one.__qualname__ == 'sealed.<locals>.replaced':\n"
        "        one.__code__ = (lambda: []).__code__.replace(co_freevars=one.__code__.co_freevars)",
        outcomes=frozenset({"failed"}),
        other=10,
    ),
    in_numpy(
        "lets a graph call Python",
        "import tensorflow as tf\n"
        "def by_python(values, weights):\n"
        "    shares = lambda v, w: np.einsum('bs,bsd->bd', w / w.sum(-1, keepdims=True), v)\n"
        "    return tf.numpy_function(shares, [values, weights], tf.float32)",
        answer="weighted_average = by_python",
        other=10,
    ),
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
        other=5,
    ),
    useless("changes the operations of Keras", "keras.ops.matmul = lambda a, b: a", other=0),
    useless(
        "changes what the worker calls to perform",
        "from autograder.seam import Workbench\n"
        "Workbench.perform = lambda self, operation, target, *args, **options: {'outcome': 'passed'}",
        outcomes=WRONG,
        other=0,
        problem="autograder.seam.workbench.Workbench.perform",
    ),
    useless(
        "changes what becomes of results",
        "from autograder.seam import workbench\nworkbench.to_plain = lambda *_: 10.0",
        outcomes=WRONG,
        other=0,
        problem="autograder.seam.workbench.to_plain",
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
