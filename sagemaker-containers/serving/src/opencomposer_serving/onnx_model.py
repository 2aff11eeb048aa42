"""Opens a model file in ONNX Runtime, after `onnx_file` has read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import onnxruntime

from opencomposer_serving.failures import ModelRejected

SPIN_MICROSECONDS = "20"
"""The time for which a thread waits busily for work. With two threads on two idle cores, 8 bars take 1.6 ms instead of
2.2 (AR-CNN), 1.8 instead of 2.2 (GAN). Longer spinning gains nothing more there, and on cores that others keep busy it
costs most of the time that it spins."""


@dataclass(frozen=True)
class TensorShape:
    """The name, the shape and the type of an input or output; None is an axis of any length."""

    name: str
    axes: tuple[int | None, ...]
    element: Literal["float", "int64"] = "float"


def open_session(model: bytes, threads: int) -> onnxruntime.InferenceSession:
    """Opens an ONNX Runtime session on the CPU for bytes that `onnx_file.summarize` and `check_opset` have accepted.

    Raises ModelRejected when ONNX Runtime refuses the graph.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.use_deterministic_compute = True
    # A network has some fifty operators of some tens of microseconds, and to wake a thread for each took as long as
    # many of them. So a thread spins for a moment while the network runs, and sleeps between two runs, because the
    # servers of several techniques share the same few cores.
    options.add_session_config_entry("session.intra_op.allow_spinning", "1")
    options.add_session_config_entry("session.intra_op.spin_duration_us", SPIN_MICROSECONDS)
    options.add_session_config_entry("session.force_spinning_stop", "1")
    # With an arena each cached model would keep the memory of its longest piece for ever.
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001 - ONNX Runtime's exceptions share no base class of their own
        raise ModelRejected(f"ONNX Runtime cannot load it ({_first_line(error)})") from None


def check_tensors(
    session: onnxruntime.InferenceSession, inputs: Mapping[str, TensorShape], outputs: Mapping[str, TensorShape]
) -> None:
    """Raises ModelRejected unless the session has exactly these inputs and outputs."""
    for role, wanted, found in (("input", inputs, session.get_inputs()), ("output", outputs, session.get_outputs())):
        names = sorted(node.name for node in found)
        if names != sorted(wanted):
            raise ModelRejected(f"its {role}s are {', '.join(names) or 'none'}, expected {', '.join(sorted(wanted))}")
        for node in found:
            axes, type_ = wanted[node.name].axes, f"tensor({wanted[node.name].element})"
            if node.type != type_:
                raise ModelRejected(f"its {role} {node.name} is {node.type}, expected {type_}")
            if not _fits(node.shape, axes):
                raise ModelRejected(
                    f"its {role} {node.name} has shape {_axes_text(node.shape)}, expected {_axes_text(axes)}"
                )


def _fits(shape: object, axes: tuple[int | None, ...]) -> bool:
    if not isinstance(shape, list | tuple) or len(shape) != len(axes):
        return False
    # An axis of any length must be free in the file, too: one of fixed length could not serve every piece.
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
