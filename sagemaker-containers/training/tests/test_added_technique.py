"""A technique is added by one document and one module: the toy technique is trained by the real job runner and served
by the real server. test/unit/added-technique.test.ts reads the same document for the API."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from opencomposer_testing.model_host import ModelHost
from opencomposer_testing.serving_process import CONTAINERS, ServingProcess
from opencomposer_testing.tiny_training_job import progress_lines, validate, write_job
from opencomposer_testing.toy_technique import toy_document
from opencomposer_training.environment import TrainingFailure
from opencomposer_training.hyperparameters import parse_hyperparameters

MODULE = CONTAINERS / "testing/src/opencomposer_testing/toy_technique.py"


def train(base: Path) -> subprocess.CompletedProcess[str]:
    """Runs the job in a process of its own, as SageMaker starts it."""
    environment = {"PATH": os.environ["PATH"], "SAGEMAKER_BASE_DIR": str(base)}
    return subprocess.run(
        [sys.executable, str(MODULE), "train"], env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("toy")
    write_job(base, "toy", {"epochs": "1"})
    done = train(base)
    assert done.returncode == 0, done.stdout + done.stderr
    return base


def test_the_job_runner_trains_it_for_an_epoch_and_leaves_a_model_with_its_card(trained: Path) -> None:
    [line] = progress_lines(trained)
    validate("progress-line", line)
    assert {name for name in line if name.lower().endswith("loss")} == set(toy_document().losses)
    card = json.loads((trained / "model/model-card.json").read_text())
    validate("model-card", card)
    # A hyperparameter that was not given has the document's default.
    assert card["hyperparameters"] == {**toy_document().hyperparameters.defaults, "epochs": 1, "batchSize": 8}
    # The second voice of the made-up pieces lies a third below the melody.
    assert (trained / "model/model.onnx").read_bytes() in (b"toy:-3", b"toy:-4")


def test_the_server_serves_what_was_trained(trained: Path) -> None:
    content = (trained / "model/model.onnx").read_bytes()
    shift = int(content.split(b":")[1])
    with ModelHost() as host:
        url = host.serve("/toy", content)
        with ServingProcess([str(MODULE), "serve"], {"OPENCOMPOSER_MODEL_ORIGINS": host.origin}) as server:
            request = {
                "schemaVersion": 1,
                "technique": "toy",
                "model": {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content), "url": url},
                "seed": 0,
                "melody": {
                    "stepsPerBeat": 4,
                    "beatsPerBar": 4,
                    "bars": 2,
                    "notes": [{"onset": onset, "duration": 4, "pitch": 60} for onset in (0, 16)],
                },
                "parameters": {"firstBar": 2},
            }
            validate("invocation-request", request)
            response = server.invoke(request)
            assert response.status == 200, response.body
            assert [note["pitch"] for note in response.json()["tracks"][0]["notes"]] == [60, 60 + shift]
            refused = server.invoke({**request, "parameters": {"mood": "sad", "firstBar": 0}})
            assert [(field["pointer"], field["allowed"]) for field in refused.json()["errors"]] == [
                ("/parameters/mood", "calm or wild"),
                ("/parameters/firstBar", "an integer from 1 to 64"),
            ]
            outside = server.invoke({**request, "parameters": {"firstBar": 3}})
            assert [field["pointer"] for field in outside.json()["errors"]] == ["/parameters/firstBar"]


def test_a_job_with_other_hyperparameters_says_what_its_document_allows(tmp_path: Path) -> None:
    write_job(tmp_path, "toy", {"epochs": "11", "modelSize": "huge"})
    assert train(tmp_path).returncode == 1
    failure = (tmp_path / "output/failure").read_text()
    assert 'epochs is "11" but must be an integer from 1 to 10' in failure
    assert 'modelSize is "huge" but must be small or large' in failure
    with pytest.raises(TrainingFailure, match="updateRatio"):
        parse_hyperparameters(toy_document().hyperparameters, {"updateRatio": "1"})
