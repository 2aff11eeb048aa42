"""The loop around every training, with a learner that learns nothing: order, stops, resumes, the best epoch."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from opencomposer_training.checkpoints import load_checkpoint, save_checkpoint
from opencomposer_training.environment import TrainingFailure
from opencomposer_training.learner import ExportedModel, LoopSettings, TrainedOn
from opencomposer_training.training_loop import TrainingLoop, load_resumable


class Parrot:
    """Reports the given validation losses, epoch by epoch, and remembers what it was asked."""

    seed = 0
    precision = "float64"

    def __init__(self, validation: list[float], loss: Callable[[int, int], float] = lambda epoch, batch: 1.0) -> None:
        self.validation = validation
        self.loss = loss
        self.learned: list[tuple[int, int]] = []
        self.validated = 0

    def batches(self, epoch: int) -> int:
        return 3

    def learn(self, epoch: int, batch: int) -> Mapping[str, float]:
        self.learned.append((epoch, batch))
        # A loss that not every batch has is averaged over those that have it.
        return {"loss": self.loss(epoch, batch), **({"rare": 5.0} if batch == 1 else {})}

    def validate(self) -> Mapping[str, float]:
        self.validated += 1
        return {"validationLoss": self.validation[self.validated - 1]}

    def measure(self) -> Mapping[str, float]:
        return {"similarityIndex": 0.5}

    def write_samples(self, folder: Path) -> None:
        folder.mkdir(parents=True)

    def state(self) -> Mapping[str, Any]:
        return {"validated": self.validated}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.validated = state["validated"]

    @property
    def loop_settings(self) -> LoopSettings:
        raise AssertionError("the loop is given its settings")

    @property
    def data(self) -> TrainedOn:
        raise AssertionError("the loop does not ask for the data")

    def export(self, state: Mapping[str, Any]) -> ExportedModel:
        raise AssertionError("the loop exports no model")


def loop(folder: Path, parrot: Parrot, stop_after: int | None = None, **changes: Any) -> TrainingLoop:
    remaining = [stop_after]

    def stop_requested() -> bool:
        if remaining[0] is None:
            return False
        remaining[0] -= 1
        return remaining[0] < 0

    settings = LoopSettings(
        **{
            "technique": "parrot",
            "epochs": len(parrot.validation),
            "batch_size": 4,
            "early_stopping": False,
            "criterion": "validationLoss",
            "tolerance": 0.1,
            **changes,
        }
    )
    made = TrainingLoop(parrot, settings=settings, checkpoints=folder, stop_requested=stop_requested)
    state = load_resumable(folder, "parrot")
    if state is not None:
        parrot.restore(state)
        made.restore(state)
    return made


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "progress.jsonl").read_text().splitlines()]


def test_every_batch_of_every_epoch_once_also_over_stops(tmp_path: Path) -> None:
    parrot = Parrot([3.0, 2.0, 1.0])
    assert loop(tmp_path, parrot, stop_after=1).run() == "stopped"
    assert loop(tmp_path, parrot, stop_after=3).run() == "stopped"
    assert loop(tmp_path, parrot).run() == "epochs"
    assert parrot.learned == [(epoch, batch) for epoch in range(3) for batch in range(3)]
    assert [line["epoch"] for line in lines(tmp_path)] == [1, 2, 3]
    assert all(line["loss"] == 1.0 and line["rare"] == 5.0 for line in lines(tmp_path))
    assert sorted(folder.name for folder in (tmp_path / "samples").iterdir()) == [f"epoch-000{i}" for i in (1, 2, 3)]


def test_the_best_epoch_is_the_latest_of_those_that_cannot_be_told_apart(tmp_path: Path) -> None:
    run = loop(tmp_path, Parrot([3.0, 1.0, 1.05, 0.95, 2.0]))
    run.run()
    assert run.best is not None
    assert run.best["epoch"] == 4
    best = load_checkpoint(tmp_path, "best")
    assert best is not None
    assert best["loop"]["epoch"] == 4


def test_small_steps_down_do_not_add_up_to_an_improvement_unseen(tmp_path: Path) -> None:
    """The lowest value follows each small step down, so that a slow rise after it does not count as chance for ever."""
    run = loop(tmp_path, Parrot([1.0, 1.09, 1.18, 1.27]))
    run.run()
    assert run.best is not None
    assert run.best["epoch"] == 2


def test_early_stopping_waits_for_ten_epochs_without_a_clear_improvement(tmp_path: Path) -> None:
    values = [5.0, 4.0, 3.0] + [2.95] * 40
    run = loop(tmp_path / "early", Parrot(values), early_stopping=True)
    assert run.run() == "earlyStopping"
    assert run.epoch == 13
    assert loop(tmp_path / "whole", Parrot(values)).run() == "epochs"


def test_a_loss_that_is_no_number_ends_the_training_with_a_sentence(tmp_path: Path) -> None:
    parrot = Parrot([1.0], lambda _, batch: float("nan") if batch == 2 else 1.0)
    with pytest.raises(TrainingFailure, match=r"its loss is nan\. Try a lower learningRate"):
        loop(tmp_path, parrot).run()


def test_an_epoch_that_has_become_shorter_is_begun_again(tmp_path: Path) -> None:
    parrot = Parrot([1.0, 1.0])
    assert loop(tmp_path, parrot, stop_after=2).run() == "stopped"
    parrot.batches = lambda epoch: 2  # type: ignore[method-assign]
    run = loop(tmp_path, parrot)
    assert (run.epoch, run.batch) == (0, 0)


def test_a_checkpoint_of_another_technique_or_an_earlier_version_is_refused(tmp_path: Path) -> None:
    assert load_resumable(tmp_path, "parrot") is None
    loop(tmp_path, Parrot([1.0])).run()
    with pytest.raises(TrainingFailure, match="is of 'parrot', not 'canary'"):
        load_resumable(tmp_path, "canary")
    save_checkpoint(tmp_path, "last", {"technique": "parrot", "epoch": 1, "batch": 0})
    with pytest.raises(TrainingFailure, match="written by an earlier version"):
        load_resumable(tmp_path, "parrot")
