"""The AR-CNN's evaluation as a whole, on a made-up data set and tiny models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from opencomposer_evaluation.command import main
from opencomposer_testing.evaluation_reports import absent_sections, evaluated_card
from opencomposer_testing.tiny_music import written_dataset
from opencomposer_testing.tiny_network import TinyNetwork

LEVEL, SCALE = -5.0, 0.5
"""Level and scale of the tiny models' logits, with which sampling ends after a few passes."""


def written_models(folder: Path) -> tuple[Path, Path]:
    """Writes a stock model with one more training seed, and a baseline."""
    model, baseline = folder / "model", folder / "baselines" / "ar-cnn-aws-objective"
    for place, seed in ((model, 0), (model / "seeds" / "7", 7), (baseline, 3)):
        place.mkdir(parents=True)
        (place / "model.onnx").write_bytes(TinyNetwork(seed=seed, level=LEVEL, scale=SCALE).file())
        (place / "model-card.json").write_text(json.dumps({"seed": seed, "epoch": 3}))
    summary = {"cpuSeconds": 1800.2, "wallSeconds": 1900.5, "updates": 400}
    (baseline / "training-summary.json").write_text(json.dumps(summary))
    return model, baseline.parent


def test_whole_chorales_alone_are_judged_without_writing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model, baselines = written_models(tmp_path)
    folders = ["--model", str(model), "--baselines", str(baselines), "--dataset", str(written_dataset(tmp_path / "d"))]
    assert main(["ar-cnn", "--chorales", "--replicates", "20", *folders]) == 0
    text = capsys.readouterr().out
    assert "## Whole chorales" in text
    assert "## Copies" not in text
    assert not (model / "evaluation.json").exists()
    assert "evaluation" not in json.loads((model / "model-card.json").read_text())


def test_the_command_judges_a_network_and_fills_in_its_card(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model, baselines = written_models(tmp_path)
    folders = ["--model", str(model), "--baselines", str(baselines), "--dataset", str(written_dataset(tmp_path / "d"))]
    assert main(["ar-cnn", "--windows", "5", "--replicates", "20", *folders]) == 0
    found: dict[str, Any] = json.loads((model / "evaluation.json").read_text())
    rows = {row["kind"]: row["metrics"] for row in found["comparison"]}
    kinds = {"composer", "floor", "seedMean", "stock", "otherSeed", "awsObjective", "baseline", "melodyAlone"}
    assert set(rows) == kinds
    assert rows["stock"]["melodyKeptShare"]["value"] == 1
    assert rows["composer"]["melodyKeptShare"]["value"] is None
    # Nothing is added to the melody alone. The pieces have four pitches at a time for their four voices, but for
    # unisons.
    assert rows["melodyAlone"]["soundingPitches"]["value"] == 1
    assert rows["composer"]["fourVoiceShare"]["value"] > 0.9
    random_edits = next(row for row in found["comparison"] if row["name"].startswith("random edits"))
    added = rows["stock"]["addedCells"]["value"]
    assert random_edits["metrics"]["soundingPitches"]["value"] == pytest.approx(1 + added / 128, abs=1e-3)
    verdicts = {goal["goal"]: goal["verdict"] for goal in found["goals"][0]["goals"]}
    assert verdicts["dissonant pairs"] == "not reached"
    assert verdicts["melody notes kept"] == "reached"
    assert sum(name.startswith("similarity index less that of") for name in verdicts) == 5
    restoration = {(row["kind"], row["rate"]): row for row in found["restoration"]["rows"]}
    assert restoration["stock", 0.0]["noteF1Before"]["value"] == 1
    assert restoration["stock", 0.25]["noteF1Before"]["value"] < restoration["stock", 0.1]["noteF1Before"]["value"] < 1
    music = {goal["goal"]: goal["verdict"] for goal in found["chorales"]["goals"]}
    assert music["grade (median)"] == "not reached"
    assert {row["kind"] for row in found["chorales"]["rows"]} == {
        "composer",
        "control",
        "seedMean",
        "stock",
        "otherSeed",
        "baseline",
    }
    assert found["controls"]["regionEdits"] > 0
    assert found["controls"]["regionEditsOutside"] == 0
    headings = (
        "Whole chorales",
        "Held-out windows",
        "Goals",
        "Fix the wrong notes",
        "Variety",
        "Copies",
        "Boundary discontinuity",
        "Density",
    )
    assert absent_sections(model, capsys.readouterr().out, headings) == []
    card = evaluated_card(model)
    assert card["evaluation"]["metrics"]["fourVoiceShare"]["composer"] == rows["composer"]["fourVoiceShare"]["value"]
