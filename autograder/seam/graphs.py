"""TensorFlow's graphs: made of a learner's function, and handed over as data that another process can run.

So it can be proved that a graph computes the result, and no Python beside it: it is run where the code is not.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

_CALLS_PYTHON = ("PyFunc", "PyFuncStateless", "EagerPyFunc")


def traced(function: Callable, tensors: Sequence, unknown_axes: int) -> Any:
    """The concrete function of `function(*tensors)`; the first `unknown_axes` of two axes and more are `None` in it.

    Raises `ValueError` where the graph calls back into Python.
    """
    import tensorflow as tf

    _run_without_optimizers(tf)
    signature = [
        tf.TensorSpec(_unknown(tensor.shape, unknown_axes) if len(tensor.shape) > 1 else tensor.shape, tensor.dtype)
        for tensor in tensors
    ]
    graph = tf.function(function, input_signature=signature, autograph=False).get_concrete_function()
    _refuse_python(graph.graph.as_graph_def())
    return graph


def as_data(concrete: Any) -> dict[str, Any]:
    """A concrete function as plain data: its graph, what it is given and holds, and where its results are."""
    import tensorflow as tf

    graph, variables = concrete.graph, {id(variable.handle): variable for variable in concrete.graph.variables}
    held = [
        [inside.name, variables.get(id(outside), outside).numpy(), id(outside) in variables]
        for outside, inside in graph.captures
    ]
    captured = {name for name, _, _ in held}
    return {
        "graph": np.frombuffer(graph.as_graph_def().SerializeToString(), np.uint8),
        "inputs": [one.name for one in concrete.inputs if one.name not in captured],
        "held": held,
        "results": _names(concrete.structured_outputs, tf),
    }


def run(data: dict[str, Any], inputs: Sequence) -> Any:
    """Run a graph that `as_data` has given; no Python of whoever made it takes part."""
    import tensorflow as tf

    _run_without_optimizers(tf)
    definition = tf.compat.v1.GraphDef.FromString(np.asarray(data["graph"]).tobytes())
    _refuse_python(definition)
    _rename_functions(definition, secrets.token_hex(8))
    held = {name: tf.Variable(value) if changes else value for name, value, changes in data["held"]}
    wanted = list(dict.fromkeys(_leaves(data["results"])))

    def again(*given: Any) -> list:
        here = tf.compat.v1.get_default_graph()
        known = {name: here.capture(one.handle if hasattr(one, "handle") else one) for name, one in held.items()}
        known.update(zip(data["inputs"], given, strict=True))
        return tf.graph_util.import_graph_def(definition, input_map=known, return_elements=wanted, name="")

    signature = [tf.TensorSpec(None, tensor.dtype) for tensor in inputs]  # what does not fit is told where it runs
    found = tf.compat.v1.wrap_function(again, signature)(*inputs)
    return _filled(data["results"], dict(zip(wanted, found, strict=True)))


def _run_without_optimizers(tf: Any) -> None:
    """A graph that runs but once is not worth optimising."""
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


def _refuse_python(definition: Any) -> None:
    """Raise `ValueError` where a graph, or a function in it, calls Python."""
    calls = sorted({node.op for node in _nodes(definition) if node.op in _CALLS_PYTHON})
    if calls:
        raise ValueError(f"The graph calls back into Python ({', '.join(calls)}): nothing of it is compiled there.")


def _rename_functions(definition: Any, mark: str) -> None:
    """Give the functions of a graph names that no other has: a process knows but one function of a name."""
    names = {function.signature.name: f"{function.signature.name}_{mark}" for function in definition.library.function}
    for function in definition.library.function:
        function.signature.name = names[function.signature.name]
    for node in _nodes(definition):
        node.op = names.get(node.op, node.op)
        for value in node.attr.values():
            for called in (value.func, *value.list.func):
                if called.name in names:
                    called.name = names[called.name]


def _nodes(definition: Any) -> list:
    """The operations of a graph and of the functions in it."""
    return [*definition.node, *(node for function in definition.library.function for node in function.node_def)]


def _unknown(shape: Any, count: int) -> list:
    """The sizes of a shape, the first `count` of them unknown."""
    return [None if axis < count else size for axis, size in enumerate(shape)]


def _names(result: Any, tf: Any) -> Any:
    """The same containers, with the names of the tensors in them."""
    if isinstance(result, (list, tuple)):
        items = [_names(item, tf) for item in result]
        return items if isinstance(result, list) else tuple(items)
    if isinstance(result, dict):
        return {key: _names(item, tf) for key, item in result.items()}
    if result is None:
        return None
    if not tf.is_tensor(result) or not hasattr(result, "name"):
        raise TypeError(f"A compiled graph returns tensors; received {type(result).__name__}.")
    return result.name


def _leaves(results: Any) -> Iterator[str]:
    if isinstance(results, str):
        yield results
    elif results is not None:
        for item in results.values() if isinstance(results, dict) else results:
            yield from _leaves(item)


def _filled(results: Any, tensors: dict[str, Any]) -> Any:
    if isinstance(results, (list, tuple)):
        return type(results)(_filled(item, tensors) for item in results)
    if isinstance(results, dict):
        return {key: _filled(item, tensors) for key, item in results.items()}
    return tensors.get(results)
