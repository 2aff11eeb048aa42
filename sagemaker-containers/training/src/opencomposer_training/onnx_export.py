"""Exports a trained network as one ONNX file, which must give PyTorch's numbers before it is kept. It is for training
only (PyTorch)."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import torch
from opencomposer_music.model_limits import MAX_MODEL_BYTES, METADATA_KEY, OPSET
from opencomposer_serving.failures import ModelRejected
from opencomposer_serving.onnx_file import check_opset, summarize
from torch import nn

TOLERANCE = 2e-3
"""The largest accepted difference of a logit. Logits of up to some tens are float32 sums in another order."""

Inputs = Mapping[str, npt.NDArray[np.float32]]


def export_onnx(
    served: nn.Module,
    *,
    example: Inputs,
    input_axes: Mapping[str, Mapping[int, str]],
    outputs: Mapping[str, Sequence[int | str]],
    metadata: str,
    trials: Sequence[Inputs],
) -> bytes:
    """Returns `served` (on the CPU, in the plain memory layout) as a single file without external data.

    example: one set of inputs by name, in the order of forward(); input_axes: their axes of any length, named;
    outputs: the shape of each, names for axes of any length; trials: inputs of other lengths on which the file must
    give the module's numbers; metadata: JSON text for metadata_props["opencomposer"]. Raises RuntimeError where ONNX
    Runtime does not give PyTorch's numbers, and where the inference container would refuse the file.
    """
    model = traced(
        served,
        example=example,
        dynamic_axes={name: dict(axes) for name, axes in input_axes.items()}
        | {name: {i: axis for i, axis in enumerate(axes) if isinstance(axis, str)} for name, axes in outputs.items()},
        outputs=list(outputs),
    )
    # The exporter does not always see that an axis is fixed. The checker below refuses a shape that contradicts the
    # graph.
    for output in model.graph.output:
        for axis, found in zip(outputs[output.name], output.type.tensor_type.shape.dim, strict=True):
            if isinstance(axis, int):
                found.dim_value = axis
    model.producer_name = "opencomposer"
    entry = model.metadata_props.add()
    entry.key, entry.value = METADATA_KEY, metadata
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString(deterministic=True)
    check_servable(content)
    verify_export(content, served, list(outputs), trials)
    return content


def traced(
    served: nn.Module,
    *,
    example: Inputs,
    outputs: Sequence[str],
    dynamic_axes: Mapping[str, Mapping[int, str]],
) -> onnx.ModelProto:
    """Returns what PyTorch makes of `served` (on the CPU), unchecked. It leaves the module in evaluation mode.

    example: one set of inputs by name, in the order of forward(); dynamic_axes: the axes of any length, named, by input
    or output.
    """
    # The whole module must be in evaluation mode, because the exporter restores the mode of the outermost module.
    served.eval()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        path = Path(folder) / "model.onnx"
        # The tracing exporter is deprecated in favor of one that needs another package. Who keeps its result checks it.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            served,
            tuple(torch.from_numpy(value) for value in example.values()),
            path,
            dynamo=False,
            opset_version=OPSET,
            input_names=list(example),
            output_names=list(outputs),
            dynamic_axes={name: dict(axes) for name, axes in dynamic_axes.items()},
        )
        return onnx.load(path)


def check_servable(content: bytes, opset: int = OPSET) -> None:
    """Reads the file as the inference container does. Raises RuntimeError where it would be refused there."""
    if len(content) > MAX_MODEL_BYTES:
        raise RuntimeError(
            f"the exported model has {len(content)} bytes, and a model may have {MAX_MODEL_BYTES} at most"
        )
    try:
        check_opset(summarize(content), opset)
    except ModelRejected as error:
        raise RuntimeError(f"the inference container would refuse the exported model: {error}") from None


def verify_export(content: bytes, served: nn.Module, outputs: Sequence[str], trials: Sequence[Inputs]) -> None:
    """Runs the file in ONNX Runtime beside the module. Raises RuntimeError where their numbers differ."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    for trial in trials:
        responses = session.run(list(outputs), dict(trial))
        with torch.inference_mode():
            expected = served(*(torch.from_numpy(value) for value in trial.values()))
        for response, wanted in zip(responses, expected, strict=True):
            difference = float(np.max(np.abs(np.asarray(response) - wanted.numpy())))
            if not difference <= TOLERANCE:
                raise RuntimeError(f"the exported model differs from the trained one by {difference}")
