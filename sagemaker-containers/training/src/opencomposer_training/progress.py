"""The progress of a running job: one JSON line an epoch in a file, and one line an epoch on stdout for CloudWatch."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from opencomposer_training.environment import write_atomically

PROGRESS_FILE = "progress.jsonl"
REFERENCE_FILE = "reference.json"
SAMPLES_FOLDER = "samples"
STDOUT_METRICS = (
    "similarityIndex",
    "emptyBarRate",
    "dissonantPairShare",
    "qualifiedNoteRate",
    "scaleConsistency",
    "phrasesClosed",
    "leaptIntoDissonancesPerBar",
    "samplesPerSecond",
)
"""The metrics that the stdout line of every technique has after its losses, as far as they could be measured.
contracts/metric-definitions.json has a pattern for each."""


def append_progress(folder: Path, line: Mapping[str, object]) -> None:
    """Appends one line in one write, so that a reader sees it whole or, at worst, as a last half line.

    Raises ValueError for a number that JSON cannot hold, because NaN must never reach the charts.
    """
    content = json.dumps({**line, "timestamp": now()}, allow_nan=False, separators=(",", ":")) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / PROGRESS_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, content.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def rewind_progress(folder: Path, epoch: int) -> None:
    """Keeps, after a resume, one whole line for each epoch up to `epoch`, and drops lines and samples of later ones.

    A process that was killed may have reported an epoch whose checkpoint was never written; that epoch is trained
    again.
    """
    path = folder / PROGRESS_FILE
    kept: dict[int, str] = {}
    if path.exists():
        for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                number = json.loads(text)["epoch"]
            except (ValueError, KeyError, TypeError):
                continue
            if isinstance(number, int) and number <= epoch:
                kept[number] = text
        write_atomically(path, "".join(kept[number] + "\n" for number in sorted(kept)).encode())
    for samples in (folder / SAMPLES_FOLDER).glob("epoch-*"):
        number_text = samples.name.removeprefix("epoch-")
        if number_text.isdigit() and int(number_text) > epoch:
            shutil.rmtree(samples, ignore_errors=True)


def write_reference(folder: Path, metrics: Mapping[str, float], validation: Mapping[str, float]) -> None:
    """Writes the metrics of the training music itself and of the held-out music, towards which the curves tend."""
    content = {"schemaVersion": 1, "metrics": dict(metrics), "validation": dict(validation)}
    write_atomically(folder / REFERENCE_FILE, (json.dumps(content, allow_nan=False, indent=2) + "\n").encode())


def metrics_line(epoch: int, losses: Mapping[str, float], metrics: Mapping[str, float]) -> str:
    """Returns the line for CloudWatch's metric definitions: `[opencomposer] epoch=3 generatorLoss=-1.23 …`.

    It has all losses, whatever the technique calls them, and those metrics that every technique reports. Raises
    ValueError for a number that is not finite.
    """
    reported = {**losses, **{name: metrics[name] for name in STDOUT_METRICS if name in metrics}}
    parts = [f"{name}={_plain(value)}" for name, value in reported.items()]
    return " ".join([f"[opencomposer] epoch={epoch}", *parts])


def _plain(value: float) -> str:
    """Returns a number without an exponent, which a metric pattern would cut in two."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is not finite")
    return f"{value:.6f}"


def now() -> str:
    """Returns the present as ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
