"""docs/how-models-learn.md explains all numbers that are reported, with the code's constants, and its figures are of
today's logs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import training_numbers
from opencomposer_music.metrics import DISSONANT_INTERVALS, QUALIFIED_STEPS
from opencomposer_music.similarity_index import FEATURES, GRID_POINTS, LENGTH_EDGES
from training_numbers import (
    BASELINE,
    DOCUMENT,
    FIGURES,
    LOG,
    MODELS,
    ROOT,
    figure_file,
    generated,
    losses_by_technique,
    read_baseline,
    read_training,
    read_trainings,
    with_generated,
)

TEXT = DOCUMENT.read_text(encoding="utf-8")
FLAT = " ".join(TEXT.split())
IMAGES = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", TEXT)
TRAININGS = read_trainings(MODELS)
LOSSES = {name for names in losses_by_technique().values() for name in names}
TIMES = {"seconds", "elapsedSeconds", "samplesPerSecond"}
NOT_METRICS = {"schemaVersion", "epoch", "epochs", "timestamp"}


def schema(name: str) -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads((ROOT / f"contracts/{name}.schema.json").read_text(encoding="utf-8"))
    return document


def reported_names() -> list[str]:
    """Returns every number that a progress line, a model card or a composition gives by a metric's name."""
    card = schema("model-card")["properties"]
    reference = card["reference"]["properties"]
    names = {*LOSSES, *schema("progress-line")["properties"], *card["metrics"]["properties"], "forcedBarRate"}
    for part in reference.values():
        names |= set(part["properties"])
    return sorted(names - NOT_METRICS)


def section(name: str) -> str | None:
    """Returns the text under the heading of this name, or None."""
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


def test_every_musical_metric_is_in_the_table_of_numbers() -> None:
    given = {*LOSSES, *training_numbers.METRICS}
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


SOURCES = {
    "aws-recipe.svg": read_baseline(BASELINE).sha256,
    **{figure_file(figure, training): training.sha256 for training in TRAININGS for figure in FIGURES},
}


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_plot_is_made_of_the_committed_log(name: str) -> None:
    # When this fails, a log is newer than the plots: npm run plots.
    svg = (DOCUMENT.parent / "plots" / name).read_text(encoding="utf-8")
    assert f"sha256 {SOURCES[name]}" in svg
    assert svg.rstrip().endswith("</svg>")
    assert "<dc:date>" not in svg


def test_the_generated_parts_are_those_of_the_committed_logs() -> None:
    # When this fails, a log is newer than the document: npm run plots.
    assert with_generated(TEXT, generated(TRAININGS, read_baseline(BASELINE))) == TEXT


def test_a_document_without_a_place_for_a_generated_part_is_refused() -> None:
    with pytest.raises(ValueError, match="no '<!-- weather: npm run plots -->'"):
        with_generated(TEXT, {"weather": "sunny"})


def copy_of(model: Path, folder: Path) -> Path:
    """Copies the files of a stock model that describe its training into another folder."""
    folder.mkdir(parents=True)
    for name in (LOG, "training-reference.json", "model-card.json"):
        (folder / name).write_bytes((model / name).read_bytes())
    return folder


def test_a_log_of_another_training_than_the_card_is_refused(tmp_path: Path) -> None:
    folder = copy_of(MODELS / "unet-gan-bach", tmp_path / "model")
    lines = (folder / LOG).read_text().splitlines()
    (folder / LOG).write_text("\n".join(lines[:-1]))
    with pytest.raises(ValueError, match="other epochs than the card's"):
        read_training(folder)


def test_a_metric_that_a_training_of_version_0_2_lacks_is_a_dash_and_is_not_drawn(tmp_path: Path) -> None:
    folder = copy_of(MODELS / "unet-gan-bach", tmp_path / "model")
    lines = [json.loads(line) for line in (folder / LOG).read_text().splitlines()]
    card = json.loads((folder / "model-card.json").read_text())
    reference = json.loads((folder / "training-reference.json").read_text())
    counted = [*lines, card["metrics"], reference["metrics"], reference["validation"]]
    for numbers in counted:
        numbers["phrasesClosed"] = 0.75
        numbers.pop("leaptIntoDissonancesPerBar", None)
    (folder / LOG).write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "model-card.json").write_text(json.dumps(card))
    (folder / "training-reference.json").write_text(json.dumps(reference))
    training = read_training(folder)
    assert (training.has("phrasesClosed"), training.has("leaptIntoDissonancesPerBar")) == (True, False)
    rows = training_numbers.numbers(training).splitlines()
    cells = {row.split("|")[1].strip(): [cell.strip() for cell in row.split("|")[2:-1]] for row in rows if "`" in row}
    assert cells["`phrasesClosed`"] == ["0.750"] * 5
    assert cells["`leaptIntoDissonancesPerBar`"] == ["-"] * 5


def test_a_second_stock_model_brings_its_own_losses(tmp_path: Path) -> None:
    """The AR-CNN's training is made from the GAN's log, because only the names of the losses matter here."""
    copy_of(MODELS / "unet-gan-bach", tmp_path / "unet-gan-bach")
    folder = copy_of(MODELS / "unet-gan-bach", tmp_path / "ar-cnn-bach")
    card = json.loads((folder / "model-card.json").read_text())
    (folder / "model-card.json").write_text(json.dumps({**card, "technique": "ar-cnn", "name": "AR-CNN, bach"}))
    losses = dict.fromkeys(losses_by_technique()["ar-cnn"], 1.25)
    lines = [json.loads(line) for line in (folder / LOG).read_text().splitlines()]
    (folder / LOG).write_text("".join(json.dumps({**line, **losses}) + "\n" for line in lines))
    trainings = read_trainings(tmp_path)
    assert [training.id for training in trainings] == ["ar-cnn-bach", "unet-gan-bach"]
    parts = generated(trainings, read_baseline(BASELINE))
    assert re.search(r"\| `validationLoss` +\| - +\| - +\| 1\.250 ", parts["numbers"])
    assert parts["losses"].count("![") == 2
    assert "of AR-CNN, bach](plots/losses-ar-cnn-bach.svg)" in parts["losses"]
