"""The input of an evaluation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from opencomposer_training.dataset import Dataset


@dataclass(frozen=True)
class EvaluationRequest:
    """The stock model's folder, the folder with the baselines, all pieces, the largest number of windows, the number of
    times that pieces are drawn again for intervals, and the function that reports progress."""

    model: Path
    baselines: Path
    dataset: Dataset
    windows: int
    replicates: int
    log: Callable[[str], None]
