"""What is done to layers before they are asked, and how they are written to a file and read from one."""

import contextlib
import os
import random
import sys
import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np


def is_layer(found: Any) -> bool:
    """Whether this is a layer or makes one; never imports keras for its own sake."""
    keras = sys.modules.get("keras")
    kind = found if isinstance(found, type) else type(found)
    return keras is not None and issubclass(kind, keras.layers.Layer)


def build_parts(found: Any, args: tuple, kwargs: dict) -> None:
    """Call a layer once before its first call, so that the layers in it make their weights; nothing else changes.

    Keras does so too, for a layer without `build` and for each one in it, and traces a graph for each, which takes
    several times as long. Whatever goes wrong here goes wrong again in the call itself, and is told there.
    """
    if isinstance(found, type) or not is_layer(found) or getattr(found, "built", True):
        return
    import keras

    if not _is_built_by_a_call(found):
        return
    inner = [layer for layer in found._flatten_layers(include_self=False) if _is_built_by_a_call(layer)]
    inner = [layer for layer in inner if not layer.built]
    for layer in inner:
        layer.built = True  # for the while, so that Keras traces none of them
    is_done = False
    with contextlib.suppress(Exception), keras.StatelessScope():
        found.call(*args, **kwargs)
        is_done = True
    for layer in inner:
        layer.built = False
    for layer in reversed(inner):  # from the inside out
        if is_done and all(part.built for part in layer._flatten_layers(include_self=False, recursive=False)):
            layer.build(None)


def _is_built_by_a_call(layer: Any) -> bool:
    import keras

    return type(layer).build is keras.layers.Layer.build


@contextlib.contextmanager
def same_weights_at_first(found: Any) -> Iterator[None]:
    """Give a layer the same initial weights every time: Keras draws the seeds of its initialisers from `random`.

    So a known mistake that is built as the learner's layer is starts from the same weights and gives the same.
    What it drops is the same too, call by call. A function keeps its own random numbers: whether they repeat may be
    what is asked.
    """
    if not is_layer(found):
        yield
        return
    from autograder.seam.backends import drop_from_the_start

    before = random.getstate()
    random.seed(0)
    if isinstance(found, type):
        drop_from_the_start()
    try:
        yield
    finally:
        random.setstate(before)


def saved(layer: Any, inputs: tuple, kwargs: dict) -> np.ndarray:
    """The bytes of the `.keras` file that holds a model, or a layer in one; `inputs` are what it is called with."""
    import keras

    model = layer if isinstance(layer, keras.Model) else _around(layer, inputs, kwargs)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "answer.keras")
        model.save(path)
        return np.fromfile(path, np.uint8)


def _around(layer: Any, inputs: tuple, kwargs: dict) -> Any:
    """A model that holds this layer alone."""
    import keras

    inputs = keras.tree.map_structure(
        lambda tensor: keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype), list(inputs)
    )
    return keras.Model(inputs, layer(*inputs, **kwargs))


def loaded(kind: type, file: np.ndarray, name: str) -> Any:
    """What the bytes of a `.keras` file hold: the model of this class, or in it the layer of this class and name."""
    import keras

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "answer.keras")
        file.tofile(path)
        with _parts_built_at_once(kind), warnings.catch_warnings(action="ignore"):  # of layers without `build`
            model = keras.models.load_model(path, custom_objects={kind.__name__: kind})
    return model if issubclass(kind, keras.Model) else model.get_layer(name)


@contextlib.contextmanager
def _parts_built_at_once(kind: type) -> Iterator[None]:
    """Let one call build the layers in a model of this class as it is read from a file, before Keras builds the model.

    As at a first call, Keras would trace a graph for each. What it does itself then is the same, and must work too.
    """
    import keras

    usual = kind.build_from_config
    if usual is not keras.Model.build_from_config:
        yield
        return

    def build_from_config(model: Any, config: dict) -> None:
        with contextlib.suppress(Exception):
            shapes = config["input_shape"]
            build_parts(model, (keras.tree.map_shape_structure(keras.ops.zeros, shapes),), {})
        usual(model, config)

    kind.build_from_config = build_from_config
    try:
        yield
    finally:
        del kind.build_from_config
