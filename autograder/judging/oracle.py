"""Keras' own layers as oracles, asked in the same words as a learner's."""

from typing import Any

from autograder.judging.answer import Answer, Transcript
from autograder.seam import Workbench


def keras_layer(name: str, *args: Any, **kwargs: Any) -> Answer:
    """A layer of Keras', such as `keras_layer("MultiHeadAttention", num_heads=4, key_dim=3)`.

    It lives with the judge. Like a learner's layer it is called, given weights and differentiated: give it the
    learner's weights and compare what both make of the same inputs.
    """
    import keras

    made_by_keras = Workbench({name: getattr(keras.layers, name)})
    return Answer(made_by_keras, name, Transcript())(*args, **kwargs)
