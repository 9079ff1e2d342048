"""What a test asked of the learner's code, as the learner would write it."""

from typing import Any

import numpy as np

from autograder.judging.answer import Entry, Transcript, named
from autograder.judging.expect import summary
from autograder.seam import Handle

_OF_KERAS = {
    "weights": "get_weights()",
    "set_weights": "set_weights(…)",
    "rebuilt": "from_config(get_config())",
}
_NOTES = {
    "compiled": " in a compiled graph",
    "gradient": ", and its gradient",
    "weight_gradients": ", and the gradients of its weights",
    "reloaded": ", saved in a model and loaded again",
    "elsewhere": ", as in another process",
}


def last_call(transcript: Transcript) -> str:
    """The last thing a test asked, in one line; a layer by how it was made, and a part after the call of its layer."""
    if not transcript:
        return ""
    if (whole := _whole_of_part(transcript)) is not None:
        part = transcript[-1]
        return f"{last_call(whole)}, then its {part.target.type_name}({_arguments(part)})"
    target, operation, args, options, _ = transcript[-1]
    maker = maker_of(target, transcript)
    name = f"{maker.target}({_arguments(maker)})" if maker else named(target)
    if operation == "attribute":
        return f"{name}.{args[0]}"
    if operation in _OF_KERAS:
        return f"{name}.{_OF_KERAS[operation]}"
    if operation == "method":
        name = f"{name}.{args[0]}"
    unknown = options.get("unknown_axes", 0) if _leaves_sizes_open() else 0
    return f"{name}({_arguments(transcript[-1], unknown)}){_NOTES.get(operation, '')}"


def maker_of(target: str | Handle, transcript: Transcript) -> Entry | None:
    """The call of the learner's class that made the object behind a handle, if this test saw it made so."""
    made = (entry for entry in transcript if isinstance(entry.result, Handle) and entry.result == target)
    maker = next(made, None)
    return maker if maker and maker.operation == "call" and isinstance(maker.target, str) else None


def _whole_of_part(transcript: Transcript) -> Transcript | None:
    """Where the last call is of a part of the learner's layer: what was asked up to the last call of the layer."""
    last = transcript[-1]
    if last.operation != "call" or not isinstance(last.target, Handle) or maker_of(last.target, transcript):
        return None
    for end in range(len(transcript) - 1, 0, -1):
        entry = transcript[end - 1]
        if entry.operation == "call" and isinstance(entry.target, Handle) and maker_of(entry.target, transcript):
            return transcript[:end]
    return None


def given(entry: Entry) -> tuple[tuple, dict[str, Any]]:
    """The positional arguments and the keywords of one call."""
    args = entry.args[1:] if entry.operation == "method" else entry.args
    positional = args[0] if args and isinstance(args[0], tuple) else ()
    return positional, args[1] if len(args) > 1 and isinstance(args[1], dict) else {}


def _arguments(entry: Entry, unknown: int = 0) -> str:
    positional, keywords = given(entry)
    constant = entry.options.get("constant", ())
    shown = [_shown(value, 0 if place in constant else unknown) for place, value in enumerate(positional)]
    return ", ".join(shown + [f"{name}={_shown(value)}" for name, value in keywords.items()])


def _leaves_sizes_open() -> bool:
    """Whether a compiled graph is traced with sizes unknown: TensorFlow's is."""
    import keras

    return keras.backend.backend() == "tensorflow"


def _shown(value: Any, unknown: int = 0) -> str:
    """An argument in a few words: a function by its name, an array with the first axes unknown as the graph sees it."""
    if isinstance(value, Handle):
        return named(value)
    if unknown and isinstance(value, dict):
        return f"{{{', '.join(f'{name!r}: {_shown(item, unknown)}' for name, item in value.items())}}}"
    if unknown and isinstance(value, np.ndarray) and value.ndim > 1:
        sizes = ["None"] * unknown + [str(size) for size in value.shape[unknown:]]
        return f"({', '.join(sizes)}) {value.dtype}"
    return getattr(value, "__name__", "a function") if callable(value) else summary(value)
