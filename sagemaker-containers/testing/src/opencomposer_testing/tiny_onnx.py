"""The parts that all hand-made model files have in common: small, quick, no PyTorch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 8


def constant(name: str, values: npt.NDArray[np.generic]) -> TensorProto:
    """Returns a tensor that is part of the file."""
    return numpy_helper.from_array(values, name)


def floats(name: str, *axes: int | str) -> onnx.ValueInfoProto:
    """Returns an input or output; an axis of any length has a name."""
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list[int | str](axes))


def tiny_model(
    nodes: Sequence[onnx.NodeProto],
    *,
    inputs: Sequence[onnx.ValueInfoProto],
    outputs: Sequence[onnx.ValueInfoProto],
    initializers: Sequence[TensorProto],
    metadata: str,
) -> onnx.ModelProto:
    """Returns a model as a message that a test may corrupt. metadata: JSON text, under the key of our exporter."""
    graph = helper.make_graph(list(nodes), "tiny", list(inputs), list(outputs), list(initializers))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    entry = model.metadata_props.add()
    entry.key, entry.value = "opencomposer", metadata
    return model


def file_of(model: onnx.ModelProto) -> bytes:
    """Returns the model's file."""
    content: bytes = model.SerializeToString(deterministic=True)
    return content
