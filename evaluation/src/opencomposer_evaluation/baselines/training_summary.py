"""The summary of a baseline's training: training-summary.json beside its model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

SUMMARY_FILE = "training-summary.json"

TrainingSummary = Mapping[str, object]
"""The content of the file. cpuSeconds, wallSeconds: the time of the training, on the processor and by the clock."""


def read_training_summary(baseline: Path) -> TrainingSummary | None:
    """Reads the summary in a baseline's folder; None where the baseline was not trained."""
    file = baseline / SUMMARY_FILE
    if not file.is_file():
        return None
    summary: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))
    return summary


def core_minutes(summary: TrainingSummary) -> str:
    """Returns in words how long one core trained."""
    return f"{float(str(summary['cpuSeconds'])) / 60:.0f} min of one core"


def training_time(summary: TrainingSummary) -> str:
    """Returns the seconds of processor time and by the clock, in words."""
    return f"{summary['cpuSeconds']} s of CPU time ({summary['wallSeconds']} s by the clock)"
