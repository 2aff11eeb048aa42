"""docs/how-models-learn.md explains what we report, with the code's constants, and its figures are of today's logs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from opencomposer_shared.metrics import DISSONANT_INTERVALS, QUALIFIED_STEPS
from opencomposer_shared.similarity_index import FEATURES, GRID_POINTS, LENGTH_EDGES

from docs.plots import training_numbers
from docs.plots.training_numbers import BASELINE, DOCUMENT, ROOT, STOCK_MODEL, read_baseline, read_training

TEXT = DOCUMENT.read_text(encoding="utf-8")
FLAT = " ".join(TEXT.split())
IMAGES = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", TEXT)
TIMES = {"seconds", "elapsedSeconds", "samplesPerSecond"}
NOT_METRICS = {"schemaVersion", "epoch", "epochs", "timestamp"}


def schema(name: str) -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads((ROOT / f"contracts/{name}.schema.json").read_text(encoding="utf-8"))
    return document


def reported_names() -> list[str]:
    """Every number that a progress line, a model card or a composition gives by a metric's name."""
    card = schema("model-card")["properties"]
    reference = card["reference"]["properties"]
    names = {*schema("progress-line")["properties"], *card["metrics"]["properties"], "forcedBarRate"}
    for part in reference.values():
        names |= set(part["properties"])
    return sorted(names - NOT_METRICS)


def section(name: str) -> str | None:
    """The text under the heading that is this name, or None."""
    found = re.search(rf"^(##+) {re.escape(name)}\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    return found[2] if found else None


@pytest.mark.parametrize("name", [name for name in reported_names() if name not in TIMES])
def test_every_metric_has_formula_range_and_direction(name: str) -> None:
    text = section(name)
    assert text is not None, f"docs/how-models-learn.md has no heading '{name}'"
    assert "_Formula:_" in text
    assert "_Range:_" in text
    assert "_Direction:_" in text or "_Towards:_" in text


@pytest.mark.parametrize("name", sorted(TIMES))
def test_every_time_is_explained(name: str) -> None:
    assert f"`{name}`" in TEXT
    assert name in reported_names()


def test_every_musical_measure_is_in_the_table_of_numbers() -> None:
    given = {*training_numbers.LOSSES, *training_numbers.MEASURES}
    assert given == set(reported_names()) - TIMES - {"forcedBarRate"}


def test_constants_are_those_of_the_code() -> None:
    *first, last = DISSONANT_INTERVALS
    assert f"{', '.join(map(str, first))} or {last} semitones" in FLAT
    assert f"an eighth ({QUALIFIED_STEPS} steps) or longer" in FLAT
    assert f"grid of {GRID_POINTS} points" in FLAT
    assert f"notes from {', '.join(map(str, LENGTH_EDGES[:-1]))} and {LENGTH_EDGES[-1]} sixteenths on" in FLAT
    assert re.findall(r"^\| `(\w+)` +\|[^|]*\|$", TEXT, re.MULTILINE) == list(FEATURES)


def test_thresholds_of_convergence_are_those_of_the_code() -> None:
    code = (ROOT / "domain/training/convergence.ts").read_text(encoding="utf-8")
    for state, drift, spread in re.findall(r"^  (\w+): \{ drift: ([\d.]+), spread: ([\d.]+) \}", code, re.MULTILINE):
        assert re.search(rf"\| `{state}` +\| {drift}\d* +\| {spread}\d* ", TEXT), state
    smoothing = re.search(r"smoothing = ([\d.]+);", code)
    assert smoothing is not None
    assert float(smoothing[1]) == training_numbers.SMOOTHING
    assert f"_m_[n] = {smoothing[1]} _s_[n]" in TEXT


def test_document_has_plots_with_words_for_who_cannot_see_them() -> None:
    drawn = {path.name for path in (ROOT / "docs/plots").glob("*.svg")}
    assert {Path(path).name for _, path in IMAGES} == drawn
    assert all(len(words) > 20 for words, _ in IMAGES)


@pytest.mark.parametrize("path", [path for _, path in IMAGES])
def test_plot_is_made_of_the_committed_log(path: str) -> None:
    # When this fails, a log is newer than the plots: npm run plots.
    svg = (DOCUMENT.parent / path).read_text(encoding="utf-8")
    training = read_baseline(BASELINE) if "aws-recipe" in path else read_training(STOCK_MODEL)
    assert f"sha256 {training.sha256}" in svg
    assert svg.rstrip().endswith("</svg>")
    assert "<dc:date>" not in svg


def test_numbers_are_those_of_the_committed_logs() -> None:
    # When this fails, a log is newer than the document: npm run plots.
    expected = training_numbers.numbers(read_training(STOCK_MODEL), read_baseline(BASELINE))
    assert training_numbers.with_numbers(TEXT, expected) == TEXT


def test_a_log_of_another_training_than_the_card_is_refused(tmp_path: Path) -> None:
    for name in ("training-log.jsonl", "training-reference.json", "model-card.json"):
        (tmp_path / name).write_bytes((STOCK_MODEL / name).read_bytes())
    lines = (tmp_path / "training-log.jsonl").read_text().splitlines()
    (tmp_path / "training-log.jsonl").write_text("\n".join(lines[:-1]))
    with pytest.raises(ValueError, match="other epochs than the card's"):
        read_training(tmp_path)
