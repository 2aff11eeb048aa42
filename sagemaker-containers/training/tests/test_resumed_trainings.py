"""A training of every technique that resumes from a checkpoint goes on as if nothing had happened."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from opencomposer_testing.broken_states import changes_of, corrupted
from opencomposer_testing.tiny_training_job import progress_lines, without_times
from opencomposer_testing.tiny_training_runs import RUNS
from opencomposer_training.checkpoints import load_checkpoint
from opencomposer_training.environment import TrainingFailure
from opencomposer_training.training_run import TrainingRun


@pytest.fixture(params=list(RUNS))
def start(request: pytest.FixtureRequest) -> Callable[..., TrainingRun[Any]]:
    """Makes runs of each technique in turn."""
    return RUNS[request.param]


def test_a_resumed_run_equals_an_uninterrupted_one(tmp_path: Path, start: Callable[..., TrainingRun[Any]]) -> None:
    whole = start(tmp_path / "whole", epochs=2)
    assert whole.run() == "epochs"
    interrupted = start(tmp_path / "parts", stop_after=1, epochs=2)
    assert interrupted.run() == "stopped"
    assert (interrupted.loop.epoch, interrupted.loop.batch) == (0, 1)
    again = start(tmp_path / "parts", stop_after=2, epochs=2)
    assert again.run() == "stopped"
    assert (again.loop.epoch, again.loop.batch) == (1, 1)
    last = start(tmp_path / "parts", epochs=2)
    assert last.run() == "epochs"
    for name, weights in whole.learner.average.state_dict().items():
        assert torch.equal(weights, last.learner.average.state_dict()[name]), name
    assert without_times(progress_lines(tmp_path / "whole")) == without_times(progress_lines(tmp_path / "parts"))


def test_first_samples_change_nothing_of_what_is_learned(
    tmp_path: Path, start: Callable[..., TrainingRun[Any]]
) -> None:
    early = start(tmp_path / "early", epochs=2, first_samples_seconds=1e-9)
    late = start(tmp_path / "late", epochs=2)
    assert early.run() == late.run() == "epochs"
    states = [run.learner.state() for run in (early, late)]
    assert_equal(states[0], states[1])
    assert without_times(progress_lines(tmp_path / "early")) == without_times(progress_lines(tmp_path / "late"))
    samples = [
        {
            str(path.relative_to(tmp_path / name / "checkpoints")): path.read_bytes()
            for path in (tmp_path / name / "checkpoints/samples").rglob("*.mid")
        }
        for name in ("early", "late")
    ]
    first = samples[0].pop("samples/epoch-0000/up-and-down.mid")
    assert first.startswith(b"MThd")
    assert samples[0] == samples[1]


def assert_equal(one: Any, other: Any) -> None:
    """Raises AssertionError unless two checkpoints hold the same."""
    if isinstance(one, torch.Tensor):
        assert torch.equal(one, other)
    elif isinstance(one, dict):
        assert one.keys() == other.keys()
        for name in one:
            assert_equal(one[name], other[name])
    elif isinstance(one, list):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            assert_equal(left, right)
    else:
        assert one == other


NAMES_OF_0_2 = {  # of the techniques that version 0.2 had
    "unet-gan": {"generatorOptimizer": "generatorOptimiser", "criticOptimizer": "criticOptimiser"},
    "ar-cnn": {"network": "editor", "optimizer": "optimiser"},
}


@pytest.mark.parametrize("technique", list(NAMES_OF_0_2))
def test_a_run_resumes_from_a_checkpoint_whose_parts_version_0_2_named(tmp_path: Path, technique: str) -> None:
    start = RUNS[technique]
    for folder in ("present", "old"):
        start(tmp_path / folder, stop_after=1).run()
    file = tmp_path / "old/checkpoints/last.pt"
    state = torch.load(file, weights_only=True)
    old_names = NAMES_OF_0_2[technique]
    assert old_names.keys() <= state.keys()
    torch.save({old_names.get(name, name): value for name, value in state.items()}, file)
    runs = [start(tmp_path / folder, epochs=1) for folder in ("present", "old")]
    for run in runs:
        run.run()
    lines = [without_times(progress_lines(tmp_path / folder)) for folder in ("present", "old")]
    assert lines[0] == lines[1] != []


@pytest.mark.parametrize("technique", list(NAMES_OF_0_2))
def test_networks_of_version_0_2_go_on_without_the_plane_for_phrase_ends(tmp_path: Path, technique: str) -> None:
    start = RUNS[technique]
    start(tmp_path, stop_after=1, hears_phrase_ends=False).run()
    file = tmp_path / "checkpoints/last.pt"
    state = torch.load(file, weights_only=True)
    del state["shape"]["hears_phrase_ends"]
    torch.save(state, file)
    resumed = start(tmp_path, epochs=1)
    assert not resumed.learner.shape.hears_phrase_ends
    assert resumed.export(tmp_path / "model", resumed.run(), {})
    model = onnx.load(tmp_path / "model/model.onnx")
    assert "phraseEnds" not in json.loads(model.metadata_props[0].value)


@pytest.mark.parametrize("technique", ["unet-gan", "ar-cnn"])
def test_a_new_training_makes_a_model_that_hears_where_phrases_end(tmp_path: Path, technique: str) -> None:
    run = RUNS[technique](tmp_path, epochs=1)
    assert run.export(tmp_path / "model", run.run(), {})
    model = onnx.load(tmp_path / "model/model.onnx")
    assert json.loads(model.metadata_props[0].value)["phraseEnds"] is True


def test_a_stop_before_the_first_epoch_leaves_a_checkpoint_and_no_model(
    tmp_path: Path, start: Callable[..., TrainingRun[Any]]
) -> None:
    run = start(tmp_path, stop_after=1)
    assert not run.export(tmp_path / "model", run.run(), {})
    assert list((tmp_path / "model").iterdir()) == []
    state = load_checkpoint(tmp_path / "checkpoints", "last")
    assert state is not None
    assert (state["loop"]["epoch"], state["loop"]["batch"]) == (0, 1)


def test_more_epochs_go_on_from_where_the_job_ended(tmp_path: Path, start: Callable[..., TrainingRun[Any]]) -> None:
    start(tmp_path, epochs=1).run()
    longer = start(tmp_path, epochs=2)
    assert longer.loop.epoch == 1
    longer.run()
    assert [line["epoch"] for line in progress_lines(tmp_path)] == [1, 2]


def test_a_checkpoint_of_another_size_is_refused(tmp_path: Path, start: Callable[..., TrainingRun[Any]]) -> None:
    start(tmp_path, stop_after=1).run()
    with pytest.raises(TrainingFailure, match="another modelSize than 'large'"):
        start(tmp_path, epochs=3, modelSize="large")


@pytest.mark.parametrize("technique", list(RUNS))
def test_whatever_a_checkpoint_says_the_job_goes_on_or_ends_with_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, technique: str
) -> None:
    start = RUNS[technique]
    base = tmp_path_factory.mktemp("resumed")
    start(base, stop_after=1).run()
    checkpoints = base / "checkpoints"
    state = load_checkpoint(checkpoints, "last")
    assert state is not None

    @given(changes_of(state))
    @hypothesis_settings(max_examples=20)
    def resume(change: tuple[tuple[Any, ...], int]) -> None:
        (checkpoints / "last.pt").unlink()
        torch.save(corrupted(state, *change), checkpoints / "last.pt")
        try:
            start(base)
        except TrainingFailure as error:
            assert str(error).startswith("The checkpoint to ")

    resume()
