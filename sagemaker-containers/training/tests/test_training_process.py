"""The training entry point as SageMaker runs it: a process under a base folder, with signals and files only.

The tests of the U-Net GAN's process, which also resume, are in unet-gan/tests/test_unet_gan_training_process.py.
"""

from __future__ import annotations

import json
import re
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest
from opencomposer_music.technique_document import TechniqueDocument, load_technique
from opencomposer_testing.tiny_training_job import (
    CONTRACTS,
    DEADLINE_SECONDS,
    progress_lines,
    running_job,
    validate,
    wait_for_epochs,
    write_job,
)
from opencomposer_training.midi_file import read_midi


@dataclass(frozen=True)
class Case:
    """A technique, and the length of the pieces that its shortest training takes.

    goes_on: its samples have notes after the melody's, of whose phrases nobody knows where they end.
    """

    document: TechniqueDocument
    bars: int
    goes_on: bool = False


CASES = [Case(load_technique("ar-cnn"), bars=1), Case(load_technique("transformer"), bars=5, goes_on=True)]


@pytest.fixture(params=CASES, ids=lambda case: case.document.id)
def case(request: pytest.FixtureRequest) -> Case:
    chosen: Case = request.param
    return chosen


def test_a_job_keeps_the_contracts_and_sigterm_leaves_a_model_and_a_checkpoint(tmp_path: Path, case: Case) -> None:
    technique = case.document.id
    write_job(tmp_path, technique, {"epochs": "2000", "seed": "3"}, pieces=24, bars=case.bars)
    validate("training-selection", json.loads((tmp_path / "input/data/selection/manifest.json").read_text()))
    with running_job(tmp_path, technique, {"OPENCOMPOSER_FIRST_SAMPLES_SECONDS": "0.001"}) as process:
        wait_for_epochs(tmp_path, process)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=DEADLINE_SECONDS)
        assert process.returncode == 0, out
    assert not (tmp_path / "output/failure").exists()
    assert (tmp_path / "checkpoints/last.pt").is_file()
    card = json.loads((tmp_path / "model/model-card.json").read_text())
    validate("model-card", card)
    validate("training-reference", json.loads((tmp_path / "checkpoints/reference.json").read_text()))
    done = progress_lines(tmp_path)[-1]["epoch"]
    assert (card["endReason"], card["epochsCompleted"]) == ("stopped", done)
    for line in progress_lines(tmp_path):
        validate("progress-line", line)
    losses = set(case.document.losses)
    assert {name for name in progress_lines(tmp_path)[0] if name.lower().endswith("loss")} == losses
    definitions = json.loads((CONTRACTS / "metric-definitions.json").read_text())
    expressions = [
        definition["Regex"]
        for definition in definitions["everyTechnique"]
        if not (case.goes_on and "phrasesClosed" in definition["Regex"])
    ]
    expressions += [definitions["everyLoss"]["Regex"].replace("{loss}", loss) for loss in losses]
    for expression in expressions:
        assert re.search(expression, out, re.MULTILINE), expression
    # Three batches an epoch: the first samples follow the first of them.
    assert out.index("The first samples were written") < out.index("[opencomposer] epoch=1")
    for epoch in ("epoch-0000", "epoch-0001"):
        _, tracks = read_midi((tmp_path / f"checkpoints/samples/{epoch}/up-and-down.mid").read_bytes())
        melody = [60, 62, 64, 65, 64, 62]
        pitches = [note.pitch for note in tracks[0].notes]
        assert (pitches[: len(melody)] if case.goes_on else pitches) == melody


def test_a_job_that_cannot_start_says_why_in_one_sentence(tmp_path: Path, case: Case) -> None:
    technique = case.document.id
    write_job(tmp_path, technique, {"epochs": "0", "modelSize": "huge", "updateRatio": "2"})
    with running_job(tmp_path, technique) as process:
        out, _ = process.communicate(timeout=DEADLINE_SECONDS)
        assert process.returncode == 1
    failure = (tmp_path / "output/failure").read_text()
    assert failure.startswith('Invalid hyperparameters: epochs is "0" but must be an integer from 1 to 2000; ')
    for name in ("modelSize", "updateRatio"):
        assert name in failure
    assert f"Training failed: {failure}" in out
    assert list((tmp_path / "model").iterdir()) == []
