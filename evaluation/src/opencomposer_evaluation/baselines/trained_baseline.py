"""Writes the result of a baseline's training into models/baselines/<name>/."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import torch
from opencomposer_training.environment import write_atomically

from opencomposer_evaluation.baselines.training_summary import SUMMARY_FILE


def write_baseline(target: Path, *, model: bytes, log: Path, summary: Mapping[str, object]) -> None:
    """Writes model.onnx, training-log.jsonl and training-summary.json, and prints the summary: the training's own, with
    the model's checksum, the libraries' versions and the machine."""
    whole = {
        **summary,
        "model": {"file": "model.onnx", "bytes": len(model), "sha256": hashlib.sha256(model).hexdigest()},
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "onnx": onnx.__version__,
            "numpy": np.__version__,
        },
        "machine": {"processor": platform.machine(), "cores": len(os.sched_getaffinity(0))},
    }
    target.mkdir(parents=True, exist_ok=True)
    write_atomically(target / "model.onnx", model)
    write_atomically(target / "training-log.jsonl", log.read_bytes())
    write_atomically(target / SUMMARY_FILE, (json.dumps(whole, indent=2) + "\n").encode())
    print(json.dumps(whole))
