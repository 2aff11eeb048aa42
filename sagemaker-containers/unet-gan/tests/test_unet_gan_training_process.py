"""The training entry point as SageMaker runs it: a process under a base folder, with signals and files only."""

from __future__ import annotations

import gzip
import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import onnxruntime
import pytest
from opencomposer_testing.tiny_training_job import (
    DEADLINE_SECONDS,
    progress_lines,
    running_job,
    validate,
    wait_for_epochs,
    write_job,
)


def finish(base: Path) -> tuple[int, str]:
    """Runs a job to its end and returns the exit status and what it printed."""
    with running_job(base, "unet-gan") as process:
        out, _ = process.communicate(timeout=DEADLINE_SECONDS)
        return process.returncode, out


def epochs(base: Path) -> list[int]:
    """Returns the epochs of the whole lines of progress.jsonl."""
    return [line["epoch"] for line in progress_lines(base)]


def change_hyperparameters(base: Path, **values: str) -> None:
    path = base / "input/config/hyperparameters.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_a_job_keeps_every_contract_and_its_model_runs_without_torch(tmp_path: Path) -> None:
    write_job(tmp_path, "unet-gan", {"epochs": "2", "seed": "3"})
    selection = json.loads((tmp_path / "input/data/selection/manifest.json").read_text())
    validate("training-selection", selection)
    status, out = finish(tmp_path)
    assert status == 0, out
    assert not (tmp_path / "output/failure").exists()
    lines = (tmp_path / "checkpoints/progress.jsonl").read_text().splitlines()
    assert len(lines) == 2
    for line in lines:
        validate("progress-line", json.loads(line))
    validate("training-reference", json.loads((tmp_path / "checkpoints/reference.json").read_text()))
    validate("model-card", json.loads((tmp_path / "model/model-card.json").read_text()))
    session = onnxruntime.InferenceSession(tmp_path / "model/model.onnx", providers=["CPUExecutionProvider"])
    assert [value.name for value in session.get_inputs()] == ["melody", "noise"]


def test_sigterm_leaves_a_model_and_a_checkpoint_from_which_the_job_goes_on(tmp_path: Path) -> None:
    write_job(tmp_path, "unet-gan", {"epochs": "2000"})
    with running_job(tmp_path, "unet-gan") as process:
        wait_for_epochs(tmp_path, process)
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=DEADLINE_SECONDS)
        assert process.returncode == 0, out
        assert time.monotonic() - asked < 60
    card = json.loads((tmp_path / "model/model-card.json").read_text())
    done = epochs(tmp_path)[-1]
    assert card["endReason"] == "stopped"
    assert card["epochsCompleted"] == done
    change_hyperparameters(tmp_path, epochs=str(done + 1))
    status, out = finish(tmp_path)
    assert status == 0, out
    assert f"goes on after epoch {done}" in out
    assert epochs(tmp_path) == list(range(1, done + 2))


def test_a_killed_job_with_a_broken_checkpoint_goes_on_from_the_best_one(tmp_path: Path) -> None:
    write_job(tmp_path, "unet-gan", {"epochs": "2000"})
    with running_job(tmp_path, "unet-gan") as process:
        wait_for_epochs(tmp_path, process, 2)
        process.kill()
        process.communicate()
    assert not (tmp_path / "model/model.onnx").exists()
    with (tmp_path / "checkpoints/progress.jsonl").open("a") as file:
        file.write('{"epoch": 99')
    last = tmp_path / "checkpoints/last.pt"
    last.write_bytes(last.read_bytes()[:1000])
    change_hyperparameters(tmp_path, epochs="3")
    status, out = finish(tmp_path)
    assert status == 0, out
    assert "last.pt cannot be read" in out
    assert "goes on from the best epoch" in out
    assert epochs(tmp_path)[:3] == [1, 2, 3]
    assert (tmp_path / "model/model.onnx").exists()


@pytest.mark.parametrize(
    ("break_job", "sentence"),
    [
        (
            lambda base: change_hyperparameters(base, epochs="0", modelSize="huge"),
            'Invalid hyperparameters: epochs is "0" but must be an integer from 1 to 2000; '
            'modelSize is "huge" but must be small or large.',
        ),
        (
            lambda base: (base / "input/data/selection/manifest.json").write_text("{"),
            "The training selection (manifest.json) is not JSON",
        ),
        (
            lambda base: (base / "input/data/dataset/pieces-0001.jsonl.gz").write_bytes(gzip.compress(b"")),
            "The pieces of the data set have sha256",
        ),
    ],
    ids=["hyperparameters", "selection", "data set"],
)
def test_a_job_that_cannot_start_says_why_in_one_sentence(
    tmp_path: Path, break_job: Callable[[Path], object], sentence: str
) -> None:
    write_job(tmp_path, "unet-gan", {"epochs": "2"})
    break_job(tmp_path)
    status, out = finish(tmp_path)
    assert status == 1
    failure = (tmp_path / "output/failure").read_text()
    assert failure.startswith(sentence)
    assert len(failure) <= 1024
    assert f"Training failed: {failure}" in out
    assert list((tmp_path / "model").iterdir()) == []
