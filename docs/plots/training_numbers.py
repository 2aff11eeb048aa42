"""The numbers behind the plots and tables of docs/how-models-learn.md: the stock models' trainings as logged.

It imports the standard library only, so that the tests of the document need no plotting library.
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
MODELS = ROOT / "models"
BASELINE = MODELS / "baselines/unet-gan-aws-recipe"
LOG = "training-log.jsonl"
END = "<!-- end of what npm run plots writes -->"

METRICS = (
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
    "phrasesClosed",
    "leaptIntoDissonancesPerBar",
)
SMOOTHING = 0.3
"""The weight of the newest epoch, the same with which convergence is judged (domain/training/convergence.ts)."""

Line = Mapping[str, Any]


@dataclass(frozen=True)
class Training:
    """A training of a stock model: its id and name, its technique's losses, its epochs, Bach's own values, the epoch
    whose model was kept, and the metrics that the card gives for that model."""

    id: str
    name: str
    losses: Sequence[str]
    epochs: Sequence[Line]
    composer: Mapping[str, float]
    validation: Mapping[str, float]
    kept_epoch: int
    card: Mapping[str, float]
    sha256: str

    def series(self, name: str) -> list[float]:
        """Returns one value for each epoch."""
        return [float(line[name]) for line in self.epochs]

    def has(self, name: str) -> bool:
        """Returns True for a metric that every epoch, the reference and the card have. Trainings of version 0.2 lack
        some."""
        return all(name in numbers for numbers in (*self.epochs, self.composer, self.validation, self.card))


@dataclass(frozen=True)
class BaselineTraining:
    """The training of AWS's recipe: a line for each iteration, and the time and machine that it took."""

    iterations: Sequence[Line]
    summary: Line
    sha256: str

    def series(self, name: str) -> list[float]:
        """Returns one value for each iteration."""
        return [float(line[name]) for line in self.iterations]


def losses_by_technique() -> dict[str, list[str]]:
    """Returns the losses that each technique with a model reports (contracts/techniques)."""
    documents = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "contracts/techniques").glob("*.json"))
    }
    return {
        technique: list(document["x-losses"]) for technique, document in documents.items() if "x-losses" in document
    }


def read_training(folder: Path) -> Training:
    """Reads a stock model's log, reference and card. Raises FileNotFoundError, and ValueError where log and card are of
    two trainings."""
    log = (folder / LOG).read_bytes()
    reference = json.loads((folder / "training-reference.json").read_text(encoding="utf-8"))
    card = json.loads((folder / "model-card.json").read_text(encoding="utf-8"))
    epochs = [json.loads(line) for line in log.splitlines()]
    if [line["epoch"] for line in epochs] != list(range(1, card["epochsCompleted"] + 1)):
        raise ValueError(f"{folder.name}: the log has other epochs than the card's 1 to {card['epochsCompleted']}")
    return Training(
        id=folder.name,
        name=card["name"],
        losses=losses_by_technique()[card["technique"]],
        epochs=epochs,
        composer=reference["metrics"],
        validation=reference["validation"],
        kept_epoch=card["epoch"],
        card=card["metrics"],
        sha256=hashlib.sha256(log).hexdigest(),
    )


def read_trainings(models: Path) -> list[Training]:
    """Reads every stock model that has a log, in the order in which the contracts name the techniques, then by id."""
    order = list(losses_by_technique())
    folders = sorted(path.parent for path in models.glob(f"*/{LOG}"))
    cards = {folder: json.loads((folder / "model-card.json").read_text(encoding="utf-8")) for folder in folders}
    return [read_training(folder) for folder in sorted(folders, key=lambda path: order.index(cards[path]["technique"]))]


def read_baseline(folder: Path) -> BaselineTraining:
    """Reads the baseline's log and summary. Raises FileNotFoundError."""
    log = (folder / "training-log.jsonl").read_bytes()
    summary = json.loads((folder / "training-summary.json").read_text(encoding="utf-8"))
    return BaselineTraining([json.loads(line) for line in log.splitlines()], summary, hashlib.sha256(log).hexdigest())


def smoothed(values: Sequence[float]) -> list[float]:
    """Returns the exponential moving average: m[n] = 0.3 s[n] + 0.7 m[n-1]."""
    result: list[float] = []
    for value in values:
        result.append(SMOOTHING * value + (1 - SMOOTHING) * result[-1] if result else value)
    return result


FIGURES = {
    "losses": "Losses over the epochs of the training of {}",
    "similarity-index": "Similarity index over the epochs of the training of {}, with the floor",
    "music": "Musical metrics over the epochs of the training of {}, with Bach's values",
}
"""The figures that are drawn of every stock model, each with its text for people who cannot see it."""


def figure_file(figure: str, training: Training) -> str:
    """Returns the name of the figure's file in docs/plots."""
    return f"{figure}-{training.id}.svg"


def generated(trainings: Sequence[Training], baseline: BaselineTraining) -> dict[str, str]:
    """Returns the generated parts of the document by their names: the figures of each kind, and the numbers."""
    parts = {
        figure: "\n\n".join(
            f"![{words.format(training.name)}](plots/{figure_file(figure, training)})" for training in trainings
        )
        for figure, words in FIGURES.items()
    }
    took = baseline.summary
    remark = (
        "The epochs are as they were logged; the last column is the model's card, measured again when decoding has "
        f"changed since. AWS's recipe, for comparison with the GAN, made {took['generatorUpdates']:,} generator "
        f"updates in {took['cpuSeconds']:,.0f} CPU seconds of one thread ({took['filters']} filters)."
    )
    return {**parts, "numbers": "\n\n".join([*(numbers(training) for training in trainings), remark])}


def numbers(training: Training) -> str:
    """Returns a stock model's heading, sentence and table."""
    epoch, first, kept = training.kept_epoch, training.epochs[0], training.epochs[training.kept_epoch - 1]
    columns = (training.composer, training.validation, first, kept, training.card)
    headers = ["", "Bach, training pieces", "Bach, validation pieces", "epoch 1", f"epoch {epoch}", "as it is served"]
    rows = [[f"`{name}`", *(_shown(column.get(name)) for column in columns)] for name in (*training.losses, *METRICS)]
    sentence = f"The training had {len(training.epochs)} epochs; the model of epoch {epoch} was kept."
    return f"### {training.name}\n\n{sentence}\n\n{markdown_table(headers, rows)}"


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def markdown_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Returns a table as Prettier writes it, with columns of equal width."""
    every = [headers, *rows]
    widths = [max(3, *(len(row[column]) for row in every)) for column in range(len(headers))]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in every]
    lines.insert(1, " | ".join("-" * width for width in widths))
    return "\n".join(f"| {line} |" for line in lines)


def begin(name: str) -> str:
    """Returns the line that begins a generated part."""
    return f"<!-- {name}: npm run plots -->"


def with_generated(document: str, parts: Mapping[str, str]) -> str:
    """Returns the document with its generated parts replaced. Raises ValueError when it has no place for one."""
    for name, text in parts.items():
        before, opening, rest = document.partition(begin(name))
        _, end, after = rest.partition(END)
        if not opening or not end:
            raise ValueError(f"the document has no '{begin(name)}' … '{END}'")
        document = f"{before}{opening}\n\n{text}\n\n{END}{after}"
    return document
