"""The AR-CNN baseline: AWS's corruption and objective, its training, its level, and the committed result."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from opencomposer_ar_cnn.export import export_onnx
from opencomposer_ar_cnn.generation import load_network, run_network
from opencomposer_ar_cnn.sampling_settings import sampling_settings
from opencomposer_evaluation.baselines import ar_cnn_aws_objective
from opencomposer_evaluation.baselines.ar_cnn_aws_objective import (
    ADDED_SHARE,
    TARGETS,
    TimedLearner,
    batch_divergence,
    corrupt_cells,
    level_of,
    levelled,
    make_run,
    train,
)
from opencomposer_testing.tiny_music import NAMES, random_piece
from opencomposer_training.dataset import Dataset
from opencomposer_training.training_run import TrainingRun

COMMITTED = TARGETS / "ar-cnn-aws-objective"
HYPERPARAMETERS = {
    "epochs": 2,
    "learningRate": 0.002,
    "batchSize": 4,
    "transpositionRange": 2,
    "modelSize": "small",
    "earlyStopping": False,
    "seed": 1,
}
DATASET = Dataset(
    tuple((name, 52) for name in NAMES),
    (True,) * len(NAMES),
    (False,) * len(NAMES),
    tuple(random_piece(seed, 4, split="train" if seed < 4 else "validation") for seed in range(5)),
)


def start(work: Path) -> TrainingRun[TimedLearner]:
    sampling = replace(sampling_settings({"voiceLeading": False}), max_passes=4)
    return make_run(DATASET, work, HYPERPARAMETERS, window_bars=2, sampling=sampling)


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> TimedLearner:
    """Returns a learner after three updates."""
    made = start(tmp_path_factory.mktemp("learned")).learner
    for epoch in range(3):
        made.learn(epoch, 0)
    return made


def test_corruption_toggles_single_cells_anywhere() -> None:
    planes = random_piece(0, 4).planes
    removed: list[float] = []
    for seed in range(60):
        example = corrupt_cells(planes, np.random.default_rng(seed))
        assert not example.locked.any()
        assert not example.original.any()
        added = (example.roll & ~example.target).sum() / (~example.target).sum()
        assert ADDED_SHARE[0] * 0.99 <= added <= ADDED_SHARE[1] * 1.01
        removed.append(float((example.target & ~example.roll).sum() / example.target.sum()))
        assert not (example.onsets & ~example.roll).any()
    assert min(removed) < 0.1
    assert max(removed) > 0.9


def test_the_divergence_is_taken_over_the_whole_batch() -> None:
    difference = torch.zeros(2, 4, 8)
    difference[0, 0, :3] = difference[1, 2, 5] = 1
    assert float(batch_divergence(difference * 100, difference)) == pytest.approx(0, abs=1e-5)
    # This is a softmax without any knowledge: the divergence of 4 cells from 64.
    assert float(batch_divergence(torch.zeros(2, 4, 8), difference)) == pytest.approx(np.log(64 / 4), rel=1e-5)
    # The logits are right within each example, but not between them, which only a softmax over the whole batch finds.
    uneven = difference * 100
    uneven[1] += 50
    assert float(batch_divergence(uneven, difference)) > 10


def test_a_resumed_training_equals_an_uninterrupted_one(tmp_path: Path) -> None:
    def run(work: Path, updates: int) -> TrainingRun[TimedLearner]:
        made = start(work)
        # The time is endless, because the learning rate must not depend on the machine here.
        used = train(
            made, work, cpu_seconds=1e12, wall_seconds=1e12, stop_requested=lambda: made.learner.updates >= updates
        )
        assert used["cpuSeconds"] > 0
        return made

    whole = run(tmp_path / "whole", 4)
    run(tmp_path / "parts", 2)
    parts = run(tmp_path / "parts", 4)
    assert parts.learner.updates == 4
    for name, value in whole.learner.average.state_dict().items():
        torch.testing.assert_close(parts.learner.average.state_dict()[name], value, rtol=0, atol=1e-6)
    logged = [json.loads(line) for line in (tmp_path / "parts/training-log.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in logged] == list(range(1, parts.loop.epoch + 1))


def test_the_level_makes_the_probabilities_count_the_needed_edits(learned: TimedLearner) -> None:
    level = level_of(learned)
    learned.average.load_state_dict(levelled(learned, level).state_dict())
    assert level_of(learned) == pytest.approx(0, abs=1e-3)


def test_the_model_hears_nothing_of_locks_nor_of_what_was_brought(learned: TimedLearner) -> None:
    network = load_network(export_onnx(levelled(learned, 0.0), learned.metadata), 1)
    rng = np.random.default_rng(0)
    planes = (rng.random((4, 32, 128)) < 0.05).astype(np.float32)
    toggle, _ = run_network(network, planes, 1.0)
    deaf = planes.copy()
    deaf[ar_cnn_aws_objective.UNSEEN_PLANES] = 0
    assert (run_network(network, deaf, 1.0)[0] == toggle).all()
    other = planes.copy()
    other[0] = 0
    assert (run_network(network, other, 1.0)[0] != toggle).any()


@pytest.mark.skipif(not COMMITTED.is_dir(), reason="the baseline is not trained yet")
def test_committed_model_is_the_one_of_its_summary_and_log() -> None:
    summary = json.loads((COMMITTED / "training-summary.json").read_text())
    content = (COMMITTED / "model.onnx").read_bytes()
    assert len(content) == summary["model"]["bytes"]
    assert hashlib.sha256(content).hexdigest() == summary["model"]["sha256"]
    log = [json.loads(line) for line in (COMMITTED / "training-log.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in log] == list(range(1, len(log) + 1))
    assert log[-1]["updates"] <= summary["updates"]
    assert summary["windowsSeen"] == summary["updates"] * summary["hyperparameters"]["batchSize"]
    load_network(content, 1)
