"""The training: what it leaves behind, that it learns. Resuming: training/tests/test_resumed_trainings.py."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from opencomposer_music.piano_roll import Note
from opencomposer_music.technique_document import load_technique
from opencomposer_serving.deadline import Deadline
from opencomposer_serving.invocation import InvocationRequest, Melody, ModelReference
from opencomposer_testing.tiny_training_job import progress_lines, write_job
from opencomposer_testing.tiny_training_runs import TRANSFORMER_HYPERPARAMETERS
from opencomposer_testing.tiny_training_runs import transformer_run as start
from opencomposer_training.environment import TrainingFailure
from opencomposer_training.midi_file import read_midi
from opencomposer_training.network_learner import LearnerSettings
from opencomposer_training.training_run import TrainingRun
from opencomposer_transformer.cached_network import load_network
from opencomposer_transformer.evaluation import write_samples
from opencomposer_transformer.training import TransformerLearner, rate_factor
from opencomposer_transformer.transformer import Transformer


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrainingRun[TransformerLearner]]:
    """Returns a short run with its model."""
    base = tmp_path_factory.mktemp("finished")
    run = start(base, polyphonic=True)
    assert run.export(base / "model", run.run(), {"epochs": 2})
    return base, run


def test_what_a_run_leaves_behind(finished: tuple[Path, TrainingRun[TransformerLearner]]) -> None:
    base, run = finished
    lines = progress_lines(base)
    assert [line["epoch"] for line in lines] == [1, 2]
    for line in lines:
        assert {name for name in line if name.lower().endswith("loss")} == set(load_technique("transformer").losses)
        assert line["noteLoss"] > line["validationLoss"]
        assert 0 < line["zeroOneLoss"] <= 1
    card = json.loads((base / "model/model-card.json").read_text())
    best = next(line for line in lines if line["epoch"] == card["epoch"])
    assert best["noteLoss"] <= min(line["noteLoss"] for line in lines) + 0.01
    assert card["metrics"]["similarityIndex"] == best["similarityIndex"]
    assert card["model"]["opset"] == 23
    assert card["dataset"]["pieces"] == 10
    assert [voice["head"] for voice in card["voices"]] == ["monophonic", "monophonic", "polyphonic"]
    assert load_network((base / "model/model.onnx").read_bytes(), 1).metadata == run.learner.metadata


def test_the_last_sample_is_how_the_server_goes_on_with_the_melody(
    finished: tuple[Path, TrainingRun[TransformerLearner]],
) -> None:
    base, run = finished
    assert run.loop.best is not None
    content = (base / "model/model.onnx").read_bytes()
    technique = Transformer(threads=1)
    [melody] = run.learner.selection.melodies
    request = InvocationRequest(
        "transformer",
        ModelReference("", len(content), None),
        run.learner.seed,
        Melody(melody.bars, melody.notes, melody.tempo),
        technique.document.parameters.completed({"extensionBars": melody.bars}),
    )
    generated = technique.generate(technique.load(content), request, Deadline.after(60))
    epoch = run.loop.best["epoch"]
    tempo, [track] = read_midi((base / f"checkpoints/samples/epoch-{epoch:04d}/up-and-down.mid").read_bytes())
    assert round(tempo) == 100
    assert [note.pitch for note in track.notes[:6]] == [60, 62, 64, 65, 64, 62]
    [continued] = generated.tracks
    assert [tuple(note)[:3] for note in track.notes[6:]] == [tuple(note)[:3] for note in continued.notes]
    # The melody has two bars, of which the last two beats are free.
    assert all(note.onset >= 24 and note.onset + note.duration <= 64 for note in track.notes[6:])


def test_a_melody_that_leaves_no_bar_stays_as_it_is(
    finished: tuple[Path, TrainingRun[TransformerLearner]], tmp_path: Path
) -> None:
    base, run = finished
    network = load_network((base / "model/model.onnx").read_bytes(), 1)
    [melody] = run.learner.selection.melodies
    long = replace(melody, bars=64, notes=(Note(0, 16, 60), Note(1000, 24, 62)))
    write_samples(tmp_path, network, [long], seed=0)
    _, [track] = read_midi((tmp_path / "up-and-down.mid").read_bytes())
    assert [tuple(note)[:3] for note in track.notes] == [(0, 16, 60), (1000, 24, 62)]


def test_it_learns_what_it_hears_again_and_again(tmp_path: Path) -> None:
    run = start(tmp_path, epochs=12, pieces=4)
    before = run.learner.validate()
    losses = [run.learner.learn(epoch, 0)["loss"] for epoch in range(12)]
    after = run.learner.validate()
    assert np.mean(losses[-3:]) < 0.8 * np.mean(losses[:3])
    assert after["noteLoss"] < 0.8 * before["noteLoss"]


def test_a_diverged_training_says_so(tmp_path: Path) -> None:
    run = start(tmp_path, pieces=4)
    with torch.no_grad():
        run.learner.network.place.weight.fill_(float("nan"))
    with pytest.raises(TrainingFailure, match=r"diverged.*lower learningRate"):
        run.run()
    with torch.no_grad():
        run.learner.average.place.weight.fill_(float("nan"))
    with pytest.raises(TrainingFailure, match=r"diverged.*lower learningRate"):
        run.learner.measure()


def test_it_also_learns_in_bfloat16_as_on_a_gpu(tmp_path: Path) -> None:
    run = start(tmp_path, pieces=4)
    in_float32 = run.learner.learn(0, 0)["loss"]
    again = start(tmp_path / "again", pieces=4)
    again.learner.precision = "bfloat16"
    assert again.learner.learn(0, 0)["loss"] == pytest.approx(in_float32, rel=0.02)


def test_the_learning_rate_rises_stays_and_falls() -> None:
    factors = [rate_factor(step / 1000) for step in range(1001)]
    assert 0 < factors[0] <= 0.02
    assert factors[20:550] == [1.0] * 530
    assert factors[-1] == 0.01
    assert factors[550:] == sorted(factors[550:], reverse=True)


def test_the_document_s_hyperparameters_are_the_settings() -> None:
    defaults = load_technique("transformer").hyperparameters.defaults
    assert defaults.keys() == TRANSFORMER_HYPERPARAMETERS.keys()
    assert LearnerSettings.from_hyperparameters(defaults).learning_rate == defaults["learningRate"]


def test_a_checkpoint_of_other_voices_is_refused(tmp_path: Path) -> None:
    start(tmp_path, stop_after=1).run()
    assert start(tmp_path, transpositionRange=5).learner.settings.transposition_range == 5
    write_job(tmp_path / "other", "transformer", {}, polyphonic=True, bars=5)
    (tmp_path / "checkpoints").rename(tmp_path / "other/checkpoints")
    with pytest.raises(TrainingFailure, match="damaged or of another kind of training"):
        start(tmp_path / "other")
