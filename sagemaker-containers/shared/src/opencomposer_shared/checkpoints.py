"""Resumable checkpoints: `last` and `best`, each written whole or not at all, each proved to load before it is trusted.

Training only (PyTorch). Files hold tensors, numbers, texts, lists and dicts: they are read with weights_only, so that a
file from elsewhere cannot run code.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import torch

from opencomposer_shared.environment import write_atomically

FORMAT = 1
CheckpointName = Literal["last", "best"]


def save_checkpoint(folder: Path, name: CheckpointName, state: Mapping[str, Any]) -> None:
    """Write a checkpoint by temporary file and rename. What was there before stays until the new one is complete.

    Raises RuntimeError when what was written does not read back: better a stop now than a resume that fails.
    """
    buffer = io.BytesIO()
    torch.save({"format": FORMAT, **state}, buffer)
    content = buffer.getvalue()
    if _parse(content) is None:
        raise RuntimeError(f"the checkpoint '{name}' does not load after it was written")
    write_atomically(folder / f"{name}.pt", content)


def load_checkpoint(folder: Path, name: CheckpointName) -> dict[str, Any] | None:
    """A checkpoint, or None when it is absent or broken (then said on stdout)."""
    path = folder / f"{name}.pt"
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    state = _parse(content)
    if state is None:
        print(f"The checkpoint {path.name} cannot be read and is left aside ({len(content)} bytes).", flush=True)
    return state


def load_newest(folder: Path) -> dict[str, Any] | None:
    """`last`, or `best` when `last` is broken, or None: training then starts afresh."""
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
    # A damaged file makes torch raise whatever its unpickler met first, so every Exception means the same here. It does
    # not compare the archive's own checksums, without which a flipped bit would become a weight.
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if archive.testzip() is not None:
                return None
        state = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception:  # noqa: BLE001
        return None
    return state if isinstance(state, dict) and state.get("format") == FORMAT else None
