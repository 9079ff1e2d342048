"""What errors that any tensor can give mean: the likely mistake where no known one of the exercise explains it."""

import re

import numpy as np

from autograder.judging.expect import returned
from autograder.judging.sameness import Failure
from autograder.seam import LearnerError

# NumPy's methods and attributes, and by what they are called in `keras.ops` where that is another name
_SAME_NAMES = {"all", "any", "argmax", "argmin", "argsort", "clip", "copy", "cumsum", "diagonal", "max", "mean", "min"}
_SAME_NAMES |= {"prod", "ravel", "repeat", "reshape", "round", "size", "sort", "squeeze", "std", "sum", "swapaxes"}
_SAME_NAMES |= {"take", "trace", "transpose", "var"}
_OTHER_NAMES = {"astype": "cast", "dot": "matmul", "flatten": "ravel", "T": "transpose"}
_OPERATIONS = {name: name for name in _SAME_NAMES} | _OTHER_NAMES
_NO_ATTRIBUTE = re.compile(r"AttributeError: '?[\w.]*(?:Tensor|ArrayImpl|Tracer)'? object has no attribute '?(\w+)'?")
_NO_NUMBERS_YET = (
    "While a graph is compiled or a gradient is traced, a tensor has no numbers that Python or NumPy could read: "
    "compute with `keras.ops` alone."
)
_NO_SIZE_YET = (
    "In a compiled graph a size may still be unknown, and `x.shape` holds None for it: "
    "use `ops.shape(x)`, or −1 in `ops.reshape`, or a function that needs no size."
)
_CANNOT_CHANGE = "You assign into a tensor, which cannot be changed. Make a new one, for example with `ops.where`."
_CANNOT_INDEX = "A tensor takes numbers and slices between [ ], no other tensor or array: use `ops.take`."
_BOOLEANS = (
    "You calculate with booleans. Choose with `ops.where`, turn them over with `ops.logical_not`, "
    "or make numbers of them first: `ops.cast`."
)
_TWO_DTYPES = "Two tensors that meet in `+`, `*` and the like must have one dtype: make them alike with `ops.cast`."
_INTEGERS_AND_FLOATS = (
    "Integers meet floats here, and a tensor calculates with one kind of number at a time. "
    'Make floats of the integers first: `ops.cast(x, "float32")`.'
)
_COPIED = (
    "A ready-made layer has no weights before it is built, and keeps copies of what it is given: no gradient reaches "
    "your tensors. Compute with the tensors themselves, by `ops`."
)
_MADE_IN_A_GRAPH = (
    "You make a layer while a graph is compiled, where no new weights can be made. Where tensors are the weights, "
    "compute with them by `ops`; a layer's own parts are made once, in `__init__`."
)
_NO_GRADIENT = (
    "No gradient arrives at all: your result does not depend on this input by way of `ops` alone. NumPy, rounding, "
    "`stop_gradient` or a ready-made layer with weights of its own cuts it off."
)
_TWO_MATRICES = "`@` wants two axes or more on both sides. `ops.matmul` takes a single vector too."
SWAPPED = "The {} and the {} argument stand in each other's place: exchanged, they give the right result."
_NOTHING = "Your code gives back nothing, None. End it with `return` and the result."
_TELLTALES = (  # what an error says, and what it means
    (r"does not support item assignment|attribute '__setitem__'|arrays are immutable", _CANNOT_CHANGE),
    (r"Only integers, slices .* are valid indices|Expected begin, end, and strides to be 1D", _CANNOT_INDEX),
    (r"Cannot convert \S+ to \w+ of dtype bool|Expected bool, but got|with a bool tensor is not supported", _BOOLEANS),
    (r"expected to be a u?int\w* tensor but is a (float|double|half)\w* tensor", _INTEGERS_AND_FLOATS),
    (r"expected to be a (float|double|half)\w* tensor but is a u?int\w* tensor", _INTEGERS_AND_FLOATS),
    (r"has type u?int\w+ that does not match type b?float\w+", _INTEGERS_AND_FLOATS),
    (r"has type b?float\w+ that does not match type u?int\w+", _INTEGERS_AND_FLOATS),
    (r"must have the same dtype, got tf.(int\d+ != tf.float|float\d+ != tf.int)\d+", _INTEGERS_AND_FLOATS),
    (
        r"Cannot convert -?[\d.e+-]+ to \w+ of dtype u?int|Expected u?int\d+, but got -?[\d.e+-]+ of type 'float'",
        _INTEGERS_AND_FLOATS,
    ),
    (r"expected to be a \w+ tensor but is a \w+ tensor|Op has type \w+ that does not match", _TWO_DTYPES),
    (r"In\[[01]\] ndims must be >= 2|must be rank 2 but is rank 1 for '\{\{node matmul", _TWO_MATRICES),
)
_IN_A_GRAPH = r"only supports singleton tf\.Variables|`input_dim` must be a positive integer\. Received: input_dim=None"
_TELLTALES_OF_A_GRAPH = (  # where all else holds: before, a loop or a None may be the lesser mistake
    (r"symbolic `?tf.Tensor|not 'SymbolicTensor'|'SymbolicTensor' .*'(numpy|item|tolist)'", _NO_NUMBERS_YET),
    (r"Tracer\w+ConversionError|ConcretizationTypeError|NonConcreteBooleanIndexError", _NO_NUMBERS_YET),
    (r"None values not supported|partially known TensorShape|'NoneType' object cannot be interpreted", _NO_SIZE_YET),
    (r"unsupported operand .*'NoneType'|len is not well defined", _NO_SIZE_YET),
    (r"Failed to convert elements of \([^)]*None|Expected int32, but got None", _NO_SIZE_YET),
)


def likely_cause(error: LearnerError, only_in_graphs: bool) -> str | None:
    """The sentence that helps with an error of a tensor, whatever the exercise; None for any other error.

    `only_in_graphs` says that nothing else is wrong with the answer.
    """
    for pattern, sentence in _TELLTALES + (_TELLTALES_OF_A_GRAPH if only_in_graphs else ()):
        if re.search(pattern, error.message):
            return sentence
    if "set_weights" in error.line and "was expecting 0 weights" in error.message:  # the learner's own line, no test's
        return _COPIED
    if re.search(_IN_A_GRAPH, error.message):
        return _MADE_IN_A_GRAPH
    missing = _NO_ATTRIBUTE.match(error.message)
    if missing and missing[1] in _OPERATIONS:
        call = "" if missing[1] in ("T", "size") else "()"
        return f"A tensor has no `.{missing[1]}{call}`. Use `ops.{_OPERATIONS[missing[1]]}`."
    return None


def cause_of_a_zero_gradient(failure: Failure) -> str | None:
    """The sentence that helps where all slopes are exactly 0 and some should not be; None where that is not so."""
    values = failure.values
    if values is None or not isinstance(values.actual, np.ndarray) or values.actual.any():
        return None
    return _NO_GRADIENT if np.any(values.wanted) else None


def cause_of_nothing(got: str) -> str | None:
    """The sentence that helps where nothing came back, by what a report says came back; None where something did."""
    return _NOTHING if got == returned(None) else None


def cause_of_nothing_in(error: LearnerError) -> str | None:
    """The same where an answer that gives back nothing elsewhere stops the one who goes on with it."""
    return _NOTHING if re.search(r"\(None\) with an unsupported type|NoneType", error.message) else None
