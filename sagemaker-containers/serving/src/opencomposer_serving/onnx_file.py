"""Reads an untrusted ONNX file before ONNX Runtime sees a byte of it.

The file is read as the protocol-buffer message it is (onnx.proto, wire format), without the onnx package, which the
inference image does not carry. Only what our own exporters write is accepted: a file that holds any other field,
operator or attribute is refused, however useful it may be. The work is bounded by the file's size.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from opencomposer_music.model_limits import MAX_METADATA_CHARACTERS, METADATA_KEY, OPSET

from opencomposer_serving.failures import ModelRejected

MAX_NODES = 4_000
MAX_INITIALIZERS = 2_000
MAX_TENSORS_PER_NODE = 256
MAX_INPUTS_OR_OUTPUTS = 32
MAX_AXES = 8
MAX_INTEGERS = 64
MAX_METADATA_ENTRIES = 16
MAX_UNKNOWN_MEMBERS = 100
"""After so many unknown members the rest of a message is not searched for a better reason."""
MAX_NAME_CHARACTERS = 512
"""The maximum number of bytes in the name of a node, tensor, operator or axis."""
SHOWN_CHARACTERS = 60
"""A reason repeats at most so many characters of a wrong name."""

AttributeKind = Literal["f", "i", "s", "t", "ints"]

# The operators that our exporters write over all techniques, sizes, numbers of voices and windows of the keyboard. A
# test exports them all and compares.
OPERATORS: Mapping[str, Mapping[str, AttributeKind]] = {
    "Add": {},
    "Attention": {"is_causal": "i", "kv_num_heads": "i", "q_num_heads": "i"},
    "AveragePool": {
        "ceil_mode": "i",
        "count_include_pad": "i",
        "kernel_shape": "ints",
        "pads": "ints",
        "strides": "ints",
    },
    "Cast": {"to": "i"},
    "Concat": {"axis": "i"},
    "Constant": {"value": "t"},
    "ConstantOfShape": {"value": "t"},
    "Conv": {"dilations": "ints", "group": "i", "kernel_shape": "ints", "pads": "ints", "strides": "ints"},
    "Cos": {},
    "DepthToSpace": {"blocksize": "i", "mode": "s"},
    "Div": {},
    "Equal": {},
    "Expand": {},
    "Gather": {"axis": "i"},
    "Identity": {},
    "LeakyRelu": {"alpha": "f"},
    "MatMul": {},
    "Mul": {},
    "Pad": {"mode": "s"},
    "RMSNormalization": {"axis": "i", "epsilon": "f"},
    "ReduceMax": {"axes": "ints", "keepdims": "i"},
    "ReduceMean": {"axes": "ints", "keepdims": "i"},
    "Relu": {},
    "Reshape": {"allowzero": "i"},
    "Resize": {"coordinate_transformation_mode": "s", "cubic_coeff_a": "f", "mode": "s", "nearest_mode": "s"},
    "Shape": {},
    "Sin": {},
    "Slice": {},
    "Split": {"axis": "i", "num_outputs": "i"},
    "Sub": {},
    "Transpose": {"perm": "ints"},
    "Unsqueeze": {},
    "Where": {},
}

FLOAT32, INT64 = 1, 7
ELEMENT_BYTES: Mapping[int, int] = {FLOAT32: 4, INT64: 8}
"""The bytes of an element by TensorProto.DataType, for the types of the tensors that our files hold."""
ATTRIBUTE_TYPES: Mapping[AttributeKind, int] = {"f": 1, "i": 2, "s": 3, "t": 4, "ints": 7}
"""AttributeProto.AttributeType by the name of the member that holds the value."""

DEFAULT_DOMAINS = ("", "ai.onnx")

VARINT, FIXED64, LENGTH_DELIMITED, FIXED32 = 0, 1, 2, 5
MAX_TAG = 2**32 - 1


@dataclass(frozen=True)
class _Field:
    """A member that a message may have: its name, its wire type and the number of times that it may occur."""

    name: str
    wire_type: int
    max_: int = 1


@dataclass(frozen=True)
class _Message:
    """A message of onnx.proto, by field number: the members that are read, and the reasons why others are refused."""

    name: str
    fields: Mapping[int, _Field]
    refused: Mapping[int, str] = field(default_factory=dict)


_EXTERNAL = "it keeps weights in another file (external data), which is not allowed"
_SUB_GRAPH = "it holds a sub-graph (a loop or a branch), which is not allowed"
_SPARSE = "it holds sparse tensors, which are not allowed"

_MODEL = _Message(
    "model",
    {
        1: _Field("ir_version", VARINT),
        2: _Field("producer_name", LENGTH_DELIMITED),
        3: _Field("producer_version", LENGTH_DELIMITED),
        7: _Field("graph", LENGTH_DELIMITED),
        8: _Field("opset_import", LENGTH_DELIMITED, MAX_METADATA_ENTRIES),
        14: _Field("metadata_props", LENGTH_DELIMITED, MAX_METADATA_ENTRIES),
    },
    {
        20: "it holds instructions for training, which are not allowed",
        25: "it defines functions of its own, which are not allowed",
    },
)
_GRAPH = _Message(
    "graph",
    {
        1: _Field("node", LENGTH_DELIMITED, MAX_NODES),
        2: _Field("name", LENGTH_DELIMITED),
        5: _Field("initializer", LENGTH_DELIMITED, MAX_INITIALIZERS),
        11: _Field("input", LENGTH_DELIMITED, MAX_INPUTS_OR_OUTPUTS),
        12: _Field("output", LENGTH_DELIMITED, MAX_INPUTS_OR_OUTPUTS),
    },
    {14: "it holds quantization annotations, which are not allowed", 15: _SPARSE},
)
_NODE = _Message(
    "node",
    {
        1: _Field("input", LENGTH_DELIMITED, MAX_TENSORS_PER_NODE),
        2: _Field("output", LENGTH_DELIMITED, MAX_TENSORS_PER_NODE),
        3: _Field("name", LENGTH_DELIMITED),
        4: _Field("op_type", LENGTH_DELIMITED),
        5: _Field("attribute", LENGTH_DELIMITED, 16),
        7: _Field("domain", LENGTH_DELIMITED),
    },
)
_ATTRIBUTE = _Message(
    "attribute",
    {
        1: _Field("name", LENGTH_DELIMITED),
        2: _Field("f", FIXED32),
        3: _Field("i", VARINT),
        4: _Field("s", LENGTH_DELIMITED),
        5: _Field("t", LENGTH_DELIMITED),
        8: _Field("ints", VARINT, MAX_INTEGERS),
        20: _Field("type", VARINT),
    },
    {6: _SUB_GRAPH, 11: _SUB_GRAPH, 22: _SPARSE, 23: _SPARSE},
)
_TENSOR = _Message(
    "tensor",
    {
        1: _Field("dims", VARINT, MAX_AXES),
        2: _Field("data_type", VARINT),
        8: _Field("name", LENGTH_DELIMITED),
        9: _Field("raw_data", LENGTH_DELIMITED),
    },
    {6: "it holds a tensor of texts, which is not allowed", 13: _EXTERNAL, 14: _EXTERNAL},
)
_VALUE_INFO = _Message("input or output", {1: _Field("name", LENGTH_DELIMITED), 2: _Field("type", LENGTH_DELIMITED)})
_TYPE = _Message("type of an input or output", {1: _Field("tensor_type", LENGTH_DELIMITED)})
_TENSOR_TYPE = _Message(
    "tensor type of an input or output", {1: _Field("elem_type", VARINT), 2: _Field("shape", LENGTH_DELIMITED)}
)
_SHAPE = _Message("shape of an input or output", {1: _Field("dim", LENGTH_DELIMITED, MAX_AXES)})
_DIMENSION = _Message(
    "axis of an input or output", {1: _Field("dim_value", VARINT), 2: _Field("dim_param", LENGTH_DELIMITED)}
)
_OPSET = _Message("opset", {1: _Field("domain", LENGTH_DELIMITED), 2: _Field("version", VARINT)})
_ENTRY = _Message("metadata", {1: _Field("key", LENGTH_DELIMITED), 2: _Field("value", LENGTH_DELIMITED)})


@dataclass
class OnnxSummary:
    """The file's description of itself: opset of the default domain, metadata_props, the operators of its nodes."""

    opset: int = 0
    metadata: dict[str, str] = field(default_factory=dict)
    operators: set[str] = field(default_factory=set)


