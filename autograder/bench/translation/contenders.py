"""Who is compared: names, where they are written, and in one line what they are."""

from collections.abc import Mapping
from typing import Any, NamedTuple

# Hardly any pair is seen twice in the minutes that there are, so dropout would only cost time. The paper's rate was
# chosen for batches of 25,000 tokens, and these have `tokens` with [END]: half of it has served better.
# Many processors multiply matrices of bfloat16 sooner; parameters, loss and optimizer stay float32.
COURSE: Mapping[str, Any] = {
    "d_model": 256,
    "num_heads": 8,
    "d_ff": 512,
    "num_layers": 2,
    "max_length": 40,
    "dropout": 0.0,
    "warmup_steps": 400,
    "rate": 0.5,
    "falling": 0.5,
    "tokens": 560,
    "dtype_policy": "mixed_bfloat16",
}


class Entry(NamedTuple):
    """The module and class of a contender, and what it is."""

    module: str
    kind: str
    description: str


CONTENDERS = {
    "course": Entry(
        "course_translator",
        "CourseTranslator",
        "the answers of units 1 to 13: batches of one length and as many tokens, tied projection, a falling rate",
    ),
    "keras.io": Entry(
        "keras_examples",
        "KerasIo",
        "its English-to-Spanish example: 1+1 layers of 256, 8 heads of 256, feed-forward 2048, RMSprop, padded to 20",
    ),
    "kerashub": Entry(
        "keras_examples",
        "KerasHub",
        "TransformerEncoder and TransformerDecoder: 2+2 layers of 256, feed-forward 512, RMSprop, padded to 20",
    ),
    "torch": Entry(
        "torch_transformer",
        "TorchTransformer",
        "PyTorch's nn.Transformer: sizes of the course, the paper's rate, random batches padded to their longest",
    ),
}


def changed(text: str) -> dict[str, Any]:
    """Settings of the course's contender from `name=value,…`.

    Raises `ValueError` for an unknown name, or a value of another type.
    """
    chosen = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, _, value = part.partition("=")
        if name not in COURSE:
            raise ValueError(f"settings of the course's translator are {', '.join(COURSE)}; received {part!r}.")
        kind = type(COURSE[name])
        try:
            chosen[name] = kind(value)
        except ValueError as error:
            raise ValueError(f"{name} takes a value like {COURSE[name]!r}; received {part!r}.") from error
    return chosen
