"""Opening an ONNX file that nobody vouches for.

The file is first read as the protocol-buffer message it is (onnx.proto3, wire format), without the onnx package,
which the inference image does not carry: what a hostile graph could misuse (files beside it, endless loops, operators
of other libraries) is refused before ONNX Runtime sees a byte.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import onnxruntime

from opencomposer_shared.serving.failures import ModelRejected

METADATA_KEY = "opencomposer"
LOWEST_OPSET = 17
HIGHEST_OPSET = 25
MAX_NODES = 20_000
MAX_METADATA_CHARACTERS = 64 * 1024
SPIN_MICROSECONDS = "20"
"""Two threads on two idle cores: 8 bars in 1.6 ms instead of 2.2 (AR-CNN), 1.8 instead of 2.2 (GAN); longer spinning
gains nothing more there, and on cores that others keep busy costs most of what they spin."""

# Field numbers of onnx.proto3.
MODEL_GRAPH, MODEL_OPSET_IMPORT, MODEL_METADATA, MODEL_FUNCTIONS = 7, 8, 14, 25
GRAPH_NODE, GRAPH_INITIALIZER, GRAPH_SPARSE_INITIALIZER = 1, 5, 15
NODE_OPERATOR, NODE_ATTRIBUTE, NODE_DOMAIN = 4, 5, 7
ATTRIBUTE_TENSOR, ATTRIBUTE_GRAPH, ATTRIBUTE_TENSORS, ATTRIBUTE_GRAPHS = 5, 6, 10, 11
TENSOR_EXTERNAL_DATA, TENSOR_DATA_LOCATION = 13, 14
OPSET_DOMAIN, OPSET_VERSION = 1, 2
ENTRY_KEY, ENTRY_VALUE = 1, 2

DEFAULT_DOMAINS = ("", "ai.onnx")


@dataclass
class OnnxSummary:
    """What the file says of itself: opset of the default domain, metadata_props, the operators of its nodes."""

    opset: int = 0
    metadata: dict[str, str] = field(default_factory=dict)
    operators: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class TensorShape:
    """Name and shape of an input or output; None is an axis of any length."""

    name: str
    axes: tuple[int | None, ...]


def summarise(model: bytes) -> OnnxSummary:
    """Read the file's outline without running it.

    Raises ModelRejected when it is no ONNX message, or holds external data, sub-graphs, functions, sparse
    initialisers or operators outside the standard domain.
    """
    summary = OnnxSummary()
    graphs = 0
    nodes = 0
    try:
        for number, value in _fields(memoryview(model)):
            if number == MODEL_OPSET_IMPORT:
                _read_opset(_message(value), summary)
            elif number == MODEL_METADATA:
                key, text = _read_entry(_message(value))
                summary.metadata[key] = text
            elif number == MODEL_FUNCTIONS:
                raise ModelRejected("it defines functions of its own, which are not allowed")
            elif number == MODEL_GRAPH:
                graphs += 1
                nodes += _read_graph(_message(value), summary)
    except (ValueError, IndexError) as error:
        raise ModelRejected(f"it is not an ONNX file ({error})") from None
    if graphs != 1:
        raise ModelRejected("it is not an ONNX file (it holds no graph)")
    if nodes > MAX_NODES:
        raise ModelRejected(f"its graph has {nodes} nodes, allowed are {MAX_NODES}")
    return summary


def open_session(model: bytes, threads: int) -> onnxruntime.InferenceSession:
    """Open an ONNX Runtime session on the CPU for bytes that `summarise` and `check_opset` have passed.

    Raises ModelRejected when ONNX Runtime refuses the graph.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.use_deterministic_compute = True
    # A network has some fifty operators of some tens of microseconds: to wake a thread for each took as long as many of
    # them. A thread looks out for work for a moment while the network runs, and sleeps between two runs: the servers of
    # several techniques share the same few cores.
    options.add_session_config_entry("session.intra_op.allow_spinning", "1")
    options.add_session_config_entry("session.intra_op.spin_duration_us", SPIN_MICROSECONDS)
    options.add_session_config_entry("session.force_spinning_stop", "1")
    # Each cached model would otherwise keep the memory of its longest piece for ever.
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001 - ONNX Runtime's exceptions share no base class of their own
        raise ModelRejected(f"ONNX Runtime cannot load it ({_first_line(error)})") from None


def usable_cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_opset(summary: OnnxSummary) -> None:
    """Raise ModelRejected when the file's opset is not one that was tried."""
    if not LOWEST_OPSET <= summary.opset <= HIGHEST_OPSET:
        raise ModelRejected(f"its opset is {summary.opset}, allowed are {LOWEST_OPSET} to {HIGHEST_OPSET}")


def embedded_metadata(summary: OnnxSummary) -> str:
    """The JSON text that our exporter puts into the file; raises ModelRejected where there is none."""
    text = summary.metadata.get(METADATA_KEY)
    if text is None:
        raise ModelRejected(f'it carries no metadata "{METADATA_KEY}", so it was not exported by OpenComposer')
    if len(text) > MAX_METADATA_CHARACTERS:
        raise ModelRejected(f"its metadata has {len(text)} characters, allowed are {MAX_METADATA_CHARACTERS}")
    return text