def summarize(model: bytes) -> OnnxSummary:
    """Reads the whole file without running it.

    Raises ModelRejected when it is no ONNX message, or holds anything that our exporters do not write: an operator, an
    attribute or a member of another name or kind, data beside the file, or data of another size than its shape says.
    """
    summary = OnnxSummary()
    try:
        members = _read(memoryview(model), _MODEL)
        for message in members.messages("opset_import"):
            _read_opset(message, summary)
        for message in members.messages("metadata_props"):
            _read_entry(message, summary)
        graph = members.message("graph")
        if graph is None:
            raise ModelRejected("it is not an ONNX file (it holds no graph)")
        for name in ("producer_name", "producer_version"):
            members.text(name)
        _read_graph(graph, summary)
    except ValueError as error:
        raise ModelRejected(f"it is not an ONNX file ({error})") from None
    return summary


def check_opset(summary: OnnxSummary, opset: int = OPSET) -> None:
    """Raises ModelRejected when the file's opset is not the one that the technique's exporter writes."""
    if summary.opset != opset:
        raise ModelRejected(f"its opset is {summary.opset}, allowed is {opset}")


def embedded_metadata(summary: OnnxSummary) -> str:
    """Returns the JSON text that our exporter puts into the file. Raises ModelRejected where there is none."""
    text = summary.metadata.get(METADATA_KEY)
    if text is None:
        raise ModelRejected(f'it carries no metadata "{METADATA_KEY}", so it was not exported by OpenComposer')
    return text


