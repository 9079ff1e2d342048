"""Objects that lie about themselves: only what they hold arrives at the judge, as plain data."""

from autograder.tests.attacks.attack import CRASHED, ERROR, FAILED, TIMEOUT, WRONG, Attack, answering

_ZEROS = "ops.zeros((values.shape[0], values.shape[2]))"
_RIGHT = "ops.sum((weights / ops.sum(weights, axis=-1, keepdims=True))[..., None] * values, axis=1)"


def lying(name: str, definition: str, returned: str, **expected) -> Attack:
    """An answer that returns an object of a class defined above it."""
    answer = f"{definition}\ndef weighted_average(values, weights):\n    return {returned}\n"
    return Attack(name, answer=answer, **{"score": 0, "outcomes": WRONG, **expected})


LYING = (
    lying(
        "an object equal to everything",
        "class Equal:\n    __eq__ = __le__ = __lt__ = __ge__ = __bool__ = lambda *_: True\n    __hash__ = None",
        "Equal()",
    ),
    lying(
        "an object that turns into whatever array is asked for",
        "class Array:\n    shape = (2, 12)\n    dtype = np.dtype('float32')\n"
        "    def __array__(self, *_, **__):\n        return np.full((2, 12), np.nan)",
        "Array()",
        outcomes=FAILED,
    ),
    lying(
        "an object that says its class is an array's",
        "class Disguised:\n    __class__ = property(lambda self: np.ndarray)\n    nbytes = 8\n    shape = (2, 12)",
        "Disguised()",
        outcomes=ERROR,
    ),
    lying(
        "an array that compares equal and has every shape",
        "class Any(np.ndarray):\n    __eq__ = __ne__ = lambda *_: True\n    shape = property(lambda self: (2, 12))",
        "np.zeros(3).view(Any)",
        outcomes=FAILED,
    ),
    lying(
        "an array whose size in bytes is a lie",
        "class Small(np.ndarray):\n    nbytes = property(lambda self: 8)",
        "np.zeros(20_000_000, np.float32).view(Small) if values.shape[0] else None",
        outcomes=WRONG | TIMEOUT,
    ),
    lying(
        "a masked array with its mask over all",
        "",
        "np.ma.array(np.zeros((2, 12)), mask=True)",
        outcomes=FAILED,
    ),
    lying(
        "a number that is every number",
        "class Number(float):\n    __eq__ = __gt__ = __lt__ = lambda *_: True\n    __float__ = lambda self: 3.0",
        "Number(0)",
        outcomes=FAILED,
    ),
    lying("an integer of ten thousand digits", "", "10 ** 10_000", outcomes={"crashed"}),
    lying("an integer of four thousand digits", "", "10 ** 4_000"),
    lying(
        "a text that is every text",
        "class Text(str):\n    __eq__ = lambda *_: True\n    __hash__ = str.__hash__\n    __str__ = lambda self: self",
        "Text('x')",
    ),
    lying(
        "a list whose length and items disagree",
        "class Long(list):\n    __len__ = lambda self: 2\n    __iter__ = lambda self: iter([1.0] * 24)",
        "Long()",
    ),
    lying(
        "a list without end",
        "class Endless(list):\n    def __iter__(self):\n        while True:\n            yield 1.0",
        "Endless() if values.shape[0] else None",
        outcomes=WRONG | TIMEOUT,
    ),
    lying(
        "a dictionary without end",
        "import itertools\nclass Endless(dict):\n    items = lambda self: ((str(n), n) for n in itertools.count())",
        "Endless() if values.shape[0] else None",
        outcomes=WRONG | TIMEOUT,
    ),
    lying(
        "a dictionary whose keys change with every look",
        "class Key(str):\n    __str__ = lambda self: os.urandom(4).hex()\n    __hash__ = lambda self: 1",
        "{Key('a'): 1.0, Key('b'): 2.0}",
        outcomes=FAILED,
    ),
    lying("a generator", "", f"(row for row in {_RIGHT})"),
    lying(
        "an object whose attributes change with every look",
        "class Fickle:\n    __getattr__ = lambda self, name: os.urandom(8)\n    __repr__ = lambda self: 1 / 0",
        "Fickle()",
        outcomes=ERROR,
    ),
    lying(
        "an object whose class has a hostile metaclass",
        "class Meta(type):\n    __instancecheck__ = __subclasscheck__ = __eq__ = lambda *_: True\n"
        "    __hash__ = type.__hash__\n    __name__ = property(lambda cls: 1 / 0)\n"
        "class Odd(metaclass=Meta):\n    pass",
        "Odd()",
        outcomes=CRASHED,
    ),
    lying("a symbolic tensor", "", "keras.KerasTensor((2, 12))"),
    lying("numbers that are objects", "", "np.array([object()])", outcomes=ERROR),
    lying("numbers that are complex", "", f"ops.convert_to_numpy({_ZEROS}) + 0j", outcomes=ERROR),
    lying("numbers that are text", "", "np.full((2, 12), '3.0')", outcomes=ERROR),
    lying("numbers that are dates", "", "np.zeros((2, 12), 'datetime64[s]')", outcomes=ERROR),
    lying("numbers that are records", "", "np.zeros((2, 12), [('a', 'f4')])", outcomes=ERROR),
    lying("numbers wider than any", "", "np.zeros((2, 12), np.longdouble)", outcomes=ERROR),
    lying("nothing but NaN earns nothing for its shape", "", f"{_ZEROS} * float('nan')"),
    lying("nothing but zeros earns nothing for its shape and independence", "", _ZEROS),
    lying("one number for all", "", "ops.mean(values)", outcomes=FAILED),
    lying("right numbers with one axis more", "", f"{_RIGHT}[None]", outcomes=FAILED),
    answering(
        "a tensor whose way to NumPy is a lie",
        "tensor = ops.zeros((values.shape[0], values.shape[2]))\n"
        "type(tensor).numpy = type(tensor).__array__ = lambda self, *_, **__: np.full(tuple(self.shape), np.nan)\n"
        "return tensor",
        outcomes=WRONG,
    ),
)
