"""The training: the files that it leaves, and that it learns. Resuming: training/tests/test_resumed_trainings.py."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from opencomposer_music.decoding import best_performance, draw_noises, encode_melody, parse_metadata
from opencomposer_music.phrase_ends import derive_phrase_end_steps
from opencomposer_music.piano_roll import (
    ONSET,
    SOUNDING,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    notes_to_planes,
    planes_to_notes,
)
from opencomposer_testing.tiny_training_job import progress_lines
from opencomposer_testing.tiny_training_runs import UNET_GAN_HYPERPARAMETERS, unet_gan_settings
from opencomposer_testing.tiny_training_runs import unet_gan_run as start
from opencomposer_training.checkpoints import load_checkpoint, save_checkpoint
from opencomposer_training.environment import TrainingFailure
from opencomposer_training.midi_file import read_midi
from opencomposer_unet_gan.training import INDEX_TOLERANCE, RECIPE, choose_shape, silence_a_while


def test_another_seed_is_another_model_and_the_same_seed_the_same(tmp_path: Path) -> None:
    runs = {}
    for name, seed in (("one", 1), ("same", 1), ("other", 2)):
        run = start(tmp_path / name, epochs=1, seed=seed)
        run.run()
        runs[name] = run.learner.average.state_dict()
    assert all(torch.equal(runs["one"][name], runs["same"][name]) for name in runs["one"])
    assert not torch.equal(runs["one"]["head.weight"], runs["other"]["head.weight"])


def test_what_a_run_leaves_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = start(tmp_path)
    reason = run.run()
    assert run.export(tmp_path / "model", reason, {"epochs": 2})
    lines = progress_lines(tmp_path)
    assert [line["epoch"] for line in lines] == [1, 2]
    assert lines[1]["elapsedSeconds"] > lines[0]["elapsedSeconds"] > 0
    printed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("[opencomposer] epoch=")]
    assert len(printed) == 2
    card = json.loads((tmp_path / "model/model-card.json").read_text())
    best = next(line for line in lines if line["epoch"] == card["epoch"])
    assert best["similarityIndex"] <= min(line["similarityIndex"] for line in lines) + INDEX_TOLERANCE
    assert card["metrics"]["similarityIndex"] == best["similarityIndex"]
    assert card["dataset"]["pieces"] == 6
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == ["model-card.json", "model.onnx"]
    reference = json.loads((tmp_path / "checkpoints/reference.json").read_text())
    assert reference["validation"]["similarityIndex"] < lines[0]["similarityIndex"]
    for epoch in (1, 2):
        content = (tmp_path / f"checkpoints/samples/epoch-{epoch:04d}/up-and-down.mid").read_bytes()
        tempo, tracks = read_midi(content)
        assert round(tempo) == 100
        assert tracks[0].name == "Melody"
        assert [(note.onset, note.pitch) for note in tracks[0].notes] == [
            (4 * i, pitch) for i, pitch in enumerate((60, 62, 64, 65, 64, 62))
        ]


def test_the_last_sample_is_what_the_exported_model_plays(tmp_path: Path) -> None:
    run = start(tmp_path, epochs=1)
    run.export(tmp_path / "model", run.run(), {})
    session = onnxruntime.InferenceSession(tmp_path / "model/model.onnx", providers=["CPUExecutionProvider"])
    metadata = parse_metadata(session.get_modelmeta().custom_metadata_map["opencomposer"])
    melody = run.learner.selection.melodies[0]
    rng = np.random.Generator(np.random.PCG64(int(UNET_GAN_HYPERPARAMETERS["seed"])))
    noise = draw_noises(rng, melody.bars, metadata)
    assert len(noise) == metadata.decoding.performances > 1
    heard = notes_to_planes(melody.notes, melody.bars * STEPS_PER_BAR)
    ends = derive_phrase_end_steps(heard)
    encoded = encode_melody(melody.notes, melody.bars, metadata, ends)
    inputs = {"melody": np.repeat(encoded, len(noise), axis=0), "noise": noise}
    pitch, onset = session.run(["pitch_logits", "onset_logits"], inputs)
    logits = list(zip(np.asarray(pitch), np.asarray(onset), strict=True))
    _, planes = best_performance(logits, metadata, heard, ends, rng)
    played = [planes_to_notes(voice) for voice in planes]
    _, tracks = read_midi((tmp_path / "checkpoints/samples/epoch-0001/up-and-down.mid").read_bytes())
    sampled = {track.name: list(track.notes) for track in tracks}
    for voice, notes in zip(metadata.voices[1:], played, strict=True):
        assert sampled.get(voice.name, []) == notes


def test_heads_are_chosen_from_the_data(tmp_path: Path) -> None:
    run = start(tmp_path, epochs=1, polyphonic=True)
    assert run.learner.shape.heads == ("monophonic", "polyphonic")
    run.export(tmp_path / "model", run.run(), {})
    card = json.loads((tmp_path / "model/model-card.json").read_text())
    assert [voice["head"] for voice in card["voices"]] == ["monophonic", "monophonic", "polyphonic"]


def test_the_window_of_the_keyboard_holds_every_transposed_note(tmp_path: Path) -> None:
    run = start(tmp_path)
    low, high = run.learner.dataset.pitch_range()
    for reach in (0, 6):
        shape = choose_shape(run.learner.dataset, unet_gan_settings(transpositionRange=reach))
        assert shape.lowest_pitch <= low - reach
        assert shape.lowest_pitch + shape.pitches - 1 >= high + reach
        assert shape.pitches - (high - low + 1 + 2 * reach) < 16


def test_a_large_model_trains_and_exports_in_the_precision_that_the_hardware_prefers(tmp_path: Path) -> None:
    run = start(tmp_path, epochs=1, modelSize="large")
    assert run.learner.shape.widths == (64, 128, 192, 256)
    assert run.export(tmp_path / "model", run.run(), {})
    resumed = start(tmp_path, epochs=1, modelSize="large")
    assert resumed.learner.precision == run.learner.precision


def test_the_paired_loss_falls_while_it_learns(tmp_path: Path) -> None:
    run = start(tmp_path, epochs=12)
    run.run()
    losses = [line["reconstructionLoss"] for line in progress_lines(tmp_path)]
    assert np.mean(losses[-3:]) < 0.65 * losses[0]


def test_early_stopping_ends_when_the_index_no_longer_falls(tmp_path: Path) -> None:
    # With hardly any learning nothing improves clearly after the first epochs.
    run = start(tmp_path, epochs=60, earlyStopping=True, learningRate=1e-5, reconstructionWeight=0.0)
    assert run.run() == "earlyStopping"
    assert 12 < run.loop.epoch < 60


def test_a_checkpoint_of_a_model_with_other_voices_is_refused(tmp_path: Path) -> None:
    start(tmp_path, epochs=1).run()
    (tmp_path / "input").rename(tmp_path / "input-before")
    with pytest.raises(TrainingFailure, match="other voices"):
        start(tmp_path, epochs=2, polyphonic=True)


def test_a_checkpoint_of_the_version_with_a_loop_of_its_own_is_refused(tmp_path: Path) -> None:
    start(tmp_path, epochs=1).run()
    state = load_checkpoint(tmp_path / "checkpoints", "last")
    assert state is not None
    # In the earlier form the loop's members were beside the weights.
    before = {**{key: value for key, value in state.items() if key != "loop"}, **state["loop"]}
    save_checkpoint(tmp_path / "checkpoints", "last", before)
    with pytest.raises(TrainingFailure, match=r"written by an earlier version.*must begin anew"):
        start(tmp_path, epochs=2)


def test_an_epoch_without_a_generator_update_tells_no_loss_of_it(tmp_path: Path) -> None:
    run = start(tmp_path, epochs=3, updateRatio=10, batchSize=32)
    assert run.learner.batches(0) == 1
    run.run()
    for line in progress_lines(tmp_path):
        assert "criticLoss" in line
        assert not {"generatorLoss", "reconstructionLoss"} & set(line)


def test_a_diverged_training_says_so(tmp_path: Path) -> None:
    run = start(tmp_path, epochs=1)
    with torch.no_grad():
        run.learner.critic.score.bias.fill_(float("nan"))
    with pytest.raises(TrainingFailure, match=r"diverged.*lower learningRate"):
        run.run()


def test_a_silenced_melody_loses_whole_beats_in_one_row_and_starts_again_after_them() -> None:
    for seed in range(50):
        # The melody is one note that never ends, so that every silence shows.
        melody = np.zeros((2, 64, 32), dtype=np.bool_)
        melody[SOUNDING, :, 5] = True
        melody[ONSET, 0, 5] = True
        silence_a_while(melody, np.random.default_rng(seed))
        silent = np.nonzero(~melody[SOUNDING].any(axis=1))[0]
        assert len(silent) >= STEPS_PER_BEAT
        assert silent[0] % STEPS_PER_BEAT == 0 and len(silent) % STEPS_PER_BEAT == 0
        assert np.array_equal(silent, np.arange(silent[0], silent[-1] + 1))
        sounding_again = int(silent[-1]) + 1
        assert not melody[ONSET, silent].any()
        assert sounding_again == 64 or melody[ONSET, sounding_again, 5]


def test_the_melody_is_silenced_in_some_windows_and_the_accompaniment_in_none(tmp_path: Path) -> None:
    run = start(tmp_path)
    windows = [window for batch in range(run.learner.batches(0)) for window in run.learner.windows.batch(0, batch)] * 8
    melody, accompaniment = run.learner._load(windows, np.random.default_rng(0))
    silent_beats = ~melody[:, SOUNDING].any(dim=2).reshape(len(windows), -1, STEPS_PER_BEAT).any(dim=2)
    silenced = float(silent_beats.any(dim=1).float().mean())
    assert 0.05 < silenced < 0.3
    assert accompaniment.sounding[:, 0].any(dim=2).all()


def test_without_diversity_weight_the_run_is_another(tmp_path: Path) -> None:
    runs = []
    for name, weight in (("with", 10.0), ("without", 0.0)):
        run = start(tmp_path / name, epochs=1, diversityWeight=weight)
        run.run()
        runs.append(run.learner.average.state_dict()["noise.weight"])
    assert not torch.equal(runs[0], runs[1])


def test_the_windows_are_those_of_the_technique_document() -> None:
    document = json.loads((Path(__file__).resolve().parents[3] / "contracts/techniques/unet-gan.json").read_text())
    assert document["x-windows"] == {"bars": RECIPE.window_bars, "hop": RECIPE.window_hop}