class _Members:
    """The members of one message by name, each in the order in which its values came."""

    def __init__(self) -> None:
        self._values: dict[str, list[int | memoryview]] = {}

    def add(self, message: _Message, field_rule: _Field, value: int | memoryview) -> None:
        values = self._values.setdefault(field_rule.name, [])
        if len(values) >= field_rule.max_:
            # ONNX Runtime's parser would merge a second value of such a member with the first.
            raise ModelRejected(
                f"a {message.name} has more than {field_rule.max_} {field_rule.name}, which is not allowed"
            )
        values.append(value)

    def names(self) -> set[str]:
        return set(self._values)

    def messages(self, name: str) -> list[memoryview]:
        return [value for value in self._values.get(name, []) if isinstance(value, memoryview)]

    def message(self, name: str) -> memoryview | None:
        found = self.messages(name)
        return found[0] if found else None

    def numbers(self, name: str) -> list[int]:
        return [value for value in self._values.get(name, []) if isinstance(value, int)]

    def number(self, name: str) -> int | None:
        found = self.numbers(name)
        return found[0] if found else None

    def texts(self, name: str) -> list[str]:
        return [_text(value) for value in self.messages(name)]

    def text(self, name: str) -> str:
        found = self.texts(name)
        return found[0] if found else ""


def _read_opset(message: memoryview, summary: OnnxSummary) -> None:
    members = _read(message, _OPSET)
    _check_domain(members.text("domain"))
    if summary.opset:
        raise ModelRejected("it names its opset twice")
    summary.opset = members.number("version") or 0


def _read_entry(message: memoryview, summary: OnnxSummary) -> None:
    members = _read(message, _ENTRY)
    value = members.message("value")
    if value is not None and len(value) > MAX_METADATA_CHARACTERS:
        raise ModelRejected(f"its metadata has {len(value)} characters, allowed are {MAX_METADATA_CHARACTERS}")
    key = members.text("key")
    if key in summary.metadata:
        raise ModelRejected(f"its metadata has {key[:SHOWN_CHARACTERS]!r} twice")
    summary.metadata[key] = "" if value is None else bytes(value).decode("utf-8")


def _read_graph(message: memoryview, summary: OnnxSummary) -> None:
    members = _read(message, _GRAPH)
    members.text("name")
    for node in members.messages("node"):
        _read_node(node, summary)
    for tensor in members.messages("initializer"):
        _check_tensor(tensor)
    for value in (*members.messages("input"), *members.messages("output")):
        _check_value_info(value)


def _read_node(message: memoryview, summary: OnnxSummary) -> None:
    members = _read(message, _NODE)
    _check_domain(members.text("domain"))
    for name in ("input", "output", "name"):
        members.texts(name)
    operator = members.text("op_type")
    allowed = OPERATORS.get(operator)
    attributes = [_read_attribute(attribute) for attribute in members.messages("attribute")]
    if allowed is None:
        raise ModelRejected(f'it uses the operator "{operator[:SHOWN_CHARACTERS]}", which no model of ours needs')
    for name, kind in attributes:
        if allowed.get(name) != kind:
            raise ModelRejected(
                f'its operator {operator} has an attribute "{name[:SHOWN_CHARACTERS]}" that no model of ours needs'
            )
    if len({name for name, _ in attributes}) != len(attributes):
        raise ModelRejected(f"its operator {operator} has an attribute twice")
    summary.operators.add(operator)


def _read_attribute(message: memoryview) -> tuple[str, AttributeKind]:
    """Returns the name and the kind of an attribute whose value is of exactly that kind."""
    members = _read(message, _ATTRIBUTE)
    name = members.text("name")
    stated = members.number("type")
    for kind, number in ATTRIBUTE_TYPES.items():
        if number == stated and members.names() <= {"name", "type", kind}:
            tensor = members.message("t")
            if tensor is not None:
                _check_tensor(tensor)
            members.texts("s")
            return name, kind
    raise ModelRejected(f'its attribute "{name[:SHOWN_CHARACTERS]}" holds a value of a kind that is not allowed')


