"""Models that would take memory or time without end, against a server as its container starts it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import onnx
import pytest
from opencomposer_testing import hostile_onnx
from opencomposer_testing.hostile_onnx import GIBI
from opencomposer_testing.model_host import ModelHost
from opencomposer_testing.serving_process import Response, ServingProcess, send
from opencomposer_testing.tiny_generator import TinyGenerator
from opencomposer_testing.tiny_onnx import file_of

STOCK = TinyGenerator().file()
MEBI = 2**20
SERVER_MEBIBYTES = 300
"""The memory that the server may have. It takes some 80 MiB itself with the tiny stock model."""

Corrupt = Callable[[onnx.ModelProto], None]


@pytest.fixture(scope="module")
def server(host: ModelHost, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServingProcess]:
    stock = tmp_path_factory.mktemp("models")
    (stock / "stock").mkdir()
    (stock / "stock/model.onnx").write_bytes(STOCK)
    environment = {
        "OPENCOMPOSER_STOCK_MODELS_DIR": str(stock),
        "OPENCOMPOSER_MODEL_ORIGINS": host.origin,
        # The time is so long that even on a busy machine the limit of computing ends a model here.
        "OPENCOMPOSER_REQUEST_SECONDS": "600",
    }
    with ServingProcess(["-m", "opencomposer_unet_gan", "serve"], environment) as process:
        yield process


def ask(server: ServingProcess, content: bytes, bars: int, url: str | None = None) -> Response:
    model: dict[str, Any] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    if url is not None:
        model["url"] = url
    melody = {
        "stepsPerBeat": 4,
        "beatsPerBar": 4,
        "bars": bars,
        "notes": [{"onset": 0, "duration": 4, "pitch": 60}],
    }
    request = {
        "schemaVersion": 1,
        "technique": "unet-gan",
        "model": model,
        "seed": 1,
        "melody": melody,
        "parameters": {},
    }
    connection = server.connect(timeout=600)
    try:
        body = json.dumps(request).encode()
        return send(connection, "POST", "/invocations", body, {"Content-Type": "application/json"})
    finally:
        connection.close()


def corrupted(corrupt: Corrupt) -> bytes:
    model = TinyGenerator().message()
    corrupt(model)
    return file_of(model)


def peak_mebibytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) // 1024


def children(pid: int) -> list[int]:
    """Returns the processes that a process has started. Each of them says who its parent is: the lists of the parent's
    threads leave out the children of a thread that is just ending."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if f"\nPPid:\t{pid}\n" in text:
            found.append(int(status.parent.name))
    return found


OUTPUT, MELODY = "onset_logits", "melody"


@pytest.mark.parametrize(
    "corrupt",
    [
        lambda model: hostile_onnx.floats_filled(model, OUTPUT, GIBI // 4),
        lambda model: hostile_onnx.floats_filled(model, OUTPUT, GIBI),
        lambda model: hostile_onnx.expanded(model, OUTPUT, MELODY, GIBI),
        lambda model: hostile_onnx.padded(model, OUTPUT, MELODY, GIBI),
        lambda model: hostile_onnx.resized(model, OUTPUT, MELODY, GIBI),
        lambda model: hostile_onnx.expanded(model, OUTPUT, MELODY, 2**62),
    ],
    ids=["constant 1 GiB", "constant 4 GiB", "expand", "pad", "resize", "overflow"],
)
def test_a_model_that_takes_memory_without_end_is_rejected_in_words(
    server: ServingProcess, host: ModelHost, corrupt: Corrupt
) -> None:
    content = corrupted(corrupt)
    path = f"/{hashlib.sha256(content).hexdigest()}"
    for _ in range(2):
        response = ask(server, content, 4, host.serve(path, content))
        assert (response.status, response.json()["code"]) == (400, "MODEL_CORRUPT"), response.body
        assert "The model cannot be used: ONNX Runtime cannot" in response.json()["message"]
    assert host.count(path) == 1
    assert ask(server, STOCK, 4).status == 200
    assert peak_mebibytes(server.pid) < SERVER_MEBIBYTES


def test_a_model_that_computes_without_end_keeps_nobody_waiting_and_is_ended(
    server: ServingProcess, host: ModelHost
) -> None:
    content = corrupted(lambda model: hostile_onnx.multiplied(model, OUTPUT, MELODY, size=2048, times=2000))
    assert len(content) < 400_000
    url = host.serve("/multiplied", content)
    responses: list[Response] = []
    thread = threading.Thread(target=lambda: responses.append(ask(server, content, 4, url)))
    thread.start()
    responded = 0
    while thread.is_alive():
        assert ask(server, STOCK, 4).status == 200
        responded += 1
        thread.join(0.05)
    assert responded >= 10
    assert (responses[0].status, responses[0].json()["code"]) == (400, "MODEL_CORRUPT")
    assert "computes for longer than a model may" in responses[0].json()["message"]
    assert ask(server, content, 4, url).json()["message"] == responses[0].json()["message"]
    assert host.count("/multiplied") == 1


def test_a_model_that_waits_for_one_length_of_piece_is_ended_alone(server: ServingProcess, host: ModelHost) -> None:
    content = corrupted(
        lambda model: hostile_onnx.expanded_at_one_length(model, OUTPUT, MELODY, steps=48, elements=GIBI)
    )
    url = host.serve("/one-length", content)
    assert ask(server, content, 4, url).status == 200
    response = ask(server, content, 3, url)
    assert (response.status, response.json()["code"]) == (400, "MODEL_CORRUPT"), response.body
    assert ask(server, content, 4, url).status == 200
    assert ask(server, STOCK, 3).status == 200
    assert peak_mebibytes(server.pid) < SERVER_MEBIBYTES


def test_fetched_models_run_in_few_processes_with_no_variables_of_the_server_s(
    server: ServingProcess, host: ModelHost
) -> None:
    for seed in range(10, 17):
        content = TinyGenerator(seed=seed).file()
        assert ask(server, content, 2, host.serve(f"/many-{seed}", content)).status == 200
    running = children(server.pid)
    assert 1 <= len(running) <= 4
    for pid in running:
        variables = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
        names = {variable.partition("=")[0] for variable in variables if variable}
        assert not any(name.startswith(("AWS_", "SAGEMAKER_", "OPENCOMPOSER_MODEL_ORIGINS")) for name in names)
        limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
        data = next(line for line in limits if line.startswith("Max data size"))
        assert int(data.split()[3]) < 1024 * MEBI


def test_no_process_outlives_its_server(host: ModelHost) -> None:
    content = TinyGenerator(seed=30).file()
    with ServingProcess(
        ["-m", "opencomposer_unet_gan", "serve"], {"OPENCOMPOSER_MODEL_ORIGINS": host.origin}
    ) as short_lived:
        assert ask(short_lived, content, 2, host.serve("/short-lived", content)).status == 200
        (child,) = children(short_lived.pid)
        short_lived.terminate()
        assert short_lived.wait(60) == 0
        assert not Path(f"/proc/{child}").exists()
