"""The inference server's process, started as the container starts it."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from opencomposer_music.phrase_ends import derive_phrase_ends
from opencomposer_music.piano_roll import Note, notes_to_planes
from opencomposer_testing import inference_container
from opencomposer_testing.inference_container import absent_modules_imported_by, mapped_libraries
from opencomposer_testing.model_host import ModelHost
from opencomposer_testing.serving_process import ServingProcess
from opencomposer_testing.tiny_generator import VOICES, TinyGenerator
from opencomposer_testing.tiny_training_job import validate
from opencomposer_unet_gan.generation import accompany, load_generator

STOCK = TinyGenerator().file()
TRAINED = TinyGenerator(seed=1).file()


def start(environment: dict[str, str]) -> ServingProcess:
    return ServingProcess(["-m", "opencomposer_unet_gan", "serve"], environment)


@pytest.fixture(scope="module")
def server(host: ModelHost, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServingProcess]:
    stock = tmp_path_factory.mktemp("models")
    for name, content in (
        ("unet-gan-bach", STOCK),
        ("ar-cnn-bach", TinyGenerator(technique="ar-cnn").file()),
        ("broken", STOCK[:500]),
    ):
        (stock / name).mkdir()
        (stock / name / "model.onnx").write_bytes(content)
    environment = {
        "OPENCOMPOSER_STOCK_MODELS_DIR": str(stock),
        "OPENCOMPOSER_MODEL_ORIGINS": host.origin,
        "OPENCOMPOSER_MODEL_CACHE_DIR": str(tmp_path_factory.mktemp("cache")),
    }
    with start(environment) as process:
        yield process


def invocation(
    content: bytes, notes: list[Note], bars: int, *, seed: int = 0, url: str | None = None
) -> dict[str, Any]:
    return inference_container.invocation("unet-gan", content, notes, bars, seed=seed, url=url)


def scale(bars: int) -> list[Note]:
    return [Note(step, 4, 60 + step // 4 % 12) for step in range(0, bars * 16, 4)]


def test_only_stock_models_of_this_technique_are_offered(server: ServingProcess) -> None:
    ready = server.wait_for_event("ready")
    assert ready["technique"] == "unet-gan"
    assert ready["stockModels"] == [
        {"id": "unet-gan-bach", "sha256": hashlib.sha256(STOCK).hexdigest(), "bytes": len(STOCK)}
    ]
    assert server.events("stock-model-skipped")[0]["modelId"] == "broken"


def test_a_stock_model_accompanies_in_every_length_up_to_64_bars(server: ServingProcess) -> None:
    for bars in range(1, 65):
        response = server.invoke(invocation(STOCK, scale(bars), bars))
        assert response.status == 200, response.body
        body = response.json()
        assert body["phraseEnds"] == derive_phrase_ends(notes_to_planes(scale(bars), 16 * bars))
        assert [(track["name"], track["program"]) for track in body["tracks"]] == [
            (voice.name, voice.program) for voice in VOICES[1:]
        ]
        for track in body["tracks"]:
            covered = {
                step // 16 for note in track["notes"] for step in range(note["onset"], note["onset"] + note["duration"])
            }
            assert covered == set(range(bars))
        assert body["metrics"]["emptyBarRate"] == 0


def test_responses_and_failures_are_what_the_contract_says(server: ServingProcess) -> None:
    request = invocation(STOCK, [Note(0, 16, 60), Note(4, 4, 72)], 2)
    validate("invocation-request", request)
    validate("invocation-response", server.invoke(request).json())
    for broken in (
        {},
        {**request, "melody": {"notes": [{}] * 300}},
        {**request, "model": {"sha256": "0" * 64, "bytes": 9}},
    ):
        response = server.invoke(broken)
        assert response.status == 400
        validate("invocation-error", response.json())


def test_the_same_request_gives_the_same_bytes_except_seconds(server: ServingProcess) -> None:
    request = invocation(STOCK, scale(8), 8, seed=5)
    bodies = [server.invoke(request).body for _ in range(3)]
    assert len({body.rpartition(b'"seconds":')[0] for body in bodies}) == 1
    other = server.invoke({**request, "seed": 6}).body
    assert other.rpartition(b'"seconds":')[0] != bodies[0].rpartition(b'"seconds":')[0]


def test_a_new_process_gives_the_same_bytes(server: ServingProcess, host: ModelHost) -> None:
    request = invocation(TRAINED, scale(16), 16, seed=9, url=host.serve("/again", TRAINED))
    first = server.invoke(request).body
    with start({"OPENCOMPOSER_MODEL_ORIGINS": host.origin, "OPENCOMPOSER_INFERENCE_THREADS": "1"}) as another:
        second = another.invoke(request).body
    assert first.rpartition(b'"seconds":')[0] == second.rpartition(b'"seconds":')[0]


@given(
    st.lists(st.tuples(st.integers(0, 127), st.integers(1, 16), st.integers(0, 127)), min_size=1, max_size=30),
    st.integers(0, 2**31 - 1),
)
@example([(26, 1, 0)], 0)
@settings(max_examples=25, deadline=None)
def test_the_model_file_gives_the_same_notes_outside_of_the_server(
    server: ServingProcess, placed: list[tuple[int, int, int]], seed: int
) -> None:
    notes = [Note(onset, min(duration, 128 - onset), pitch) for onset, duration, pitch in placed]
    body = server.invoke(invocation(STOCK, notes, 8, seed=seed)).json()
    expected = accompany(load_generator(STOCK, 1), notes, 8, seed).notes()
    assert [[tuple(note.values()) for note in track["notes"]] for track in body["tracks"]] == [
        [tuple(note) for note in voice]
        for voice in expected
        if voice  # a voice that rests all the time is no track
    ]


def test_a_trained_model_is_fetched_checked_and_used(server: ServingProcess, host: ModelHost) -> None:
    trained = TinyGenerator(seed=4).file()
    fetched = server.invoke(invocation(trained, scale(4), 4, url=host.serve("/trained", trained)))
    assert fetched.status == 200, fetched.body
    stock = server.invoke(invocation(STOCK, scale(4), 4))
    assert fetched.json()["tracks"] != stock.json()["tracks"]
    assert host.count("/trained") == 1


def test_a_stock_model_of_another_version_than_the_image_s_is_fetched(server: ServingProcess, host: ModelHost) -> None:
    """The worker sends a stock model's digest, and a URL for an image that was built with another version."""
    newer = TinyGenerator(seed=8).file()
    assert server.invoke(invocation(newer, scale(2), 2, url=host.serve("/stock/newer", newer))).status == 200
    assert host.count("/stock/newer") == 1
    known = server.invoke(invocation(STOCK, scale(2), 2, url=host.url("/stock/known")))
    assert known.status == 200
    assert host.count("/stock/known") == 0
    gone = TinyGenerator(seed=9).file()
    response = server.invoke(invocation(gone, scale(2), 2, url=host.url("/stock/gone")))
    assert (response.status, response.json()["code"]) == (400, "MODEL_NOT_FOUND")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (TRAINED[: len(TRAINED) // 2], "cut short"),
        (b"\x80" * 100, "not an ONNX file"),
        (b"<html>no such bucket</html>", "not an ONNX file"),
        (TinyGenerator(technique="ar-cnn").file(), "ar-cnn"),
    ],
    ids=["cut", "bytes", "html", "technique"],
)
def test_a_corrupt_file_is_refused_in_plain_words(
    server: ServingProcess, host: ModelHost, content: bytes, reason: str
) -> None:
    url = host.serve(f"/corrupt-{hashlib.sha256(content).hexdigest()[:8]}", content)
    response = server.invoke(invocation(content, scale(1), 1, url=url))
    assert (response.status, response.json()["code"]) == (400, "MODEL_CORRUPT")
    assert reason in response.json()["message"]
    assert server.invoke(invocation(STOCK, scale(1), 1)).status == 200


