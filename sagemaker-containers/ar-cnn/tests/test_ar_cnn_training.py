"""The training: what it leaves behind, that it learns. Resuming: training/tests/test_resumed_trainings.py."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from opencomposer_ar_cnn.generation import load_network, rewrite_notes
from opencomposer_ar_cnn.training import RECIPE, ArCnnLearner, choose_shape
from opencomposer_music.piano_roll import planes_to_notes
from opencomposer_music.technique_document import load_technique
from opencomposer_testing.tiny_training_job import keep_piece, progress_lines, write_job
from opencomposer_testing.tiny_training_runs import AR_CNN_HYPERPARAMETERS, AR_CNN_SAMPLING, ar_cnn_settings
from opencomposer_testing.tiny_training_runs import ar_cnn_run as start
from opencomposer_training.checkpoints import load_checkpoint
from opencomposer_training.environment import TrainingFailure
from opencomposer_training.midi_file import read_midi
from opencomposer_training.network_learner import LearnerSettings
from opencomposer_training.training_run import TrainingRun


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrainingRun[ArCnnLearner]]:
    """Returns a short run with its model."""
    base = tmp_path_factory.mktemp("finished")
    run = start(base)
    assert run.export(base / "model", run.run(), {"epochs": 2})
    return base, run


def test_what_a_run_leaves_behind(finished: tuple[Path, TrainingRun[ArCnnLearner]]) -> None:
    base, _ = finished
    lines = progress_lines(base)
    assert [line["epoch"] for line in lines] == [1, 2]
    for line in lines:
        assert line["loss"] == pytest.approx(line["selectionLoss"] + line["toggleLoss"] + line["startLoss"], rel=1e-4)
    card = json.loads((base / "model/model-card.json").read_text())
    best = next(line for line in lines if line["epoch"] == card["epoch"])
    assert best["validationLoss"] <= min(line["validationLoss"] for line in lines) + 0.01
    assert card["metrics"]["similarityIndex"] == best["similarityIndex"]
    assert card["dataset"]["pieces"] == 10
    assert [voice["head"] for voice in card["voices"]] == ["monophonic", "polyphonic"]
    assert sorted(path.name for path in (base / "model").iterdir()) == ["model-card.json", "model.onnx"]
    for epoch in (1, 2):
        content = (base / f"checkpoints/samples/epoch-{epoch:04d}/up-and-down.mid").read_bytes()
        tempo, tracks = read_midi(content)
        assert round(tempo) == 100
        assert [(note.onset, note.pitch) for note in tracks[0].notes] == [
            (4 * i, pitch) for i, pitch in enumerate((60, 62, 64, 65, 64, 62))
        ]


def test_the_last_sample_is_what_the_exported_model_plays(finished: tuple[Path, TrainingRun[ArCnnLearner]]) -> None:
    base, run = finished
    assert run.loop.best is not None
    network = load_network((base / "model/model.onnx").read_bytes(), 1)
    assert network.metadata == run.learner.metadata
    melody = run.learner.selection.melodies[0]
    settings = replace(AR_CNN_SAMPLING, voice_leading=True)
    result = rewrite_notes(network, melody.notes, melody.bars, settings, int(AR_CNN_HYPERPARAMETERS["seed"]))
    epoch = run.loop.best["epoch"]
    _, tracks = read_midi((base / f"checkpoints/samples/epoch-{epoch:04d}/up-and-down.mid").read_bytes())
    sampled = {track.name: list(track.notes) for track in tracks}
    assert result.lines
    for line in result.lines:
        assert sampled[line.name] == planes_to_notes(line.planes)


def test_the_document_s_defaults_are_settings() -> None:
    defaults = load_technique("ar-cnn").hyperparameters.defaults
    assert LearnerSettings.from_hyperparameters(defaults).epochs == defaults["epochs"]


def test_the_window_of_the_keyboard_holds_every_transposed_note(tmp_path: Path) -> None:
    run = start(tmp_path, pieces=4)
    low, high = run.learner.dataset.pitch_range()
    for reach, size in ((0, "small"), (6, "small"), (6, "large")):
        shape = choose_shape(run.learner.dataset, ar_cnn_settings(transpositionRange=reach, modelSize=size))
        assert shape.lowest_pitch <= low - reach
        assert shape.lowest_pitch + shape.pitches - 1 >= high + reach
        assert shape.pitches - (high - low + 1 + 2 * reach) < 16


def test_it_learns_to_restore_what_it_has_seen(tmp_path: Path) -> None:
    run = start(tmp_path, epochs=30, pieces=4, learningRate=1e-2)
    totals = [run.learner.learn(epoch, 0)["loss"] for epoch in range(30)]
    assert np.mean(totals[-5:]) < 0.85 * np.mean(totals[:5])


def test_a_diverged_training_says_so(tmp_path: Path) -> None:
    run = start(tmp_path, pieces=4)
    with torch.no_grad():
        run.learner.network.head.weight.fill_(float("nan"))
    with pytest.raises(TrainingFailure, match=r"diverged.*lower learningRate"):
        run.run()


def test_a_training_on_a_single_piece_stops_after_its_first_epoch(tmp_path: Path) -> None:
    write_job(tmp_path, "ar-cnn", {}, bars=2)
    keep_piece(tmp_path, 0)
    stopped = start(tmp_path, epochs=2, stop_after=1)
    assert stopped.run() == "stopped"
    state = load_checkpoint(tmp_path / "checkpoints", "last")
    assert state is not None
    assert (state["loop"]["epoch"], state["loop"]["batch"]) == (1, 0)


def test_the_windows_are_those_of_the_technique_document() -> None:
    document = json.loads((Path(__file__).resolve().parents[3] / "contracts/techniques/ar-cnn.json").read_text())
    assert document["x-windows"] == {"bars": RECIPE.window_bars, "hop": RECIPE.window_hop}
