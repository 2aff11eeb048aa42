"""Turns a harmless model into one that takes memory or time without end, with operators that are allowed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import helper

from opencomposer_testing.tiny_onnx import constant

GIBI = 2**30


def add_to_output(model: onnx.ModelProto, output: str, scalar: str, nodes: Sequence[onnx.NodeProto]) -> None:
    """Computes `nodes` and adds their result `scalar` (all axes 1) to an output, so that no optimizer can drop them."""
    for node in model.graph.node:
        node.output[:] = ["harmless" if name == output else name for name in node.output]
    model.graph.node.extend([*nodes, helper.make_node("Add", ["harmless", scalar], [output])])


def integers(model: onnx.ModelProto, name: str, *values: int) -> str:
    """Adds a constant to the file and returns its name."""
    model.graph.initializer.append(constant(name, np.array(values, dtype=np.int64)))
    return name


def floats_filled(model: onnx.ModelProto, output: str, elements: int) -> None:
    """Adds a ConstantOfShape of so many floats."""
    shape = integers(model, "bomb_shape", elements, 1, 1, 1)
    add_to_output(
        model,
        output,
        "bomb",
        [
            helper.make_node("ConstantOfShape", [shape], ["filled"]),
            helper.make_node("ReduceMax", ["filled"], ["bomb"], axes=[0], keepdims=1),
        ],
    )


def expanded(model: onnx.ModelProto, output: str, source: str, elements: int) -> None:
    """Adds an Expand of a value that only the request knows, so that nothing can be computed beforehand."""
    shape = integers(model, "bomb_shape", elements, 1, 1, 1)
    add_to_output(
        model,
        output,
        "bomb",
        [
            helper.make_node("ReduceMax", [source], ["loudest"], axes=[0, 1, 2, 3], keepdims=1),
            helper.make_node("Expand", ["loudest", shape], ["wide"]),
            helper.make_node("ReduceMax", ["wide"], ["bomb"], axes=[0], keepdims=1),
        ],
    )


def padded(model: onnx.ModelProto, output: str, source: str, elements: int) -> None:
    """Adds a Pad by so many elements."""
    pads = integers(model, "bomb_pads", 0, 0, 0, 0, elements, 0, 0, 0)
    add_to_output(
        model,
        output,
        "bomb",
        [
            helper.make_node("ReduceMax", [source], ["loudest"], axes=[0, 1, 2, 3], keepdims=1),
            helper.make_node("Pad", ["loudest", pads], ["wide"], mode="constant"),
            helper.make_node("ReduceMax", ["wide"], ["bomb"], axes=[0], keepdims=1),
        ],
    )


def resized(model: onnx.ModelProto, output: str, source: str, elements: int) -> None:
    """Adds a Resize to so many elements."""
    model.graph.initializer.append(constant("bomb_scales", np.array([1, 1, elements, 1], dtype=np.float32)))
    add_to_output(
        model,
        output,
        "bomb",
        [
            helper.make_node("ReduceMax", [source], ["loudest"], axes=[0, 1, 2, 3], keepdims=1),
            helper.make_node(
                "Resize",
                ["loudest", "", "bomb_scales"],
                ["wide"],
                mode="nearest",
                coordinate_transformation_mode="asymmetric",
                nearest_mode="floor",
            ),
            helper.make_node("ReduceMax", ["wide"], ["bomb"], axes=[2], keepdims=1),
        ],
    )


def multiplied(model: onnx.ModelProto, output: str, source: str, *, size: int, times: int) -> None:
    """Adds a chain of products of square matrices, of a value that only the request knows."""
    shape = integers(model, "matrix_shape", 1, 1, size, size)
    nodes = [
        helper.make_node("ReduceMax", [source], ["loudest"], axes=[0, 1, 2, 3], keepdims=1),
        helper.make_node("Expand", ["loudest", shape], ["matrix0"]),
        *(
            helper.make_node("MatMul", [f"matrix{index}", f"matrix{index}"], [f"matrix{index + 1}"])
            for index in range(times)
        ),
        helper.make_node("ReduceMax", [f"matrix{times}"], ["bomb"], axes=[2, 3], keepdims=1),
    ]
    add_to_output(model, output, "bomb", nodes)


def expanded_at_one_length(model: onnx.ModelProto, output: str, source: str, *, steps: int, elements: int) -> None:
    """Does the same as `expanded`, but only for pieces of one length; others run as if nothing had been added."""
    one, many = integers(model, "one", 1), integers(model, "many", elements)
    ones, axis = integers(model, "ones", 1, 1, 1), integers(model, "steps_axis", 2)
    trigger = integers(model, "trigger", steps)
    add_to_output(
        model,
        output,
        "bomb",
        [
            helper.make_node("Shape", [source], ["shape"]),
            helper.make_node("Gather", ["shape", axis], ["length"], axis=0),
            helper.make_node("Equal", ["length", trigger], ["now"]),
            helper.make_node("Where", ["now", many, one], ["size"]),
            helper.make_node("Concat", ["size", ones], ["bomb_shape"], axis=0),
            helper.make_node("ReduceMax", [source], ["loudest"], axes=[0, 1, 2, 3], keepdims=1),
            helper.make_node("Expand", ["loudest", "bomb_shape"], ["wide"]),
            helper.make_node("ReduceMax", ["wide"], ["bomb"], axes=[0], keepdims=1),
        ],
    )