def _check_tensor(message: memoryview) -> None:
    """Raises ModelRejected unless the tensor is dense and the file holds as many of its values as its shape says."""
    members = _read(message, _TENSOR)
    name = members.text("name")
    element = members.number("data_type")
    size = ELEMENT_BYTES.get(element or 0)
    if size is None:
        raise ModelRejected(f"it holds a tensor of the data type {element}, allowed are float32 and int64")
    axes = members.numbers("dims")
    data = members.message("raw_data")
    if any(axis < 0 for axis in axes) or math.prod(axes) * size != (0 if data is None else len(data)):
        raise ModelRejected(
            f'its tensor "{name[:SHOWN_CHARACTERS]}" has the shape {axes} and {0 if data is None else len(data)} bytes '
            f"of data, {size} bytes an element"
        )


def _check_value_info(message: memoryview) -> None:
    members = _read(message, _VALUE_INFO)
    name = members.text("name")
    kind = members.message("type")
    tensor = None if kind is None else _read(kind, _TYPE).message("tensor_type")
    if tensor is None:
        raise ModelRejected(f'its input or output "{name[:SHOWN_CHARACTERS]}" is no tensor')
    shape = _read(tensor, _TENSOR_TYPE).message("shape")
    for axis in [] if shape is None else _read(shape, _SHAPE).messages("dim"):
        _read(axis, _DIMENSION).text("dim_param")


def _check_domain(domain: str) -> None:
    if domain not in DEFAULT_DOMAINS:
        raise ModelRejected(f'it needs operators of the domain "{domain[:SHOWN_CHARACTERS]}", which are not allowed')


def _read(content: memoryview, message: _Message) -> _Members:
    """Returns the members of a message. Raises ModelRejected for one not allowed, ValueError for broken bytes."""
    members = _Members()
    unknown: list[int] = []
    for number, wire_type, value in _fields(content):
        rule = message.fields.get(number)
        if rule is None:
            if number in message.refused:
                raise ModelRejected(message.refused[number])
            unknown.append(number)
            if len(unknown) >= MAX_UNKNOWN_MEMBERS:
                break
            continue
        if wire_type == rule.wire_type:
            members.add(message, rule, value)
        elif rule.wire_type == VARINT and wire_type == LENGTH_DELIMITED and rule.max_ > 1:
            for packed in _packed(value):
                members.add(message, rule, packed)
        else:
            raise ValueError(f"the member {number} of a {message.name} has wire type {wire_type}")
    if unknown:
        raise ModelRejected(f"a {message.name} has a member {unknown[0]}, which is not allowed")
    return members


def _fields(message: memoryview) -> Iterator[tuple[int, int, int | memoryview]]:
    """Yields the number, wire type and value (an int, or the bytes) of each field of a protocol-buffer message."""
    position = 0
    end = len(message)
    while position < end:
        tag, position = _varint(message, position)
        if tag > MAX_TAG or tag < 8:
            raise ValueError("a field has a number that is none")
        number, wire_type = tag >> 3, tag & 7
        value: int | memoryview
        if wire_type == VARINT:
            unsigned, position = _varint(message, position)
            value = _signed(unsigned)
        elif wire_type == LENGTH_DELIMITED:
            length, position = _varint(message, position)
            value, position = _slice(message, position, length)
        elif wire_type in (FIXED32, FIXED64):
            value, position = _slice(message, position, 4 if wire_type == FIXED32 else 8)
        else:
            raise ValueError(f"a field has wire type {wire_type}")
        yield number, wire_type, value


def _packed(value: int | memoryview) -> Iterator[int]:
    """Yields the numbers of a packed repeated field."""
    message = value if isinstance(value, memoryview) else memoryview(b"")
    position = 0
    while position < len(message):
        unsigned, position = _varint(message, position)
        yield _signed(unsigned)


def _slice(message: memoryview, position: int, length: int) -> tuple[memoryview, int]:
    if length > len(message) - position:
        raise ValueError("it is cut short")
    return message[position : position + length], position + length


def _varint(message: memoryview, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(message):
            raise ValueError("it is cut short")
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise ValueError("a number is longer than 10 bytes")


def _signed(value: int) -> int:
    """Returns a varint as the signed 64-bit number that every parser of protocol buffers reads."""
    value &= 2**64 - 1
    return value - 2**64 if value >= 2**63 else value


def _text(value: memoryview) -> str:
    if len(value) > MAX_NAME_CHARACTERS:
        raise ModelRejected(f"it holds a name of {len(value)} bytes, allowed are {MAX_NAME_CHARACTERS}")
    return bytes(value).decode("utf-8")
