"""Saves and loads the checkpoints `last` and `best`. Each is written whole or not at all, and must load after it was
written.

It is for training only (PyTorch). Files hold tensors, numbers, texts, lists and dicts, and are read by
`checkpoint_file`, so that a file from elsewhere can neither run code nor take memory without end.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import torch

from opencomposer_training.checkpoint_file import MAX_CHECKPOINT_BYTES, BrokenCheckpoint, read_checkpoint
from opencomposer_training.environment import TrainingFailure, write_atomically

FORMAT = 1
CheckpointName = Literal["last", "best"]
RENAMED_PARTS = {
    "editor": "network",
    "optimiser": "optimizer",
    "generatorOptimiser": "generatorOptimizer",
    "criticOptimiser": "criticOptimizer",
}
"""The present names of the parts that version 0.2 wrote under other names. It also wrote `normalisation` for layers."""


def save_checkpoint(folder: Path, name: CheckpointName, state: Mapping[str, Any]) -> None:
    """Writes a checkpoint by temporary file and rename. The one before stays until the new one is complete.

    Raises RuntimeError when the new file cannot be read back, because a stop now is better than a resume that fails.
    """
    buffer = io.BytesIO()
    torch.save({"format": FORMAT, **state}, buffer)
    content = buffer.getvalue()
    if _parse(content) is None:
        raise RuntimeError(f"the checkpoint '{name}' does not load after it was written")
    write_atomically(folder / f"{name}.pt", content)


def load_checkpoint(folder: Path, name: CheckpointName) -> dict[str, Any] | None:
    """Returns a checkpoint, or None when it is absent or broken (a line on stdout then says so)."""
    path = folder / f"{name}.pt"
    try:
        size = path.stat().st_size
        state = _parse(path.read_bytes()) if size <= MAX_CHECKPOINT_BYTES else None
    except FileNotFoundError:
        return None
    if state is None:
        print(f"The checkpoint {path.name} cannot be read and is left aside ({size} bytes).", flush=True)
    return state


@contextmanager
def reading_checkpoint() -> Iterator[None]:
    """Runs a block that uses a checkpoint's content. Any error there becomes a TrainingFailure."""
    try:
        yield
    except TrainingFailure:
        raise
    except Exception as error:  # noqa: BLE001 - PyTorch raises whatever a wrong value led to first
        print(f"The checkpoint does not fit: {type(error).__name__}: {error}"[:2000], flush=True)
        raise TrainingFailure(
            "The checkpoint to go on from is damaged or of another kind of training, so this job cannot go on from it. "
            "Start a new training without it."
        ) from None


def load_newest(folder: Path) -> dict[str, Any] | None:
    """Returns `last`, or `best` when `last` is broken, or None: training then starts afresh."""
    state = load_checkpoint(folder, "last")
    if state is not None:
        return state
    state = load_checkpoint(folder, "best")
    if state is not None:
        print("Training goes on from the best epoch's checkpoint, because there is no usable last one.", flush=True)
    elif any((folder / f"{name}.pt").exists() for name in ("last", "best")):
        print("No checkpoint is usable: training starts from the beginning.", flush=True)
    return state


def _parse(content: bytes) -> dict[str, Any] | None:
    try:
        state = read_checkpoint(content)
    except BrokenCheckpoint:
        return None
    return _with_present_names(state) if isinstance(state, dict) and state.get("format") == FORMAT else None


def _with_present_names(state: dict[Any, Any]) -> dict[Any, Any]:
    """Returns the state with the names that parts and layers have now."""
    return {
        _present_name(name) if isinstance(name, str) else name: (
            _with_present_names(value) if isinstance(value, dict) else value
        )
        for name, value in state.items()
    }


def _present_name(name: str) -> str:
    return RENAMED_PARTS.get(name, name.replace("normalisation", "normalization"))