def check_tensors(
    session: onnxruntime.InferenceSession, inputs: Mapping[str, TensorShape], outputs: Mapping[str, TensorShape]
) -> None:
    """Raise ModelRejected unless the session has exactly these float inputs and outputs."""
    for role, wanted, found in (("input", inputs, session.get_inputs()), ("output", outputs, session.get_outputs())):
        names = sorted(node.name for node in found)
        if names != sorted(wanted):
            raise ModelRejected(f"its {role}s are {', '.join(names) or 'none'}, expected {', '.join(sorted(wanted))}")
        for node in found:
            axes = wanted[node.name].axes
            if node.type != "tensor(float)":
                raise ModelRejected(f"its {role} {node.name} is {node.type}, expected tensor(float)")
            if not _fits(node.shape, axes):
                raise ModelRejected(
                    f"its {role} {node.name} has shape {_axes_text(node.shape)}, expected {_axes_text(axes)}"
                )


def _fits(shape: object, axes: tuple[int | None, ...]) -> bool:
    if not isinstance(shape, list | tuple) or len(shape) != len(axes):
        return False
    # A free axis must be free in the file too: one of fixed length could not serve every piece.
    return all(
        (axis is None and not isinstance(length, int)) or (axis is not None and length == axis)
        for length, axis in zip(shape, axes, strict=True)
    )


def _axes_text(shape: object) -> str:
    axes = shape if isinstance(shape, list | tuple) else ()
    return "[" + ", ".join("any" if not isinstance(axis, int) else str(axis) for axis in axes) + "]"


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:200]


def _read_opset(message: memoryview, summary: OnnxSummary) -> None:
    domain, version = "", 0
    for number, value in _fields(message):
        if number == OPSET_DOMAIN:
            domain = _text(value)
        elif number == OPSET_VERSION:
            version = _number(value)
    if domain not in DEFAULT_DOMAINS:
        raise ModelRejected(f'it needs operators of the domain "{domain[:60]}", which are not allowed')
    summary.opset = version


def _read_graph(message: memoryview, summary: OnnxSummary) -> int:
    nodes = 0
    for number, value in _fields(message):
        if number == GRAPH_NODE:
            nodes += 1
            _read_node(_message(value), summary)
        elif number == GRAPH_INITIALIZER:
            _check_tensor(_message(value))
        elif number == GRAPH_SPARSE_INITIALIZER:
            raise ModelRejected("it holds sparse initialisers, which are not allowed")
    return nodes


def _read_node(message: memoryview, summary: OnnxSummary) -> None:
    operator = ""
    for number, value in _fields(message):
        if number == NODE_OPERATOR:
            operator = _text(value)
        elif number == NODE_DOMAIN and _text(value) not in DEFAULT_DOMAINS:
            raise ModelRejected(f'it needs operators of the domain "{_text(value)[:60]}", which are not allowed')
        elif number == NODE_ATTRIBUTE:
            _check_attribute(_message(value))
    summary.operators.add(operator)


def _check_attribute(message: memoryview) -> None:
    for number, value in _fields(message):
        if number in (ATTRIBUTE_GRAPH, ATTRIBUTE_GRAPHS):
            raise ModelRejected("it holds a sub-graph (a loop or a branch), which is not allowed")
        if number in (ATTRIBUTE_TENSOR, ATTRIBUTE_TENSORS):
            _check_tensor(_message(value))


def _check_tensor(message: memoryview) -> None:
    for number, value in _fields(message):
        external = number == TENSOR_EXTERNAL_DATA or (number == TENSOR_DATA_LOCATION and _number(value) != 0)
        if external:
            raise ModelRejected("it keeps weights in another file (external data), which is not allowed")


def _read_entry(message: memoryview) -> tuple[str, str]:
    key, text = "", ""
    for number, value in _fields(message):
        if number == ENTRY_KEY:
            key = _text(value)
        elif number == ENTRY_VALUE:
            text = _text(value)
    return key, text


Field = tuple[int, "int | memoryview"]


def _fields(message: memoryview) -> Iterator[Field]:
    """The fields of a protocol-buffer message: number and value (an int, or the bytes of a length-delimited one)."""
    position = 0
    end = len(message)
    while position < end:
        tag, position = _varint(message, position)
        number, wire_type = tag >> 3, tag & 7
        if number == 0:
            raise ValueError("a field has number 0")
        if wire_type == 0:
            value, position = _varint(message, position)
            yield number, value
        elif wire_type == 1:
            position += 8
        elif wire_type == 2:
            length, position = _varint(message, position)
            if length > end - position:
                raise ValueError("it is cut short")
            yield number, message[position : position + length]
            position += length
        elif wire_type == 5:
            position += 4
        else:
            raise ValueError(f"a field has wire type {wire_type}")
    if position != end:
        raise ValueError("it is cut short")


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


def _message(value: int | memoryview) -> memoryview:
    if isinstance(value, memoryview):
        return value
    raise ValueError("a number stands where a message belongs")


def _text(value: int | memoryview) -> str:
    return bytes(_message(value)).decode("utf-8")


def _number(value: int | memoryview) -> int:
    if isinstance(value, int):
        return value
    raise ValueError("a message stands where a number belongs")
