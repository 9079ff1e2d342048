"""Gradients and compilation, which each Keras backend does in its own way."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import keras
from keras import ops


def tensors_are_fixed() -> bool:
    """Whether nobody can change a tensor once it is made: PyTorch's can be."""
    return keras.backend.backend() != "torch"


def gradients(loss: Callable[[list], Any], tensors: list) -> list:
    """The gradients of the scalar `loss(tensors)` for each float tensor, as arrays; zeros where unconnected."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(tensors)
            value = loss(tensors)
        found = tape.gradient(value, tensors, unconnected_gradients="zero")
    elif backend == "jax":
        import jax

        found = jax.grad(lambda inner: loss(inner))(tensors)
    else:
        import torch

        tensors = [tensor.detach().clone().requires_grad_() for tensor in tensors]
        found = torch.autograd.grad(loss(tensors), tensors, allow_unused=True, materialize_grads=True)
    return [ops.convert_to_numpy(gradient) for gradient in found]


def variable_gradients(loss: Callable[[], Any], variables: list) -> list:
    """The gradients of the scalar `loss()` for each `keras.Variable`, as arrays; zeros where unconnected."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            value = loss()
        found = tape.gradient(value, [variable.value for variable in variables], unconnected_gradients="zero")
    elif backend == "jax":
        import jax

        def stateless(values):
            with keras.StatelessScope(list(zip(variables, values, strict=True))):
                return loss()

        found = jax.grad(stateless)([variable.value for variable in variables])
    else:
        import torch

        values = [variable.value for variable in variables]
        found = torch.autograd.grad(loss(), values, allow_unused=True, materialize_grads=True)
    return [ops.convert_to_numpy(gradient) for gradient in found]


def compiled(function: Callable, tensors: list, unknown_axes: int = 1) -> Any:
    """Run `function(*tensors)` as Keras runs it in `fit`: traced once, with the batch size unknown.

    TensorFlow traces a graph whose first `unknown_axes` axes are `None` wherever a tensor has two axes or more;
    JAX traces with fixed sizes; PyTorch has no tracing in Keras and runs eagerly.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        from autograder.seam import graphs

        return graphs.traced(function, tensors, unknown_axes)(*tensors)
    if backend == "jax":
        import jax

        with _kept_nowhere(jax):
            return jax.jit(function)(*tensors)
    return function(*tensors)


def keeps_compiled() -> bool:
    """Whether each compiled program stays for as long as the process lives, as JAX keeps it: some 35 MiB a notebook."""
    return keras.backend.backend() == "jax"


def forget_compiled() -> None:
    """Let go of compiled programs, where they are kept."""
    if keeps_compiled():
        import jax

        jax.clear_caches()


def drop_from_the_start() -> None:
    """Let what is dropped begin anew. On PyTorch alone Keras drops by the process's numbers, not by a layer's own."""
    if keras.backend.backend() == "torch":
        import torch

        torch.manual_seed(0)


@contextlib.contextmanager
def _kept_nowhere(jax: Any) -> Iterator[None]:
    """Whole programs are not kept among the operations that other processes read: one would be an answer to call."""
    before = jax.config.jax_persistent_cache_min_compile_time_secs
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 1e9)
    try:
        yield
    finally:
        jax.config.update("jax_persistent_cache_min_compile_time_secs", before)
