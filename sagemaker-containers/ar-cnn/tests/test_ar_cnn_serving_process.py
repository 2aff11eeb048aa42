"""The inference server's process, started as the container starts it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opencomposer_music.piano_roll import Note
from opencomposer_testing import inference_container
from opencomposer_testing.inference_container import absent_modules_imported_by, mapped_libraries
from opencomposer_testing.serving_process import ServingProcess
from opencomposer_testing.tiny_network import TinyNetwork
from opencomposer_testing.tiny_training_job import validate

STOCK = TinyNetwork().file()


def start(environment: dict[str, str]) -> ServingProcess:
    return ServingProcess(["-m", "opencomposer_ar_cnn", "serve"], environment)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServingProcess]:
    stock = tmp_path_factory.mktemp("models")
    for name, content in (("ar-cnn-bach", STOCK), ("unet-gan-bach", TinyNetwork(technique="unet-gan").file())):
        (stock / name).mkdir()
        (stock / name / "model.onnx").write_bytes(content)
    with start({"OPENCOMPOSER_STOCK_MODELS_DIR": str(stock)}) as process:
        yield process


def invocation(bars: int, *, seed: int = 0, **parameters: Any) -> dict[str, Any]:
    notes = [Note(step, 4, 60 + step // 4 % 12) for step in range(0, bars * 16, 4)]
    return inference_container.invocation("ar-cnn", STOCK, notes, bars, seed=seed, **parameters)


def test_only_stock_models_of_this_technique_are_offered(server: ServingProcess) -> None:
    ready = server.wait_for_event("ready")
    assert ready["technique"] == "ar-cnn"
    assert [model["id"] for model in ready["stockModels"]] == ["ar-cnn-bach"]


@pytest.mark.parametrize("locked", [True, False])
def test_requests_and_responses_are_what_the_contract_says(server: ServingProcess, locked: bool) -> None:
    request = invocation(8, melodyLock=locked, editsPerPass=4, temperature=2)
    validate("invocation-request", request)
    response = server.invoke(request)
    assert response.status == 200, response.body
    validate("invocation-response", response.json())
    assert response.json()["editEvents"]


def test_the_longest_piece_with_the_most_edits_gets_its_response(server: ServingProcess) -> None:
    response = server.invoke(invocation(64, melodyLock=False, maxNotesAdded=1000, temperature=6))
    assert response.status == 200, response.body
    edits = len(response.json()["editEvents"])
    assert edits > 2000
    # A serverless endpoint passes on at most 4 MB, and the most edits are 100 passes of 256.
    assert len(response.body) / edits * 100 * 256 < 4_000_000


def test_the_same_request_gives_the_same_bytes_except_seconds_also_from_a_new_process(
    server: ServingProcess, tmp_path: Path
) -> None:
    request = invocation(8, seed=5)
    bodies = [server.invoke(request).body for _ in range(2)]
    (tmp_path / "ar-cnn-bach").mkdir()
    (tmp_path / "ar-cnn-bach/model.onnx").write_bytes(STOCK)
    variables = {"OPENCOMPOSER_STOCK_MODELS_DIR": str(tmp_path), "OPENCOMPOSER_INFERENCE_THREADS": "1"}
    with start(variables) as another:
        bodies.append(another.invoke(request).body)
    assert len({body.rpartition(b'"seconds":')[0] for body in bodies}) == 1
    other = server.invoke({**request, "seed": 6}).body
    assert other.rpartition(b'"seconds":')[0] != bodies[0].rpartition(b'"seconds":')[0]


def test_every_parameter_out_of_range_is_named_at_once(server: ServingProcess) -> None:
    broken: dict[str, Any] = {
        "maxPercentageOfInitialNotesRemoved": 101,
        "maxNotesAdded": 49,
        "samplingIterations": 101,
        "temperature": 0.4,
        "editsPerPass": 0,
        "melodyLock": 1,
        "firstBar": 65,
        "lowestPitch": -1,
        "density": 3,
        "creativeRisk": 1,
    }
    response = server.invoke(invocation(8, **broken))
    assert response.status == 400
    validate("invocation-error", response.json())
    assert {error["pointer"] for error in response.json()["errors"]} == {f"/parameters/{name}" for name in broken}


def test_a_region_outside_of_the_piece_an_empty_melody_and_65_bars_are_refused(server: ServingProcess) -> None:
    empty = invocation(8)
    empty["melody"]["notes"] = []
    long = invocation(8)
    long["melody"]["bars"] = 65
    for request, pointer in (
        (invocation(8, firstBar=9), "/parameters/firstBar"),
        (invocation(8, lastBar=9), "/parameters/lastBar"),
        (empty, "/melody/notes"),
        (long, "/melody/bars"),
    ):
        response = server.invoke(request)
        assert response.status == 400
        assert pointer in {error["pointer"] for error in response.json()["errors"]}


def test_neither_torch_nor_onnx_nor_mido_is_in_the_process(server: ServingProcess) -> None:
    assert server.invoke(invocation(1)).status == 200
    assert mapped_libraries(server.pid) == {"onnxruntime"}


def test_importing_the_server_imports_only_what_the_inference_image_has() -> None:
    modules = ("opencomposer_ar_cnn.serve", "opencomposer_ar_cnn.generation", "opencomposer_serving.server_process")
    assert absent_modules_imported_by(*modules) == []


def test_sigterm_ends_the_process_cleanly() -> None:
    with start({}) as process:
        process.terminate()
        assert process.wait(2) == 0
        assert process.errors == ""
