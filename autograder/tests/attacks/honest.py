"""Honest work in all its forms: nothing of it may cost a point."""

from autograder.tests.attacks.attack import RIGHT, Attack, answering

_SHARES = "shares = weights / ops.sum(weights, axis=-1, keepdims=True)"
_RESULT = "ops.sum(shares[..., None] * values, axis=1)"


def rightly(name: str, body: str) -> Attack:
    return answering(name, body, score=10, outcomes=frozenset({"passed"}))


def written(name: str, answer: str, cell: str = "") -> Attack:
    return Attack(name, cell, answer)


HONEST = (
    Attack("prints to stderr", "print('working', file=sys.stderr)"),
    Attack("warns", "import warnings\nwarnings.warn('careful')\nnp.float32(1) / np.float32(0)"),
    Attack(
        "shows a progress bar",
        "bar = keras.utils.Progbar(50)\nfor n in range(51): bar.update(n)\n"
        "for n in range(100): print(f'\\r{n} %', end='', file=sys.stderr, flush=True)",
    ),
    Attack(
        "logs a lot", "import logging\nlogging.basicConfig(level=0)\nfor n in range(2000): logging.info('step %d', n)"
    ),
    Attack("asks for input", "name = input('Your name? ')", unfinished=True),
    Attack("lists and installs", "!ls\n!pip --version\n%pip --version"),
    Attack(
        "uses magics",
        "%time sum(range(10))\n%timeit -n 1 -r 1 sum(range(10))\n%matplotlib inline\n"
        "%config InlineBackend.figure_format = 'svg'",
    ),
    Attack("has a cell magic", "%%time\nx = 3\nprint('TRIED')", unfinished=True),
    Attack("uses a magic that is not there", "%load_ext autoreload\n%no_such_magic", unfinished=True),
    Attack("plots", "import matplotlib.pyplot as plt\nplt.plot([1, 2], label='é')\nplt.legend()\nplt.show()"),
    Attack(
        "displays tables and formulas",
        "from IPython.display import display, HTML, Markdown, Math\n"
        "class Table:\n    def _repr_html_(self):\n        return '<table><tr><td>1</td></tr></table>'\n"
        "display(Table(), HTML('<b>x</b>'), Markdown('*x*'), Math('x^2'))",
    ),
    Attack("asks for help", "ops.softmax?\nhelp(len)"),
    Attack(
        "sets seeds and precision for all",
        "keras.utils.set_random_seed(3)\nnp.random.seed(3)\nnp.set_printoptions(precision=2)",
    ),
    Attack("writes a file and reads it again", "open('notes.txt', 'w').write('ü')\nprint(open('notes.txt').read())"),
    Attack(
        "trains a small model",
        "model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])\n"
        "model.compile('sgd', 'mse')\nmodel.fit(np.ones((8, 3)), np.ones(8), epochs=2)",
    ),
    Attack(
        "saves and loads a model",
        "model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])\n"
        "model.save('own.keras')\nkeras.models.load_model('own.keras').summary()",
    ),
    Attack("has an error in a cell of its own", "1 / 0", unfinished=True),
    Attack("has a cell that is no Python", "this is no Python", unfinished=True),
    Attack(
        "has tests of its own",
        "assert 1 + 1 == 2",
        then="assert weighted_average(ops.ones((1, 2, 3)), ops.ones((1, 2))).shape == (1, 3)",
    ),
    Attack(
        "defines helpers in a cell above",
        f"def shares_of(weights):\n    {_SHARES}\n    return shares",
        answer=f"def weighted_average(values, weights):\n    shares = shares_of(weights)\n    return {_RESULT}",
    ),
    Attack("imports a star", "from keras.ops import *\nfrom numpy import pi"),
    written(
        "has annotations",
        f"def weighted_average(values: 'Tensor', weights: keras.KerasTensor) -> 'Tensor':\n"
        f"    {_SHARES}\n    return {_RESULT}",
    ),
    written("has names of other letters", RIGHT.replace("shares", "gewünschte_Anteile_ß_σ")),
    written(
        "writes a lambda",
        "weighted_average = lambda values, weights: ops.sum(\n"
        "    (weights / ops.sum(weights, -1, keepdims=True))[..., None] * values, axis=1)",
    ),
    written(
        "writes a partial function",
        "import functools\ndef average(axis, values, weights):\n"
        f"    {_SHARES}\n    return ops.sum(shares[..., None] * values, axis=axis)\n"
        "weighted_average = functools.partial(average, 1)",
    ),
    written(
        "writes a class with __call__",
        "class Average:\n"
        f"    def __call__(self, values, weights):\n        {_SHARES}\n        return {_RESULT}\n"
        "weighted_average = Average()",
    ),
    written(
        "writes a data class",
        "import dataclasses\n@dataclasses.dataclass\nclass Average:\n    axis: int = 1\n"
        f"    def __call__(self, values, weights):\n        {_SHARES}\n        return {_RESULT}\n"
        "weighted_average = Average()",
    ),
    written(
        "writes a layer",
        "class Average(keras.layers.Layer):\n"
        f"    def call(self, values, weights):\n        {_SHARES}\n        return {_RESULT}\n"
        "weighted_average = Average()",
    ),
    written(
        "decorates",
        "import functools\ndef noted(function):\n    @functools.wraps(function)\n    def call(*args, **kwargs):\n"
        f"        print('called')\n        return function(*args, **kwargs)\n    return call\n@noted{RIGHT}",
    ),
    rightly("uses einsum", f"{_SHARES}\nreturn ops.einsum('bs,bsd->bd', shares, values)"),
    rightly(
        "uses TensorFlow itself",
        "import tensorflow as tf\nshares = weights / tf.reduce_sum(weights, -1, keepdims=True)\n"
        "return tf.einsum('bs,bsd->bd', shares, values)",
    ),
    rightly("prints while it is called", f"print('shape', values.shape, file=sys.stderr)\n{_SHARES}\nreturn {_RESULT}"),
    rightly("is slow but right", f"sum(range(3_000_000))\n{_SHARES}\nreturn {_RESULT}"),
    rightly(
        "returns NumPy where it is not compiled",
        f"{_SHARES}\nresult = {_RESULT}\nreturn result if values.shape[0] is None else np.asarray(result)",
    ),
    rightly(
        "returns wider numbers",
        f"{_SHARES}\nresult = {_RESULT}\nreturn result if values.shape[0] is None else np.asarray(result, np.float64)",
    ),
    rightly(
        "returns a variable where it is not compiled",
        f"{_SHARES}\nresult = {_RESULT}\nreturn result if values.shape[0] is None else keras.Variable(result)",
    ),
)
