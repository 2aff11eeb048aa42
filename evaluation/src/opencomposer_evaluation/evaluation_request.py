"""What an evaluation is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from opencomposer_training.dataset import Dataset


@dataclass(frozen=True)
class EvaluationRequest:
    """The stock model's folder, the folder with the baselines, all pieces, the largest number of windows, how often
    pieces are drawn again for intervals, and how to say what is going on."""

    model: Path
    baselines: Path
    dataset: Dataset
    windows: int
    replicates: int
    log: Callable[[str], None]
