"""What the plots and the tables of docs/how-models-learn.md are made of: the stock model's training as it was logged.

Standard library only, so that the tests of the document need no plotting library.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/how-models-learn.md"
STOCK_MODEL = ROOT / "models/unet-gan-bach"
BASELINE = ROOT / "models/baselines/unet-gan-aws-recipe"
BEGIN = "<!-- numbers: npm run plots -->"
END = "<!-- end of numbers -->"

LOSSES = ("criticLoss", "generatorLoss", "reconstructionLoss")
MEASURES = (
    "similarityIndex",
    "emptyBarRate",
    "dissonantPairShare",
    "qualifiedNoteRate",
    "scaleConsistency",
    "pitchClassesUsed",
    "pitchesUsed",
    "polyphonicRate",
    "tonalDistance",
    "grooveConsistency",
)
SMOOTHING = 0.3
"""Weight of the newest epoch, as where convergence is judged (domain/training/convergence.ts)."""

Line = Mapping[str, Any]


@dataclass(frozen=True)
class Training:
    """A training of the stock model: its epochs, Bach's own values, the epoch whose model was kept, and how the card
    says that model measures."""

    epochs: Sequence[Line]
    composer: Mapping[str, float]
    validation: Mapping[str, float]
    kept_epoch: int
    card: Mapping[str, float]
    sha256: str

    def series(self, name: str) -> list[float]:
        """One value an epoch."""
        return [float(line[name]) for line in self.epochs]


@dataclass(frozen=True)
class BaselineTraining:
    """The training of AWS's recipe: a line for each iteration, and what it took."""

    iterations: Sequence[Line]
    summary: Line
    sha256: str

    def series(self, name: str) -> list[float]:
        """One value an iteration."""
        return [float(line[name]) for line in self.iterations]


def read_training(folder: Path) -> Training:
    """The stock model's log, reference and card. Raises FileNotFoundError; ValueError where log and card are of two
    trainings."""
    log = (folder / "training-log.jsonl").read_bytes()
    reference = json.loads((folder / "training-reference.json").read_text(encoding="utf-8"))
    card = json.loads((folder / "model-card.json").read_text(encoding="utf-8"))
    epochs = [json.loads(line) for line in log.splitlines()]
    if [line["epoch"] for line in epochs] != list(range(1, card["epochsCompleted"] + 1)):
        raise ValueError(f"{folder.name}: the log has other epochs than the card's 1 to {card['epochsCompleted']}")
    digest = hashlib.sha256(log).hexdigest()
    return Training(epochs, reference["metrics"], reference["validation"], card["epoch"], card["metrics"], digest)


def read_baseline(folder: Path) -> BaselineTraining:
    """The baseline's log and summary. Raises FileNotFoundError."""
    log = (folder / "training-log.jsonl").read_bytes()
    summary = json.loads((folder / "training-summary.json").read_text(encoding="utf-8"))
    return BaselineTraining([json.loads(line) for line in log.splitlines()], summary, hashlib.sha256(log).hexdigest())


def smoothed(values: Sequence[float]) -> list[float]:
    """Exponential moving average: m[n] = 0.3 s[n] + 0.7 m[n-1]."""
    result: list[float] = []
    for value in values:
        result.append(SMOOTHING * value + (1 - SMOOTHING) * result[-1] if result else value)
    return result


def numbers(training: Training, baseline: BaselineTraining) -> str:
    """The generated part of the document: the stock model's table, and a sentence on the baseline."""
    epoch, first, kept = training.kept_epoch, training.epochs[0], training.epochs[training.kept_epoch - 1]
    columns = (training.composer, training.validation, first, kept, training.card)
    headers = ["", "Bach, training pieces", "Bach, validation pieces", "epoch 1", f"epoch {epoch}", "as it is served"]
    rows = [[f"`{name}`", *(_shown(column.get(name)) for column in columns)] for name in (*LOSSES, *MEASURES)]
    took = baseline.summary
    remark = (
        f"The training had {len(training.epochs)} epochs; the model of epoch {epoch} was kept. The epochs are as "
        "they were logged; the last column is the model's card, measured again when decoding has changed since. "
        f"AWS's recipe, for comparison, made {took['generatorUpdates']:,} generator updates in "
        f"{took['cpuSeconds']:,.0f} CPU seconds of one thread ({took['filters']} filters)."
    )
    return f"{markdown_table(headers, rows)}\n\n{remark}"


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def markdown_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table as Prettier writes it: columns of equal width."""
    every = [headers, *rows]
    widths = [max(3, *(len(row[column]) for row in every)) for column in range(len(headers))]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in every]
    lines.insert(1, " | ".join("-" * width for width in widths))
    return "\n".join(f"| {line} |" for line in lines)


def with_numbers(document: str, generated: str) -> str:
    """The document with its generated part exchanged. Raises ValueError when it has no place for it."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the document has no '{BEGIN}' … '{END}'")
    return f"{before}{BEGIN}\n\n{generated}\n\n{END}{after}"
