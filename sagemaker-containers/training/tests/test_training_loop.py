"""The loop around every training, with a learner that learns nothing: order, stops, resumes, the best epoch."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from opencomposer_training.checkpoints import load_checkpoint, save_checkpoint
from opencomposer_training.environment import TrainingFailure
from opencomposer_training.learner import ExportedModel, LoopSettings, TrainedOn
from opencomposer_training.training_loop import TrainingLoop, load_resumable

BATCH_SECONDS = 25.0
SAMPLES_SECONDS = 4.0


class Parrot:
    """Reports the given validation losses, epoch by epoch, and remembers what it was asked. Its time passes while it
    learns and while it writes samples, and in no other way."""

    seed = 0
    precision = "float64"

    def __init__(self, validation: list[float], loss: Callable[[int, int], float] = lambda epoch, batch: 1.0) -> None:
        self.validation = validation
        self.loss = loss
        self.learned: list[tuple[int, int]] = []
        self.now = 0.0
        self.sampled: list[tuple[str, int]] = []
        self.validated = 0

    def batches(self, epoch: int) -> int:
        return 3

    def learn(self, epoch: int, batch: int) -> Mapping[str, float]:
        self.learned.append((epoch, batch))
        self.now += BATCH_SECONDS
        # A loss that not every batch has is averaged over those that have it.
        return {"loss": self.loss(epoch, batch), **({"rare": 5.0} if batch == 1 else {})}

    def validate(self) -> Mapping[str, float]:
        self.validated += 1
        return {"validationLoss": self.validation[self.validated - 1]}

    def measure(self) -> Mapping[str, float]:
        return {"similarityIndex": 0.5}

    def write_samples(self, folder: Path) -> None:
        self.sampled.append((folder.name, len(self.learned)))
        self.now += SAMPLES_SECONDS
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
    made = TrainingLoop(
        parrot, settings=settings, checkpoints=folder, stop_requested=stop_requested, clock=lambda: parrot.now
    )
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


class SlowParrot(Parrot):
    """Has epochs of so many batches."""

    batches_an_epoch = 5

    def batches(self, epoch: int) -> int:
        return self.batches_an_epoch


def test_the_first_samples_come_after_a_minute_and_once(tmp_path: Path) -> None:
    parrot = SlowParrot([3.0, 2.0])
    assert loop(tmp_path, parrot).run() == "epochs"
    # The third batch of 25 seconds passes the minute.
    assert parrot.sampled == [("epoch-0000", 3), ("epoch-0001", 5), ("epoch-0002", 10)]
    first, second = lines(tmp_path)
    assert first["elapsedSeconds"] == 5 * BATCH_SECONDS + 2 * SAMPLES_SECONDS
    assert second["elapsedSeconds"] == 10 * BATCH_SECONDS + 3 * SAMPLES_SECONDS
    # An epoch's own time tells the pace of the next ones, which have no first samples.
    assert first["seconds"] == second["seconds"] == 5 * BATCH_SECONDS + SAMPLES_SECONDS
    assert first["samplesPerSecond"] == second["samplesPerSecond"] == 4 / BATCH_SECONDS


@pytest.mark.parametrize("batches", [1, 2, 3])
def test_an_epoch_of_about_a_minute_has_its_own_samples_only(tmp_path: Path, batches: int) -> None:
    parrot = SlowParrot([3.0, 2.0])
    parrot.batches_an_epoch = batches
    loop(tmp_path, parrot).run()
    assert [name for name, _ in parrot.sampled] == ["epoch-0001", "epoch-0002"]


@given(stops=st.lists(st.integers(1, 4), max_size=6))
@hypothesis_settings(max_examples=40, deadline=None)
def test_however_often_it_is_resumed_the_first_samples_are_written_once(
    tmp_path_factory: pytest.TempPathFactory, stops: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("first-samples")
    parrot = SlowParrot([2.0, 1.0])
    for stop_after in stops:
        loop(folder, parrot, stop_after=stop_after).run()
    assert loop(folder, parrot).run() == "epochs"
    assert [name for name, _ in parrot.sampled].count("epoch-0000") == 1
    assert (folder / "samples/epoch-0000").is_dir()


def test_a_training_that_is_killed_before_a_checkpoint_writes_its_first_samples_again(tmp_path: Path) -> None:
    parrot = SlowParrot([2.0])
    loop(tmp_path, parrot, stop_after=4).run()
    (tmp_path / "last.pt").unlink()
    (tmp_path / "samples/epoch-0000").rmdir()
    again = SlowParrot([2.0])
    loop(tmp_path, again, stop_after=4).run()
    assert again.sampled == parrot.sampled == [("epoch-0000", 3)]


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


def test_a_best_checkpoint_that_was_not_uploaded_costs_no_model(tmp_path: Path) -> None:
    """B6: `last` names epoch 3 as the best, but S3 still has the `best` of epoch 1 when the machine is taken away."""
    loop(tmp_path, StudiousParrot([2.0, 9.0, 1.0, 9.0, 9.0]), stop_after=3 + 1).run()
    best_of_epoch_1 = (tmp_path / "best.pt").read_bytes()
    loop(tmp_path, StudiousParrot([2.0, 9.0, 1.0, 9.0, 9.0]), stop_after=6 + 1).run()
    assert kept_epoch(tmp_path) == 3
    (tmp_path / "best.pt").write_bytes(best_of_epoch_1)

    resumed = loop(tmp_path, StudiousParrot([2.0, 9.0, 1.0, 9.0, 9.0]))
    assert resumed.best is not None
    assert (resumed.epoch, resumed.best["epoch"], resumed.best["lowest"]) == (3, 1, 2.0)
    assert resumed.run() == "epochs"
    assert resumed.best is not None
    assert kept_epoch(tmp_path) == resumed.best["epoch"] == 1


@pytest.mark.parametrize("damage", ["gone", "broken", "of another epoch than it says"])
def test_a_best_checkpoint_that_never_came_is_replaced_by_the_epoch_that_did(tmp_path: Path, damage: str) -> None:
    loop(tmp_path, StudiousParrot([2.0, 1.0]), epochs=2).run()
    best = tmp_path / "best.pt"
    if damage == "gone":
        best.unlink()
    elif damage == "broken":
        best.write_bytes(best.read_bytes()[:40])
    else:
        state = load_checkpoint(tmp_path, "best")
        assert state is not None
        save_checkpoint(tmp_path, "best", {**state, "loop": {**state["loop"], "epoch": 1}})
    resumed = loop(tmp_path, StudiousParrot([2.0, 1.0]), epochs=2)
    assert (resumed.epoch, resumed.best) == (2, None)
    assert resumed.run() == "epochs"
    assert resumed.best is not None
    assert kept_epoch(tmp_path) == resumed.best["epoch"] == 2


def test_a_last_checkpoint_that_was_not_uploaded_costs_no_epoch(tmp_path: Path) -> None:
    """B6, the other way round: S3 has the `best` of epoch 2, and the `last` of epoch 1."""
    loop(tmp_path, StudiousParrot([2.0, 1.0, 5.0]), stop_after=3 + 1).run()
    last_of_epoch_1 = (tmp_path / "last.pt").read_bytes()
    loop(tmp_path, StudiousParrot([2.0, 1.0, 5.0]), stop_after=3 + 1).run()
    (tmp_path / "last.pt").write_bytes(last_of_epoch_1)
    resumed = loop(tmp_path, StudiousParrot([2.0, 1.0, 5.0]))
    assert resumed.best is not None
    assert (resumed.epoch, resumed.batch, resumed.best["epoch"]) == (2, 0, 2)
    assert resumed.run() == "epochs"
    assert kept_epoch(tmp_path) == 2


@given(
    validation=st.lists(st.sampled_from([1.0, 2.0, 3.0]), min_size=2, max_size=5),
    stops=st.lists(st.tuples(st.integers(0, 8), st.booleans(), st.booleans()), max_size=4),
)
@hypothesis_settings(max_examples=60, deadline=None)
def test_whatever_uploads_are_dropped_the_training_ends_with_its_best_epoch(
    tmp_path_factory: pytest.TempPathFactory, validation: list[float], stops: list[tuple[int, bool, bool]]
) -> None:
    """A machine is taken away several times. Each time S3 has, of either checkpoint, the newest or an older one."""
    folder = tmp_path_factory.mktemp("uploads")
    uploaded: dict[str, bytes] = {}
    for stop_after, keeps_last, keeps_best in stops:
        loop(folder, StudiousParrot(validation), stop_after=stop_after).run()
        for name, is_kept in (("last.pt", keeps_last), ("best.pt", keeps_best)):
            path = folder / name
            if is_kept and path.exists():
                uploaded[name] = path.read_bytes()
            elif name in uploaded:
                path.write_bytes(uploaded[name])
            else:
                path.unlink(missing_ok=True)
    run = loop(folder, StudiousParrot(validation))
    assert run.run() == "epochs"
    assert run.best is not None
    assert kept_epoch(folder) == run.best["epoch"]


class StudiousParrot(Parrot):
    """Reports the validation loss of the epoch whose weights it has, however often it is asked."""

    batches_learnt = 0

    def learn(self, epoch: int, batch: int) -> Mapping[str, float]:
        self.batches_learnt = epoch * self.batches(epoch) + batch + 1
        return super().learn(epoch, batch)

    def validate(self) -> Mapping[str, float]:
        return {"validationLoss": self.validation[self.batches_learnt // self.batches(0) - 1]}

    def state(self) -> Mapping[str, Any]:
        return {"batchesLearnt": self.batches_learnt}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.batches_learnt = state["batchesLearnt"]


def kept_epoch(folder: Path) -> int:
    """Returns the epoch whose weights `best.pt` has."""
    best = load_checkpoint(folder, "best")
    assert best is not None
    epoch = best["loop"]["epoch"]
    assert isinstance(epoch, int)
    return epoch
