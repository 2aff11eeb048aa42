"""Writes the trained network as an ONNX file with a cache, operator by operator.

The file takes any number of new events with the keys and values of those before, so that one graph tells a whole piece
and then goes on event by event. ONNX's own `Attention` does that; PyTorch's tracing exporter does not know it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from opencomposer_music.model_limits import METADATA_KEY
from opencomposer_training.onnx_export import TOLERANCE, check_servable

from opencomposer_transformer.cached_network import CachedNetwork, load_network
from opencomposer_transformer.events import DENSITY_VALUES, LEFT_VALUES, EventColumns
from opencomposer_transformer.model_metadata import EVENT_INPUTS, LOGITS, OPSET, VOICES_INPUT, TransformerMetadata
from opencomposer_transformer.network import EPSILON, Block, DecoderNetwork, EventInputs

IR_VERSION = 11
TRIAL_SEQUENCES = 2
TRIAL_EVENTS = (24, 1, 1, 7, 1)
"""The numbers of events that are told one after the other when the file is compared with the network."""


def export_onnx(network: DecoderNetwork, metadata: TransformerMetadata) -> bytes:
    """Returns the network (on the CPU) as a single ONNX file with its metadata.

    Raises RuntimeError where ONNX Runtime with its cache does not give PyTorch's logits, and where the inference
    container would refuse the file.
    """
    network.eval()
    with torch.inference_mode():
        model = _Graph(network, metadata).model()
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString(deterministic=True)
    check_servable(content, OPSET)
    verify_export(content, network)
    return content


def verify_export(content: bytes, network: DecoderNetwork) -> None:
    """Tells random events to the file, a few at a time, and to the network at once. Raises RuntimeError where their
    logits differ."""
    events = random_events(network, TRIAL_SEQUENCES, sum(TRIAL_EVENTS))
    with torch.inference_mode():
        expected = network(events).numpy()
    heard = CachedNetwork(load_network(content, 1))
    for count in TRIAL_EVENTS:
        first = heard.heard
        columns = columns_between(events, first, first + count)
        logits = heard.step(columns) if first else heard.start(columns, events.voices.numpy())
        difference = float(np.max(np.abs(logits - expected[:, heard.heard - 1])))
        if not difference <= TOLERANCE:
            raise RuntimeError(f"the exported model differs from the trained one by {difference}")


def random_events(network: DecoderNetwork, sequences: int, events: int) -> EventInputs:
    """Returns the same random events every time, of any kind: they need not be music."""
    shape, rng = network.shape, np.random.default_rng(events)

    def integers(high: int) -> torch.Tensor:
        return torch.from_numpy(rng.integers(high, size=(sequences, events)))

    return EventInputs(
        tokens=integers(shape.tokens),
        places=integers(shape.places),
        left=integers(LEFT_VALUES),
        density=integers(DENSITY_VALUES),
        times=torch.cumsum(integers(4), 1),
        numbers=torch.arange(events).expand(sequences, -1).contiguous(),
        voices=torch.from_numpy(rng.integers(2, size=(sequences, shape.voices)).astype(np.float32)),
    )


def columns_between(events: EventInputs, first: int, end: int) -> EventColumns:
    """Returns the events first..end - 1 of each sequence as a cached network hears them."""
    parts = (events.tokens, events.places, events.left, events.density, events.times)
    return EventColumns(*(part[:, first:end].contiguous().numpy() for part in parts))


class _Graph:
    """The graph of one network while it is being written. Methods add nodes and return the names of their outputs.

    Comments behind the lines give the shapes, with the letters of `network`.
    """

    def __init__(self, network: DecoderNetwork, metadata: TransformerMetadata) -> None:
        self._network, self._metadata = network, metadata
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, TensorProto] = {}

    def model(self) -> onnx.ModelProto:
        """Returns the model with its metadata."""
        metadata, shape = self._metadata, self._network.shape
        self._write_network()
        past: list[int | str] = ["batch", metadata.heads, "past", metadata.head_width]
        present: list[int | str] = ["batch", metadata.heads, "present", metadata.head_width]
        inputs = [
            *(_value(name, TensorProto.INT64, ["batch", "events"]) for name in EVENT_INPUTS),
            _value(VOICES_INPUT, TensorProto.FLOAT, ["batch", shape.voices]),
            *(_value(name, TensorProto.FLOAT, past) for name in metadata.past_inputs),
        ]
        outputs = [
            _value(LOGITS, TensorProto.FLOAT, ["batch", shape.tokens]),
            *(_value(name, TensorProto.FLOAT, present) for name in metadata.present_outputs),
        ]
        graph = helper.make_graph(self._nodes, "decoder", inputs, outputs, list(self._constants.values()))
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        model.producer_name = "opencomposer"
        entry = model.metadata_props.add()
        entry.key, entry.value = METADATA_KEY, metadata.to_json()
        return model

    def _write_network(self) -> None:
        network = self._network
        table = network.table()
        x = self._add("Gather", self._weights("table", table), "tokens")  # (b, t, d)
        for name, embedding in (("places", network.place), ("left", network.left), ("density", network.density)):
            row = self._add("Gather", self._weights(f"{name}_table", embedding.weight), name)  # (b, t, d)
            x = self._add("Add", x, row)
        voices = self._add("MatMul", VOICES_INPUT, self._weights("voices_table", network.voice.weight))  # (b, d)
        x = self._add("Add", x, self._add("Unsqueeze", voices, self._integers("events_axis", 1)))
        x = self._normalized(x)
        cosines, sines = self._angles()
        for layer, block in enumerate(network.blocks):
            assert isinstance(block, Block)  # noqa: S101 - ModuleList does not say what it holds
            x = self._block(layer, block, x, cosines, sines)
        last = self._add("Gather", self._normalized(x), self._integer("last", -1), axis=1)  # (b, d)
        self._node("MatMul", [last, self._weights("head", table.T * network.scale)], [LOGITS])  # (b, n)

    def _angles(self) -> tuple[str, str]:
        """Returns the cosines and sines of the turns, [b, t, 1, w / 2] each."""
        axes = self._integers("head_axes", 2, 3)
        parts = []
        for name, turns in (("numbers", self._network.number_turns), ("times", self._network.time_turns)):
            counted = self._add("Unsqueeze", self._add("Cast", name, to=TensorProto.FLOAT), axes)  # (b, t, 1, 1)
            parts.append(self._add("Mul", counted, self._weights(f"{name}_turns", turns)))
        angles = self._add("Add", *parts)
        return self._add("Cos", angles), self._add("Sin", angles)

    def _block(self, layer: int, block: Block, x: str, cosines: str, sines: str) -> str:
        shape = self._network.shape
        heads = self._integers("in_heads", 0, 0, shape.heads, shape.head_width)
        flat = self._integers("flat", 0, 0, shape.width)
        triple = self._linear(f"attention_in_{layer}", block.attention_in, self._normalized(x))  # (b, t, 3d)
        queries, keys, values = self._split(triple, 3)
        queries = self._normalized(self._add("Reshape", queries, heads), shape.head_width)  # (b, t, h, w)
        queries = self._turned(queries, cosines, sines)
        queries = self._add("Mul", queries, self._weights(f"gain_{layer}", block.gain.view(-1, 1)))
        keys = self._normalized(self._add("Reshape", keys, heads), shape.head_width)  # (b, t, h, w)
        keys = self._turned(keys, cosines, sines)
        past = self._metadata.past_inputs[2 * layer : 2 * layer + 2]
        present = self._metadata.present_outputs[2 * layer : 2 * layer + 2]
        heard = f"heard_{layer}"  # (b, t, d)
        self._node(
            "Attention",
            [self._add("Reshape", queries, flat), self._add("Reshape", keys, flat), values, "", *past],
            [heard, *present],
            q_num_heads=shape.heads,
            kv_num_heads=shape.heads,
            is_causal=1,
        )
        x = self._add("Add", x, self._linear(f"attention_out_{layer}", block.attention_out, heard))
        up = self._add("Relu", self._linear(f"up_{layer}", block.up, self._normalized(x)))
        return self._add("Add", x, self._linear(f"down_{layer}", block.down, self._add("Mul", up, up)))

    def _normalized(self, x: str, width: int | None = None) -> str:
        """width: the last axis, if it is not the network's width."""
        width = width or self._network.shape.width
        # The operator wants a gain, which is 1 here.
        ones = self._constant(f"ones_{width}", np.ones(width, dtype=np.float32))
        return self._add("RMSNormalization", x, ones, axis=-1, epsilon=EPSILON)

    def _turned(self, x: str, cosines: str, sines: str) -> str:
        first, second = self._split(x, 2)
        left = self._add("Sub", self._add("Mul", first, cosines), self._add("Mul", second, sines))
        right = self._add("Add", self._add("Mul", first, sines), self._add("Mul", second, cosines))
        return self._add("Concat", left, right, axis=-1)

    def _linear(self, name: str, layer: torch.nn.Linear, x: str) -> str:
        return self._add("MatMul", x, self._weights(name, layer.weight.T))

    def _split(self, x: str, parts: int) -> list[str]:
        outputs = [f"{x}_part_{part}" for part in range(parts)]
        self._node("Split", [x], outputs, axis=-1, num_outputs=parts)
        return outputs

    def _add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        output = f"{operator.lower()}_{len(self._nodes)}"
        self._node(operator, inputs, [output], **attributes)
        return output

    def _node(self, operator: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> None:
        self._nodes.append(helper.make_node(operator, list(inputs), list(outputs), **attributes))

    def _weights(self, name: str, values: torch.Tensor) -> str:
        return self._constant(name, values.detach().numpy())

    def _integers(self, name: str, *values: int) -> str:
        return self._constant(name, np.array(values, dtype=np.int64))

    def _integer(self, name: str, value: int) -> str:
        return self._constant(name, np.array(value, dtype=np.int64))

    def _constant(self, name: str, values: npt.NDArray[np.generic]) -> str:
        self._constants[name] = numpy_helper.from_array(values.copy(order="C"), name)
        return name


def _value(name: str, element: int, axes: Sequence[int | str]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, element, list(axes))
