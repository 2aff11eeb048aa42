"""The baseline by AWS's recipe: its sizes, its training, its generation, and the committed result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from opencomposer_evaluation.baselines import aws_recipe
from opencomposer_evaluation.baselines.aws_recipe import (
    AwsRecipe,
    Critic,
    DoublingConvolution,
    Generator,
    export_onnx,
    parameters,
    train,
)
from opencomposer_evaluation.baselines.aws_recipe_generation import (
    AwsRecipeModel,
    accompany,
    load,
    planes_of,
    truncated_normal,
)
from opencomposer_music.piano_roll import ONSET, SOUNDING, Note, notes_to_planes, planes_to_notes
from torch import Tensor
from torch.nn import functional

COMMITTED = sorted(path.parent for path in aws_recipe.TARGETS.glob("unet-gan-*/training-summary.json"))
TINY = 1

Windows = npt.NDArray[np.bool_]


@pytest.fixture(scope="module")
def windows() -> Windows:
    """Returns more windows than one batch, and not a whole number of batches."""
    return np.asarray(np.random.default_rng(0).random((80, 4, 32, 128)) < 1 / 128)


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> AwsRecipeModel:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("model") / "model.onnx"
    path.write_bytes(export_onnx(Generator(TINY), TINY))
    return load(path)


def test_layers_have_the_sizes_of_the_original() -> None:
    # The number was counted from AWS's code, batch normalization's running statistics included.
    assert parameters(Generator(aws_recipe.AWS_FILTERS)) == 8_273_540
    assert parameters(Critic(aws_recipe.AWS_FILTERS)) == 2_766_785


def test_merged_taps_are_the_convolution_of_the_doubled_roll() -> None:
    torch.manual_seed(0)
    layer = DoublingConvolution(3, 5, 4)
    x = torch.randn(2, 3, 4, 6)
    doubled = functional.pad(functional.interpolate(x, scale_factor=2.0, mode="nearest"), aws_recipe.SAME_PADDING)
    torch.testing.assert_close(layer(x), functional.conv2d(doubled, layer.weight, layer.bias))


def stop_after(recipe: AwsRecipe, updates: int) -> Callable[[], bool]:
    return lambda: recipe.updates >= updates


def test_a_resumed_training_equals_an_uninterrupted_one(tmp_path: Path, windows: Windows) -> None:
    whole, first, second = (AwsRecipe(windows, TINY, seed=3) for _ in range(3))
    train(whole, tmp_path / "whole", 1e9, stop_after(whole, 2))
    train(first, tmp_path / "parts", 1e9, stop_after(first, 1))
    log = tmp_path / "parts" / "training-log.jsonl"
    log.write_text(log.read_text() + '{"generatorUpdates": 2, "of": "what was lost after the checkpoint"}\n')
    before = first.generator.last.weight.detach().clone()
    train(second, tmp_path / "parts", 1e9, stop_after(second, 2))

    def state(recipe: AwsRecipe) -> dict[str, Tensor]:
        return {**recipe.generator.state_dict(), **{f"critic.{k}": v for k, v in recipe.critic.state_dict().items()}}

    for name, value in state(whole).items():
        torch.testing.assert_close(state(second)[name], value, rtol=0, atol=0)
    assert not torch.equal(second.generator.last.weight, before)
    logs = [
        [json.loads(line) for line in (tmp_path / folder / "training-log.jsonl").read_text().splitlines()]
        for folder in ("whole", "parts")
    ]
    timeless = [[{k: v for k, v in line.items() if not k.endswith("Seconds")} for line in log] for log in logs]
    assert timeless[0] == timeless[1]
    assert [line["generatorUpdates"] for line in logs[1]] == [1, 2]
    clock = [line["cpuSeconds"] for line in logs[1]]
    assert clock == sorted(clock)


def test_training_ends_when_its_cpu_time_is_used_up(tmp_path: Path, windows: Windows) -> None:
    recipe = AwsRecipe(windows, TINY, seed=0)
    last = train(recipe, tmp_path, 1e-9, lambda: False)
    assert (last, recipe.updates) == ({}, 0)


def test_another_width_or_seed_cannot_take_up_a_checkpoint(windows: Windows) -> None:
    state = AwsRecipe(windows, TINY, seed=0).state()
    with pytest.raises(ValueError, match=r"1 filters and seed 0, not of 1 and 1"):
        AwsRecipe(windows, TINY, seed=1).restore(state)


def test_too_few_windows_are_refused(windows: Windows) -> None:
    with pytest.raises(ValueError, match="64 windows, but there are 63"):
        AwsRecipe(windows[:63], TINY, seed=0)


def test_noise_stays_within_two_standard_deviations() -> None:
    noise = truncated_normal(np.random.default_rng(0), (100_000,))
    assert noise.dtype == np.float32
    assert np.abs(noise).max() <= 2
    # This is the standard deviation of a normal distribution that is cut at two of its own.
    assert noise.std() == pytest.approx(0.8796, abs=0.01)


@pytest.mark.parametrize("steps", [16, 32, 50, 96])
def test_accompaniment_has_three_voices_of_the_melody_s_length(tiny_model: AwsRecipeModel, steps: int) -> None:
    melody = notes_to_planes([Note(start, 4, 60 + start % 12) for start in range(0, steps, 4)], steps)
    voices = accompany(tiny_model, melody, seed=7)
    assert [(voice.shape, voice.dtype) for voice in voices] == [((2, steps, 128), np.dtype(np.bool_))] * 3
    again, other = accompany(tiny_model, melody, seed=7), accompany(tiny_model, melody, seed=8)
    assert all(np.array_equal(one, two) for one, two in zip(voices, again, strict=True))
    assert not all(np.array_equal(one, two) for one, two in zip(voices, other, strict=True))


def test_windows_are_played_without_sight_of_each_other(tiny_model: AwsRecipeModel) -> None:
    first = [Note(start, 4, 60) for start in range(0, 32, 4)]
    same, other = (
        accompany(tiny_model, notes_to_planes([*first, Note(32, 32, pitch)], 64), seed=1) for pitch in (62, 90)
    )
    for one, two in zip(same, other, strict=True):
        assert np.array_equal(one[:, :32], two[:, :32])
    assert any(not np.array_equal(one[:, 32:], two[:, 32:]) for one, two in zip(same, other, strict=True))


def test_a_pitch_that_sounds_on_is_held() -> None:
    sounding = np.zeros((8, 128), dtype=np.bool_)
    sounding[0:3, 60] = sounding[4:6, 60] = sounding[2:4, 64] = True
    planes = planes_of(sounding)
    assert np.array_equal(planes[SOUNDING], sounding)
    assert planes[ONSET].sum() == 3
    assert [note[:3] for note in planes_to_notes(planes)] == [(0, 3, 60), (2, 2, 64), (4, 2, 60)]


@pytest.mark.parametrize("folder", COMMITTED, ids=lambda folder: folder.name)
def test_committed_model_is_the_one_of_its_summary_and_log(folder: Path) -> None:
    summary = json.loads((folder / "training-summary.json").read_text())
    content = (folder / "model.onnx").read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (
        summary["model"]["bytes"],
        summary["model"]["sha256"],
    )
    log = [json.loads(line) for line in (folder / "training-log.jsonl").read_text().splitlines()]
    assert [line["generatorUpdates"] for line in log] == list(range(1, summary["generatorUpdates"] + 1))
    assert {key: log[-1][key] for key in ("cpuSeconds", "wallSeconds", "criticUpdates")} == {
        key: summary[key] for key in ("cpuSeconds", "wallSeconds", "criticUpdates")
    }
    # The budget was used, and the last iteration ran over it by no more than its own length.
    assert summary["cpuSecondsAskedFor"] <= summary["cpuSeconds"] < summary["cpuSecondsAskedFor"] + 60
    melody = notes_to_planes([Note(start, 4, 72 - start % 5) for start in range(0, 64, 4)], 64)
    assert len(accompany(load(folder / "model.onnx"), melody, seed=0)) == 3
