"""What the training of a baseline says of itself: training-summary.json beside its model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

SUMMARY_FILE = "training-summary.json"

TrainingSummary = Mapping[str, object]
"""The content of the file. cpuSeconds, wallSeconds: what the training took, of processor time and by the clock."""


def read_training_summary(baseline: Path) -> TrainingSummary | None:
    """The summary in a baseline's folder, None where the baseline was not trained."""
    file = baseline / SUMMARY_FILE
    if not file.is_file():
        return None
    summary: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))
    return summary


def core_minutes(summary: TrainingSummary) -> str:
    """How long one core trained, in words."""
    return f"{float(str(summary['cpuSeconds'])) / 60:.0f} min of one core"


def training_time(summary: TrainingSummary) -> str:
    """Seconds of processor time and by the clock, in words."""
    return f"{summary['cpuSeconds']} s of CPU time ({summary['wallSeconds']} s by the clock)"
