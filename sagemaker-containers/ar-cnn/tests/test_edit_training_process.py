"""The training entry point as SageMaker runs it: a process under a base folder, with signals and files only."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
from tiny_edit_job import start_job, write_job

CONTRACTS = Path(__file__).resolve().parents[3] / "contracts"
DEADLINE_SECONDS = 240


@contextlib.contextmanager
def job(base: Path) -> Iterator[subprocess.Popen[str]]:
    """A started job that never outlives its test."""
    process = start_job(base)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def lines(base: Path) -> list[dict[str, Any]]:
    """The whole lines of progress.jsonl."""
    path = base / "checkpoints/progress.jsonl"
    return [json.loads(line) for line in path.read_text().split("\n")[:-1]] if path.exists() else []


def validate(contract: str, value: Any) -> None:
    schema = json.loads((CONTRACTS / f"{contract}.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(value)


def test_a_job_keeps_the_contracts_and_sigterm_leaves_a_model_and_a_checkpoint(tmp_path: Path) -> None:
    write_job(tmp_path, {"epochs": "2000", "seed": "3"}, bars=1)
    validate("training-selection", json.loads((tmp_path / "input/data/selection/manifest.json").read_text()))
    with job(tmp_path) as process:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not lines(tmp_path):
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=DEADLINE_SECONDS)
        assert process.returncode == 0, out
    assert not (tmp_path / "output/failure").exists()
    assert (tmp_path / "checkpoints/last.pt").is_file()
    card = json.loads((tmp_path / "model/model-card.json").read_text())
    validate("model-card", card)
    validate("training-reference", json.loads((tmp_path / "checkpoints/reference.json").read_text()))
    done = lines(tmp_path)[-1]["epoch"]
    assert (card["endReason"], card["epochsCompleted"]) == ("stopped", done)
    for line in lines(tmp_path):
        validate("progress-line", line)
    definitions = json.loads((CONTRACTS / "metric-definitions.json").read_text())
    losses = {each["Name"].removeprefix("opencomposer:") for each in definitions["losses"]["ar-cnn"]}
    assert {name for name in lines(tmp_path)[0] if name.lower().endswith("loss")} == losses
    for definition in (*definitions["losses"]["ar-cnn"], *definitions["everyTechnique"]):
        assert re.search(definition["Regex"], out, re.MULTILINE), definition


def test_a_job_that_cannot_start_says_why_in_one_sentence(tmp_path: Path) -> None:
    write_job(tmp_path, {"epochs": "0", "modelSize": "huge", "updateRatio": "2"})
    with job(tmp_path) as process:
        out, _ = process.communicate(timeout=DEADLINE_SECONDS)
        assert process.returncode == 1
    failure = (tmp_path / "output/failure").read_text()
    assert failure.startswith('Invalid hyperparameters: epochs is "0" but must be an integer from 1 to 2000; ')
    for name in ("modelSize", "updateRatio"):
        assert name in failure
    assert f"Training failed: {failure}" in out
    assert list((tmp_path / "model").iterdir()) == []
