"""The whole command, on a made-up data set and a tiny model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import helper
from opencomposer_evaluation.command import main
from opencomposer_testing.evaluation_reports import absent_sections, evaluated_card
from opencomposer_testing.tiny_generator import TinyGenerator
from opencomposer_testing.tiny_music import written_dataset
from opencomposer_testing.tiny_onnx import constant, floats


def written_model(folder: Path) -> Path:
    """Writes a stock model and one more training seed."""
    for place, seed in ((folder, 0), (folder / "seeds" / "7", 7)):
        place.mkdir(parents=True)
        (place / "model.onnx").write_bytes(TinyGenerator(seed=seed).file())
        (place / "model-card.json").write_text(json.dumps({"seed": seed, "epoch": 3}))
    return folder


def written_baseline(folder: Path) -> Path:
    """Writes a baseline in the interface of AWS's recipe, whose voices are the melody and octaves below it."""
    places = np.zeros((4, 1, 1, 25), dtype=np.float32)
    places[[0, 1, 2, 3], 0, 0, [12, 12, 24, 24]] = 1
    nodes = [
        helper.make_node("Add", ["melody", "one"], ["heard"]),
        helper.make_node("Conv", ["heard", "places"], ["moved"], pads=[0, 12, 0, 12]),
        helper.make_node("ReduceMean", ["noise"], ["mean"], axes=[1, 2, 3]),
        helper.make_node("Mul", ["mean", "small"], ["drift"]),
        helper.make_node("Add", ["moved", "drift"], ["audible"]),
        helper.make_node("Sub", ["audible", "one"], ["tracks"]),
    ]
    graph = helper.make_graph(
        nodes,
        "baseline",
        [floats("melody", "windows", 1, 32, 128), floats("noise", "windows", 2, 2, 8)],
        [floats("tracks", "windows", 4, 32, 128)],
        [
            constant("places", places),
            constant("one", np.ones(1, dtype=np.float32)),
            constant("small", np.full(1, 1e-3, dtype=np.float32)),
        ],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    target = folder / "unet-gan-aws-recipe"
    target.mkdir(parents=True)
    (target / "model.onnx").write_bytes(made.SerializeToString())
    summary = {"cpuSeconds": 1800.2, "wallSeconds": 1900.5, "generatorUpdates": 400}
    (target / "training-summary.json").write_text(json.dumps(summary))
    return folder


def test_the_command_prints_tables_and_writes_the_same_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, dataset = written_model(tmp_path / "model"), written_dataset(tmp_path / "dataset")
    baselines = written_baseline(tmp_path / "baselines")
    written: list[bytes] = []
    for name in ("one", "two"):
        folders = ["--model", str(model), "--baselines", str(baselines), "--dataset", str(dataset)]
        numbers = ["--windows", "6", "--replicates", "50"]
        assert main(["unet-gan", *numbers, *folders, "--output", str(tmp_path / name)]) == 0
        written.append((tmp_path / name / "evaluation.json").read_bytes())
    assert written[0] == written[1]
    found: dict[str, Any] = json.loads(written[0])
    assert [entry["trainingSeed"] for entry in found["otherTrainingSeeds"]] == [7]
    rows = {row["kind"]: row for row in found["comparison"]}
    assert {"composer", "floor", "seedMean", "stock", "otherSeed", "awsRecipe", "baseline"} <= set(rows)
    seeds = [rows[kind]["metrics"]["dissonantPairShare"]["value"] for kind in ("stock", "otherSeed")]
    assert rows["seedMean"]["metrics"]["dissonantPairShare"]["value"] == pytest.approx(np.mean(seeds), abs=2e-4)
    # The tiny model plays random music, which is far from the goals, and the report says so.
    verdicts = {goal["goal"]: goal["verdict"] for goal in found["goals"][0]["goals"]}
    assert verdicts["dissonant pairs"] == "not reached"
    assert verdicts["different accompaniments of 32 (worst melody)"] == "reached"
    # Voices that move with the melody an octave below make nothing but parallels.
    assert rows["awsRecipe"]["name"] == "AWS's recipe, 30 min of one core"
    assert rows["awsRecipe"]["metrics"]["parallelOctavesPer1000"]["value"] == 1000
    assert rows["awsRecipe"]["metrics"]["dissonantPairShare"]["value"] == 0
    music = {goal["goal"]: goal for goal in found["chorales"]["goals"]}
    assert music["phrases closed V-I"]["verdict"] == "not reached"
    assert music["phrases closed V-I"]["before"] == 0.274
    headings = (
        "Whole chorales",
        "Held-out windows",
        "Goals",
        "Variety",
        "Copies",
        "Boundary discontinuity",
        "Unusual melodies",
    )
    assert absent_sections(tmp_path / "two", capsys.readouterr().out, headings) == []


def test_the_chief_figures_go_into_the_models_own_card(tmp_path: Path) -> None:
    model, dataset = written_model(tmp_path / "model"), written_dataset(tmp_path / "dataset")
    folders = ["--model", str(model), "--dataset", str(dataset), "--baselines", str(tmp_path / "none")]
    assert main(["unet-gan", "--windows", "6", "--replicates", "20", *folders]) == 0
    card = evaluated_card(model)
    found = json.loads((model / "evaluation.json").read_text())
    assert (card["seed"], card["epoch"]) == (0, 3)
    rows = {row["kind"]: row["metrics"] for row in found["comparison"]}
    dissonance = card["evaluation"]["metrics"]["dissonantPairShare"]
    assert dissonance["value"] == rows["stock"]["dissonantPairShare"]["value"]
    assert dissonance["composer"] == rows["composer"]["dissonantPairShare"]["value"]
    assert card["evaluation"]["copies"]["retrievalCopiedWindowShare"] > 0
    assert "evaluation" not in json.loads((model / "seeds/7/model-card.json").read_text())


def test_seeds_of_another_recipe_are_not_pooled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model, dataset = written_model(tmp_path / "model"), written_dataset(tmp_path / "dataset")
    for place, epochs in ((model, 60), (model / "seeds" / "7", 90)):
        card = {"seed": 0, "hyperparameters": {"seed": epochs, "epochs": epochs}}
        (place / "model-card.json").write_text(json.dumps(card))
    assert main(["unet-gan", "--model", str(model), "--dataset", str(dataset), "--output", str(tmp_path)]) == 2
    assert "'epochs': 90" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["model", "dataset"])
def test_what_is_missing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str], missing: str) -> None:
    model = tmp_path / "nothing" if missing == "model" else written_model(tmp_path / "model")
    dataset = tmp_path / "nothing" if missing == "dataset" else written_dataset(tmp_path / "dataset")
    assert main(["unet-gan", "--model", str(model), "--dataset", str(dataset), "--output", str(tmp_path)]) == 2
    assert "nothing" in capsys.readouterr().err
    assert not (tmp_path / "evaluation.json").exists()
