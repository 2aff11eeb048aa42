"""The ONNX file of a module is whole, takes any length, and is refused where its numbers are not the module's."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from opencomposer_music.model_limits import MAX_MODEL_BYTES, METADATA_KEY, OPSET
from opencomposer_training.onnx_export import Inputs, check_servable, export_onnx, verify_export
from torch import Tensor, nn


class Tiny(nn.Module):
    """A module with batch normalization, which makes training and evaluation differ."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(2, 3, 3, padding=1)
        self.normalization = nn.BatchNorm1d(3)

    def forward(self, values: Tensor) -> tuple[Tensor, Tensor]:
        heard: Tensor = self.normalization(self.convolution(values))
        return heard, heard.mean(dim=1)


def inputs(pieces: int, steps: int) -> Inputs:
    return {"values": np.random.default_rng(steps).random((pieces, 2, steps), dtype=np.float32)}


OUTPUTS = {"heard": ("batch", 3, "steps"), "means": ("batch", "steps")}


def export(module: nn.Module) -> bytes:
    return export_onnx(
        module,
        example=inputs(1, 8),
        input_axes={"values": {0: "batch", 2: "steps"}},
        outputs=OUTPUTS,
        metadata='{"a": 1}',
        trials=[inputs(1, 4), inputs(2, 12)],
    )


def test_the_file_is_whole_takes_any_length_and_carries_its_metadata() -> None:
    content = export(Tiny())
    model = onnx.load_from_string(content)
    assert model.opset_import[0].version == OPSET
    assert {entry.key: entry.value for entry in model.metadata_props} == {METADATA_KEY: '{"a": 1}'}
    assert not any(tensor.external_data for tensor in model.graph.initializer)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    assert [output.shape for output in session.get_outputs()] == [["batch", 3, "steps"], ["batch", "steps"]]
    heard, means = session.run(list(OUTPUTS), dict(inputs(3, 20)))
    assert np.asarray(heard).shape == (3, 3, 20)
    assert np.asarray(means).shape == (3, 20)


def test_a_file_that_differs_from_the_module_is_noticed() -> None:
    module = Tiny()
    content = export(module)
    with torch.no_grad():
        module.convolution.weight.add_(0.1)
    with pytest.raises(RuntimeError, match="differs from the trained one"):
        verify_export(content, module, list(OUTPUTS), [inputs(1, 4)])


class Sums(Tiny):
    """A module with an operator that no exported network uses."""

    def forward(self, values: Tensor) -> tuple[Tensor, Tensor]:
        heard, _ = super().forward(values)
        return heard, heard.sum(dim=1)


def test_a_file_that_the_inference_container_would_refuse_is_noticed_by_its_exporter() -> None:
    with pytest.raises(RuntimeError, match='refuse the exported model: it uses the operator "ReduceSum"'):
        export(Sums())
    with pytest.raises(RuntimeError, match=f"a model may have {MAX_MODEL_BYTES} at most"):
        check_servable(bytes(MAX_MODEL_BYTES + 1))