def test_a_damaged_file_is_refused_by_its_checksum_before_it_is_loaded(server: ServingProcess, host: ModelHost) -> None:
    wanted = TinyGenerator(seed=3).file()
    damaged = bytearray(wanted)
    damaged[len(damaged) // 2] ^= 1
    response = server.invoke(invocation(wanted, scale(1), 1, url=host.serve("/damaged", bytes(damaged))))
    assert (response.status, response.json()["code"]) == (400, "MODEL_CHECKSUM_MISMATCH")


def test_a_piece_longer_than_its_model_allows_is_refused(server: ServingProcess, host: ModelHost) -> None:
    short = TinyGenerator(max_bars=4).file()
    response = server.invoke(invocation(short, scale(5), 5, url=host.serve("/short", short)))
    assert response.status == 400
    assert response.json()["errors"] == [{"pointer": "/melody/bars", "value": "5", "allowed": "an integer from 1 to 4"}]


def test_neither_torch_nor_onnx_nor_mido_is_in_the_process(server: ServingProcess) -> None:
    assert server.invoke(invocation(STOCK, scale(8), 8)).status == 200
    assert mapped_libraries(server.pid) == {"onnxruntime"}


def test_importing_the_server_imports_only_what_the_inference_image_has() -> None:
    modules = ("opencomposer_unet_gan.serve", "opencomposer_unet_gan.generation", "opencomposer_serving.server_process")
    assert absent_modules_imported_by(*modules) == []


def test_eight_bars_take_a_tenth_of_a_second_at_most(server: ServingProcess) -> None:
    """The budget holds for the real network; the tiny one shows that the server itself costs next to nothing."""
    request = json.dumps(invocation(STOCK, scale(8), 8)).encode()
    seconds = []
    for _ in range(10):
        began = time.perf_counter()
        response = server.request("POST", "/invocations", request, {"Content-Type": "application/json"})
        seconds.append(time.perf_counter() - began)
        assert response.status == 200
    assert min(seconds) < 0.1


def test_the_process_reports_to_no_one(tmp_path: Path, host: ModelHost) -> None:
    """ONNX Runtime's telemetry, on by default, would leave a device id and a queue in the home folder."""
    home = tmp_path / "home"
    home.mkdir()
    url = host.serve("/silent", STOCK)
    with start({"OPENCOMPOSER_MODEL_ORIGINS": host.origin, "HOME": str(home)}) as process:
        assert process.invoke(invocation(STOCK, scale(1), 1, url=url)).status == 200
        process.terminate()
        assert process.wait(5) == 0
    assert list(home.rglob("*")) == []


def test_sigterm_ends_the_process_cleanly() -> None:
    with start({}) as process:
        process.terminate()
        assert process.wait(2) == 0
        assert process.errors == ""


def test_a_command_that_is_not_known_is_explained() -> None:
    process = ServingProcess(["-m", "opencomposer_unet_gan", "dance"], {})
    with pytest.raises(AssertionError), process:
        pass
    assert process.wait(1) == 2
    assert "train|serve" in process.errors
