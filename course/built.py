"""Stepping stones: what you wrote in earlier units, for use in later ones.

    from course.built import masked_attention

gives your own answer if all its checks hold in your notebook as last saved, else the reference, and says which of the
two and why. When a notebook is graded it is always the reference, of earlier units only: a mistake in one unit never
costs points in the next.
"""

from collections.abc import Callable
from typing import Any

from autograder.seam import given


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner

    return _registered(_whoever_gives()(name), name)


def __dir__() -> list[str]:
    return dir(_whoever_gives())


def _whoever_gives() -> Callable[[str], Any]:
    if given.giver():
        return given.giver()
    from autograder.learner.stepping_stones import AtHome  # in a worker it is out of reach, and not needed

    return AtHome()


def _registered(answer: Any, name: str) -> Any:
    """The answer; a layer known to Keras by a name under which it is found again in a saved model."""
    import keras

    can_be_saved = isinstance(answer, type) and hasattr(answer, "get_config")
    if can_be_saved and keras.saving.get_registered_name(answer) in (answer.__name__, f"course>{name}"):
        keras.saving.register_keras_serializable("course", name)(answer)  # anew: another of this name may have come
    return answer
