"""Untrusted model files that are refused before ONNX Runtime sees them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper
from opencomposer_music.model_limits import OPSET
from opencomposer_serving.failures import ModelRejected
from opencomposer_serving.onnx_file import MAX_NODES, check_opset, embedded_metadata, summarize
from opencomposer_testing.serving_process import REPOSITORY
from opencomposer_testing.tiny_onnx import constant, file_of, floats, tiny_model

STOCK = {path.parent.name: path.read_bytes() for path in sorted((REPOSITORY / "models").glob("*/model.onnx"))}
OPSETS = {"transformer-bach": 23}
"""The opsets of stock models that have another than most."""
Corrupt = Callable[[onnx.ModelProto], None]


def message() -> onnx.ModelProto:
    """Returns a model that is accepted."""
    return tiny_model(
        [helper.make_node("Add", ["x", "w"], ["sum"]), helper.make_node("Concat", ["sum", "x"], ["y"], axis=0)],
        inputs=[floats("x", "batch", 2)],
        outputs=[floats("y", "batch", 2)],
        initializers=[constant("w", np.ones((1, 2), dtype=np.float32))],
        metadata="{}",
    )


def test_what_our_exporters_write_is_accepted() -> None:
    assert len(STOCK) == 4
    for name, content in {**STOCK, "tiny": file_of(message())}.items():
        summary = summarize(content)
        check_opset(summary, OPSETS.get(name, OPSET))
        assert embedded_metadata(summary).startswith("{")
        assert "Add" in summary.operators


def test_the_opset_is_that_of_the_technique() -> None:
    summary = summarize(file_of(message()))
    with pytest.raises(ModelRejected, match="its opset is 17, allowed is 23"):
        check_opset(summary, 23)


def sparse_value(file: str) -> onnx.NodeProto:
    """Returns a Constant whose sparse value is in a file beside the model, with which `/etc/passwd` could be read."""
    values = TensorProto(name="v", data_type=TensorProto.UINT8, dims=[24], data_location=TensorProto.EXTERNAL)
    for key, value in (("location", file), ("offset", "0"), ("length", "24")):
        entry = values.external_data.add()
        entry.key, entry.value = key, value
    indices = helper.make_tensor("i", TensorProto.INT64, [24], list(range(24)))
    return helper.make_node("Constant", [], ["leak"], sparse_value=helper.make_sparse_tensor(values, indices, [24]))


def external_initializer(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "secret.bin"


def unused_constant(model: onnx.ModelProto, tensor: TensorProto) -> None:
    model.graph.node.append(helper.make_node("Constant", [], ["unused"], value=tensor))


def with_attribute(model: onnx.ModelProto, operator: str, **attributes: Any) -> None:
    model.graph.node.append(helper.make_node(operator, ["x"], ["unused"], **attributes))


def lone_graph_attribute(model: onnx.ModelProto) -> None:
    with_attribute(model, "Relu", body=helper.make_graph([], "body", [], []))


def wrong_size(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].dims[0] = 2**40


def negative_size(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].dims[:] = [-1, -2]


def quantized(model: onnx.ModelProto) -> None:
    model.graph.quantization_annotation.add(tensor_name="w")


def two_types(model: onnx.ModelProto) -> None:
    model.graph.node[1].attribute[0].ints.append(1)


def another_type(model: onnx.ModelProto) -> None:
    model.graph.node[1].attribute[0].type = onnx.AttributeProto.TYPE_PROTO


def reference_attribute(model: onnx.ModelProto) -> None:
    model.graph.node[1].attribute[0].ref_attr_name = "other"


def attribute_twice(model: onnx.ModelProto) -> None:
    model.graph.node[1].attribute.append(model.graph.node[1].attribute[0])


def metadata_twice(model: onnx.ModelProto) -> None:
    model.metadata_props.append(model.metadata_props[0])


def sparse_initializer(model: onnx.ModelProto) -> None:
    model.graph.sparse_initializer.add()


@pytest.mark.parametrize(
    ("corrupt", "reason"),
    [
        (lambda model: model.graph.node.append(sparse_value("etc/passwd")), "sparse tensors"),
        (lambda model: model.graph.node.append(sparse_value("../onnx/secret.bin")), "sparse tensors"),
        (sparse_initializer, "sparse tensors"),
        (external_initializer, "external data"),
        (lone_graph_attribute, "sub-graph"),
        (lambda model: with_attribute(model, "Loop"), 'operator "Loop"'),
        (lambda model: with_attribute(model, "RandomNormal"), 'operator "RandomNormal"'),
        (lambda model: with_attribute(model, "Tile"), 'operator "Tile"'),
        (lambda model: with_attribute(model, "Range"), 'operator "Range"'),
        (lambda model: with_attribute(model, "Relu", alpha=1.0), 'an attribute "alpha"'),
        (lambda model: with_attribute(model, "Attention", scale=1.0), 'an attribute "scale"'),
        (lambda model: with_attribute(model, "Split", split=[1, 1]), 'an attribute "split"'),
        (lambda model: with_attribute(model, "Concat", axis=1.0), 'an attribute "axis"'),
        (lambda model: with_attribute(model, "Constant", value_string="x"), 'an attribute "value_string"'),
        (lambda model: with_attribute(model, "Constant", value_floats=[1.0]), "kind that is not allowed|member 7"),
        (
            lambda model: unused_constant(
                model, TensorProto(name="t", data_type=TensorProto.STRING, dims=[1], string_data=[b"x"])
            ),
            "tensor of texts",
        ),
        (lambda model: unused_constant(model, constant("t", np.zeros(2, dtype=np.float64))), "data type 11"),
        (wrong_size, "has the shape"),
        (negative_size, "has the shape"),
        (quantized, "quantization"),
        (lambda model: model.training_info.add(), "training"),
        (lambda model: model.functions.add(), "functions"),
        (two_types, "kind that is not allowed"),
        (another_type, "kind that is not allowed"),
        (reference_attribute, "member 21"),
        (attribute_twice, "twice"),
        (metadata_twice, "twice"),
        (lambda model: model.graph.value_info.append(floats("sum", 1)), "member 13"),
        (lambda model: model.graph.input.extend([floats(f"x{i}", 1) for i in range(33)]), "more than 32 input"),
        (lambda model: model.graph.node.extend([model.graph.node[0]] * MAX_NODES), f"more than {MAX_NODES} node"),
    ],
)
def test_what_our_exporters_do_not_write_is_refused(corrupt: Corrupt, reason: str) -> None:
    model = message()
    corrupt(model)
    with pytest.raises(ModelRejected, match=reason):
        summarize(model.SerializeToString())


def test_a_member_that_is_given_twice_is_refused_since_parsers_would_merge_the_two() -> None:
    graph = b"\x3a" + _length(second := onnx.GraphProto(name="second").SerializeToString()) + second
    with pytest.raises(ModelRejected, match="more than 1 graph"):
        summarize(file_of(message()) + graph)


def _length(content: bytes) -> bytes:
    assert len(content) < 128
    return bytes([len(content)])


@given(st.binary(max_size=400))
def test_bytes_of_any_kind_are_refused_in_words(content: bytes) -> None:
    with pytest.raises(ModelRejected, match=r"."):
        summarize(content)


@given(
    st.sampled_from(range(len(STOCK))),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=12), st.integers(0, 12)), min_size=1, max_size=8),
)
def test_a_real_model_that_was_changed_anywhere_is_read_or_refused_in_words(
    which: int, changes: list[tuple[float, bytes, int]]
) -> None:
    """Half of the places are in the first part of the file, where the nodes are; weights are most of the rest."""
    content = bytearray(list(STOCK.values())[which])
    for index, (place, new, old_length) in enumerate(changes):
        reach = len(content) if index % 2 else 20_000
        position = int(place * (reach - 1))
        content[position : position + old_length] = new
    try:
        summarize(bytes(content))
    except ModelRejected as error:
        assert 0 < len(str(error)) < 1_000


@pytest.mark.parametrize("tag", [b"\x0a\x00", b"\x3a\x00", b"\x08\x01", b"\x72\x00", b"\x92\x03\x00"])
def test_the_work_grows_no_faster_than_the_file(tag: bytes) -> None:
    """Twenty times the bytes take at most some hundred times as long, on however busy a machine."""

    def seconds(size: int) -> float:
        content = tag * (size // len(tag))
        began = time.process_time()
        with pytest.raises(ModelRejected):
            summarize(content)
        return time.process_time() - began

    small = max(min(seconds(200_000) for _ in range(3)), 1e-3)
    assert seconds(4_000_000) < 100 * small


def test_a_model_that_is_read_in_another_folder_is_refused_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.bin").write_bytes(b"SECRET-OF-THE-CONTAINER!")
    for folder in (tmp_path, Path("/")):
        monkeypatch.chdir(folder)
        for file in ("secret.bin", "etc/passwd"):
            model = message()
            model.graph.node.append(sparse_value(file))
            with pytest.raises(ModelRejected, match="sparse"):
                summarize(model.SerializeToString())
