"""The server as a real process with a toy technique: protocol, limits, failures, caches, start and end."""

from __future__ import annotations

import hashlib
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from opencomposer_testing.model_host import ModelHost, head
from opencomposer_testing.serving_process import CONTAINERS, ServingProcess, send

TOY = CONTAINERS / "testing/src/opencomposer_testing/toy_technique.py"
JSON_TYPE = {"Content-Type": "application/json"}
MODEL = b"toy:2"


def start(environment: dict[str, str]) -> ServingProcess:
    return ServingProcess([str(TOY), "serve"], environment)


def reference(content: bytes, url: str | None) -> dict[str, Any]:
    named = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    return named if url is None else {**named, "url": url}


def invocation(model: dict[str, Any], **parameters: object) -> dict[str, Any]:
    return {
        "schemaVersion": 1,
        "technique": "toy",
        "model": model,
        "seed": 7,
        "melody": {
            "stepsPerBeat": 4,
            "beatsPerBar": 4,
            "bars": 1,
            "notes": [{"onset": 0, "duration": 4, "pitch": 60}, {"onset": 4, "duration": 12, "pitch": 67}],
        },
        "parameters": parameters,
    }


@pytest.fixture(scope="module")
def server(host: ModelHost, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServingProcess]:
    environment = {
        "OPENCOMPOSER_MODEL_ORIGINS": host.origin,
        "OPENCOMPOSER_MODEL_CACHE_DIR": str(tmp_path_factory.mktemp("cache")),
        "OPENCOMPOSER_MODEL_MAX_BYTES": "1000",
        "OPENCOMPOSER_REQUEST_SECONDS": "3",
    }
    with start(environment) as process:
        yield process


def test_ping_is_200_with_an_empty_body(server: ServingProcess) -> None:
    response = server.request("GET", "/ping")
    assert (response.status, response.body) == (200, b"")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example:{port}"},
        {"Host": "127.0.0.1"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:{port}"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_on_the_loopback_address_a_web_page_is_refused(server: ServingProcess, headers: dict[str, str]) -> None:
    given = {name: value.format(port=server.port) for name, value in headers.items()}
    for method, path, body in (("GET", "/ping", None), ("POST", "/invocations", b"{}")):
        response = server.request(method, path, body, {**JSON_TYPE, **given})
        assert (response.status, response.json()["code"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize("line", [b"GET /ping HTTP/1.0", b"GET /ping HTTP/1.1", b"POST /invocations HTTP/1.0"])
@pytest.mark.parametrize("hosts", [(), ("ours", "ours"), ("ours", "evil.example"), ("",)])
def test_on_the_loopback_address_exactly_one_host_is_asked_for(
    server: ServingProcess, line: bytes, hosts: tuple[str, ...]
) -> None:
    ours = f"127.0.0.1:{server.port}"
    named = "".join(f"Host: {ours if host == 'ours' else host}\r\n" for host in hosts).encode()
    received = raw(server, line + b"\r\nContent-Type: application/json\r\nContent-Length: 0\r\n" + named + b"\r\n")
    assert received.startswith(b"HTTP/1.1 403 "), received[:200]
    assert json.loads(received.partition(b"\r\n\r\n")[2])["code"] == "FORBIDDEN"


def test_on_every_address_a_request_without_a_host_is_answered() -> None:
    with start({"SAGEMAKER_BIND_HOST": "0.0.0.0"}) as process:  # noqa: S104
        assert raw(process, b"GET /ping HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 ")


def test_a_program_of_this_machine_and_a_person_at_the_address_bar_are_answered(server: ServingProcess) -> None:
    for headers in ({"Host": f"localhost:{server.port}"}, {"Sec-Fetch-Site": "none"}):
        assert server.request("GET", "/ping", None, headers).status == 200


def test_on_every_address_it_takes_the_name_that_sagemaker_calls_it_by() -> None:
    with start({"SAGEMAKER_BIND_HOST": "0.0.0.0"}) as process:  # noqa: S104
        assert process.request("GET", "/ping", None, {"Host": "model.internal"}).status == 200


def test_an_invocation_is_answered_as_the_contract_says(server: ServingProcess, host: ModelHost) -> None:
    response = server.invoke(invocation(reference(MODEL, host.serve("/a", MODEL))))
    assert response.status == 200, response.body
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert body["seconds"] >= 0
    del body["seconds"]
    assert body == {
        "schemaVersion": 1,
        "technique": "toy",
        "modelSha256": hashlib.sha256(MODEL).hexdigest(),
        "tracks": [
            {
                "name": "Echo",
                "program": 0,
                "notes": [
                    {"onset": 0, "duration": 4, "pitch": 62, "velocity": 80},
                    {"onset": 4, "duration": 12, "pitch": 69, "velocity": 80},
                ],
            }
        ],
        "metrics": {"emptyBarRate": 0.0},
    }


def test_a_connection_serves_many_requests_and_survives_a_bad_one(server: ServingProcess, host: ModelHost) -> None:
    connection = server.connect()
    try:
        good = json.dumps(invocation(reference(MODEL, host.serve("/keep", MODEL)))).encode()
        statuses = [
            send(connection, "POST", "/invocations", body, JSON_TYPE).status for body in (good, b"{", good, b"[]", good)
        ]
        sock = connection.sock
        assert statuses == [200, 400, 200, 400, 200]
        assert send(connection, "GET", "/ping").status == 200
        assert connection.sock is sock
    finally:
        connection.close()


def test_all_broken_fields_are_listed_at_once(server: ServingProcess) -> None:
    request = invocation({"sha256": "ABC", "bytes": 0}, seconds=-1, mood="sad", color="red")
    request["seed"] = 1.5
    request["melody"]["notes"][1]["pitch"] = 128
    response = server.invoke(request)
    assert response.status == 400
    body = response.json()
    assert body["code"] == "BAD_REQUEST"
    pointers = {error["pointer"] for error in body["errors"]}
    assert pointers == {
        "/model/sha256",
        "/model/bytes",
        "/seed",
        "/melody/notes/1/pitch",
        "/parameters/seconds",
        "/parameters/mood",
        "/parameters/color",
    }
    assert all(pointer in body["message"] for pointer in pointers)
    assert "128 (allowed: an integer from 0 to 127)" in body["message"]


def test_a_technique_can_refuse_what_its_rules_alone_cannot_say(server: ServingProcess) -> None:
    response = server.invoke(invocation(reference(MODEL, None), firstBar=2))
    assert response.status == 400
    assert response.json()["errors"] == [
        {"pointer": "/parameters/firstBar", "value": "2", "allowed": "an integer from 1 to 1"}
    ]


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "code"),
    [
        ("GET", "/", None, {}, 404, "NOT_FOUND"),
        ("GET", "/invocations", None, {}, 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/ping", b"", {}, 405, "METHOD_NOT_ALLOWED"),
        ("BREW", "/ping", None, {}, 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/invocations", b"{}", {"Content-Type": "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", "/invocations", b"not json", JSON_TYPE, 400, "BAD_REQUEST"),
        ("POST", "/invocations", b"\xff\xfe", JSON_TYPE, 400, "BAD_REQUEST"),
        ("POST", "/invocations", b'{"seed": NaN}', JSON_TYPE, 400, "BAD_REQUEST"),
        ("POST", "/invocations", b'{"seed": 1, "seed": 1}', JSON_TYPE, 400, "BAD_REQUEST"),
        ("POST", "/invocations", b"[" * 200_000, JSON_TYPE, 400, "BAD_REQUEST"),
        ("POST", "/invocations", b'{"seed": ' + b"9" * 10_000 + b"}", JSON_TYPE, 400, "BAD_REQUEST"),
        ("POST", "/invocations", b"null", JSON_TYPE, 400, "BAD_REQUEST"),
        ("POST", "/invocations", b"", JSON_TYPE, 400, "BAD_REQUEST"),
    ],
)
def test_what_is_no_invocation_gets_a_json_failure(
    server: ServingProcess,
    method: str,
    path: str,
    body: bytes | None,
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    response = server.request(method, path, body, headers)
    assert (response.status, response.json()["code"]) == (status, code)
    assert response.json()["message"]


def test_a_body_over_4_megabytes_is_refused_even_while_it_is_being_sent(server: ServingProcess) -> None:
    response = server.request("POST", "/invocations", b" " * (4 * 1024 * 1024 + 1), JSON_TYPE)
    assert (response.status, response.json()["code"]) == (413, "PAYLOAD_TOO_LARGE")
    assert response.headers["connection"] == "close"


def with_host(server: ServingProcess, request: bytes) -> bytes:
    """Returns the same requests with the server's own name in each."""
    line_end = b" HTTP/1.1\r\n"
    return request.replace(line_end, line_end + f"Host: 127.0.0.1:{server.port}\r\n".encode())


def raw(server: ServingProcess, request: bytes) -> bytes:
    """Sends raw bytes and returns what comes back, until the server closes or falls silent."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(request)
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except TimeoutError:
            pass
        return received


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"POST /invocations HTTP/1.1\r\nContent-Type: application/json\r\n\r\n", b"411"),
        (b"POST /invocations HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"411"),
        (b"POST /invocations HTTP/1.1\r\nContent-Length: -5\r\n\r\n", b"400"),
        (b"POST /invocations HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", b"400"),
        (b"POST /invocations HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", b"400"),
        (b"GARBAGE\r\n\r\n", b"400"),
        (b"GET /ping HTTP/2.0\r\n\r\n", b"400"),
        (b"GET /" + b"a" * 70_000, b"400"),
        (b"GET /ping HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", b"431"),
    ],
)
def test_broken_http_gets_one_json_failure_and_the_connection_is_closed(
    server: ServingProcess, request_bytes: bytes, status: bytes
) -> None:
    received = raw(server, with_host(server, request_bytes))
    assert received.startswith(b"HTTP/1.1 " + status), received[:200]
    assert received.count(b"Content-Length: ") == 1
    assert json.loads(received.partition(b"\r\n\r\n")[2])["code"]


def in_chunks(body: bytes, size: int) -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in parts) + b"0\r\n\r\n"


@pytest.fixture(scope="module")
def image(host: ModelHost) -> Iterator[ServingProcess]:
    """The server as it runs in an image, where it listens on every address."""
    with start({"SAGEMAKER_BIND_HOST": "0.0.0.0", "OPENCOMPOSER_MODEL_ORIGINS": host.origin}) as process:  # noqa: S104
        yield process


CHUNKED_HEAD = b"POST /invocations HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_in_an_image_a_body_may_come_in_chunks_and_the_connection_is_kept(
    image: ServingProcess, host: ModelHost
) -> None:
    body = json.dumps(invocation(reference(MODEL, host.serve("/chunked", MODEL)))).encode()
    one = CHUNKED_HEAD + in_chunks(body, 100)
    received = raw(image, one + one + b"GET /ping HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert re.findall(rb"HTTP/1\.1 (\d+) ", received) == [b"200", b"200", b"200"], received[:300]
    assert received.count(b'"name":"Echo"') == 2
    assert image.wait_for_event("request")["requestBytes"] == len(body)


def test_in_an_image_chunks_are_bounded_like_any_body(image: ServingProcess) -> None:
    limit = 4 * 1024 * 1024
    over = raw(image, CHUNKED_HEAD + in_chunks(b" " * (limit + 1), 64 * 1024))
    assert over.startswith(b"HTTP/1.1 413 "), over[:200]
    fits = raw(
        image,
        CHUNKED_HEAD.replace(b"chunked\r\n", b"Chunked\r\nConnection: close\r\n") + in_chunks(b" " * limit, limit),
    )
    assert fits.startswith(b"HTTP/1.1 400 "), "it is read whole, and is then no JSON"
    assert image.request("GET", "/ping").status == 200


def test_in_an_image_a_body_in_chunks_that_never_ends_is_given_up(image: ServingProcess) -> None:
    with socket.create_connection(("127.0.0.1", image.port), timeout=60) as connection:
        connection.sendall(CHUNKED_HEAD + b"1\r\n{\r\n")
        received = b""
        while b"\r\n\r\n" not in received:
            chunk = connection.recv(65536)
            assert chunk, "the connection ended without a response"
            received += chunk
    assert received.startswith(b"HTTP/1.1 408 "), received[:200]


@pytest.mark.parametrize(
    "headers",
    [
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding: identity\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    ],
)
def test_in_an_image_a_body_whose_end_is_not_clear_is_refused_and_the_connection_closed(
    image: ServingProcess, headers: bytes
) -> None:
    head = b"POST /invocations HTTP/1.1\r\nContent-Type: application/json\r\n" + headers + b"\r\n"
    received = raw(image, head + b"0\r\n\r\nGET /ping HTTP/1.1\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 400 "), received[:200]
    assert received.count(b"HTTP/1.1 ") == 1


def test_expect_100_continue_is_answered_before_the_body(server: ServingProcess) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        request = (
            b"POST /invocations HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
            b"Expect: 100-continue\r\n\r\n"
        )
        connection.sendall(with_host(server, request))
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")


def test_pipelined_requests_are_answered_in_order(server: ServingProcess) -> None:
    requests = b"GET /ping HTTP/1.1\r\n\r\nGET /x HTTP/1.1\r\nConnection: close\r\n\r\n"
    received = raw(server, with_host(server, requests))
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert received.count(b"HTTP/1.1 ") == 2
    assert b"HTTP/1.1 404 Not Found" in received


def test_ping_is_answered_at_once_while_an_inference_runs_and_another_waits(
    server: ServingProcess, host: ModelHost
) -> None:
    request = invocation(reference(MODEL, host.serve("/slow", MODEL)), seconds=0.8)
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(server.invoke, request) for _ in range(2)]
        slowest = 0.0
        while not all(future.done() for future in running):
            began = time.perf_counter()
            assert server.request("GET", "/ping").status == 200
            slowest = max(slowest, time.perf_counter() - began)
            time.sleep(0.02)
        assert [future.result().status for future in running] == [200, 200]
        # They ran one at a time: the second was answered after both had run (less the time by which it came later).
        assert max(future.result().json()["seconds"] for future in running) >= 1.4
    assert slowest < 0.25, "SageMaker wants the socket accepted within 250 ms"


def test_a_request_that_outlasts_its_time_is_ended(server: ServingProcess, host: ModelHost) -> None:
    response = server.invoke(invocation(reference(MODEL, host.serve("/long", MODEL)), seconds=20))
    assert (response.status, response.json()["code"]) == (503, "DEADLINE_EXCEEDED")


def test_a_failure_inside_is_500_without_its_secrets_and_is_logged_under_its_id(
    server: ServingProcess, host: ModelHost
) -> None:
    response = server.invoke(invocation(reference(MODEL, host.serve("/boom", MODEL)), fail=True))
    assert (response.status, response.json()["code"]) == (500, "INTERNAL")
    assert "secret" not in response.body.decode()
    logged = server.wait_for_event("request-failed")
    assert "a secret inside" in logged["traceback"]
    assert logged["requestId"] in response.json()["message"]


def test_the_access_line_tells_the_request_but_never_the_signed_url(server: ServingProcess, host: ModelHost) -> None:
    url = host.serve("/logged", MODEL) + "?X-Amz-Signature=0123456789"
    body = json.dumps({**invocation(reference(MODEL, url)), "seed": 515151}).encode()
    headers = {**JSON_TYPE, "X-Amzn-SageMaker-Custom-Attributes": "composition=01ABC"}
    assert server.request("POST", "/invocations", body, headers).status == 200
    deadline = time.monotonic() + 5
    while not (lines := [line for line in server.events("request") if line.get("seed") == 515151]):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    line = lines[0]
    assert "composition=01ABC" not in json.dumps(line), "headers are the caller's, and no part of the log"
    assert (line["method"], line["path"], line["status"], line["requestBytes"]) == (
        "POST",
        "/invocations",
        200,
        len(body),
    )
    assert line["modelSha256"] == hashlib.sha256(MODEL).hexdigest()
    assert "Signature" not in json.dumps([*server.events("request")])


# ------------------------------------------------------------------------------------------ where models come from


def failure(server: ServingProcess, model: dict[str, Any]) -> tuple[int, str, str]:
    response = server.invoke(invocation(model))
    body = response.json()
    code, message = body["code"], body["message"]
    if code.startswith("MODEL_") and response.status == 400:
        # The owner of the composition reads the message, and knows nothing of a request to a container.
        assert re.fullmatch(r"[A-Z].{14,}\.", message), message
        assert "the request" not in message
    return response.status, code, message


def test_a_stock_model_that_is_not_there_is_not_found(server: ServingProcess) -> None:
    assert failure(server, reference(b"toy:unknown", None))[:2] == (400, "MODEL_NOT_FOUND")


def test_a_missing_file_is_not_found(server: ServingProcess, host: ModelHost) -> None:
    assert failure(server, reference(b"toy:missing", host.url("/missing")))[:2] == (400, "MODEL_NOT_FOUND")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/model",
        "http://localhost/model",
        "https://example.com/model",
        "file:///etc/passwd",
        "http://user@127.0.0.1/model",
        "http://[::1/model",
        "http://127.0.0.1:99999/model",
        "http://127.0.0.1:80 80/model",
        "//127.0.0.1/model",
    ],
)
def test_a_foreign_origin_is_refused_and_never_called(server: ServingProcess, url: str) -> None:
    assert failure(server, reference(b"toy:foreign", url))[:2] == (400, "BAD_REQUEST")


def test_the_allowed_origin_as_user_or_path_of_another_host_is_refused(server: ServingProcess, host: ModelHost) -> None:
    authority = host.origin.removeprefix("http://")
    for url in (
        f"http://{authority}@evil.example/x",
        f"http://evil.example/{authority}",
        f"{host.origin}.evil.example/x",
    ):
        assert failure(server, reference(b"toy:disguise", url))[:2] == (400, "BAD_REQUEST"), url


def test_a_redirect_is_not_followed(server: ServingProcess, host: ModelHost) -> None:
    content = b"toy:11"
    target = host.serve("/target", content)
    url = host.misbehave(
        "/redirect", lambda connection: connection.sendall(head(302, {"Location": target, "Content-Length": "0"}))
    )
    status, code, message = failure(server, reference(content, url))
    assert (status, code) == (500, "MODEL_FETCH_FAILED")
    assert "redirect" in message
    assert host.count("/target") == 0


def test_a_file_with_another_content_is_refused_before_it_is_loaded(server: ServingProcess, host: ModelHost) -> None:
    asked = reference(b"toy:12", host.serve("/other", b"xoy:12"))
    assert failure(server, asked)[:2] == (400, "MODEL_CHECKSUM_MISMATCH")


@pytest.mark.parametrize("served", [b"toy:1", b"toy:1234"])
def test_a_file_of_another_size_is_refused(server: ServingProcess, host: ModelHost, served: bytes) -> None:
    asked = reference(b"toy:123", host.serve(f"/size-{len(served)}", served))
    assert failure(server, asked)[:2] == (400, "MODEL_CHECKSUM_MISMATCH")


def test_a_model_over_the_limit_is_refused_by_its_declared_size(server: ServingProcess, host: ModelHost) -> None:
    status, code, message = failure(server, reference(b"toy:1" + b" " * 1000, host.url("/huge")))
    assert (status, code) == (400, "BAD_REQUEST")
    assert "an integer from 1 to 1000" in message
    assert host.count("/huge") == 0


def test_an_endless_file_is_cut_at_its_declared_size(server: ServingProcess, host: ModelHost) -> None:
    sent = 0

    def endless(connection: socket.socket) -> None:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            sent += connection.send(b"x" * 65536)

    asked = reference(b"toy:endless", host.misbehave("/endless", endless))
    assert failure(server, asked)[:2] == (400, "MODEL_CHECKSUM_MISMATCH")
    assert sent < 64 * 1024 * 1024


def test_a_file_that_ends_early_failed_to_be_fetched(server: ServingProcess, host: ModelHost) -> None:
    content = b"toy:short"
    url = host.misbehave(
        "/short", lambda connection: connection.sendall(head(200, {"Content-Length": str(len(content))}) + b"toy")
    )
    assert failure(server, reference(content, url))[:2] == (500, "MODEL_FETCH_FAILED")


def test_a_file_that_drips_is_given_up_in_time(server: ServingProcess, host: ModelHost) -> None:
    asked = reference(b"toy:" + b"d" * 900, host.drip("/drip", 904, 0.05))
    began = time.monotonic()
    status, code, message = failure(server, asked)
    assert (status, code) == (500, "MODEL_FETCH_FAILED")
    assert "too long" in message
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("response", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500])
def test_an_origin_that_speaks_no_http_failed(server: ServingProcess, host: ModelHost, response: bytes) -> None:
    url = host.misbehave(f"/nonsense-{len(response)}", lambda connection: connection.sendall(response))
    assert failure(server, reference(b"toy:nonsense", url))[:2] == (500, "MODEL_FETCH_FAILED")


def test_an_expired_link_fails_as_one_that_a_new_link_may_replace(server: ServingProcess, host: ModelHost) -> None:
    url = host.misbehave("/expired", lambda connection: connection.sendall(head(403, {"Content-Length": "0"})))
    status, code, message = failure(server, reference(b"toy:expired", url))
    assert (status, code) == (500, "MODEL_FETCH_FAILED")
    assert "403" in message


def test_a_corrupt_model_is_refused_with_its_reason(server: ServingProcess, host: ModelHost) -> None:
    content = b"joy:1"
    status, code, message = failure(server, reference(content, host.serve("/corrupt", content)))
    assert (status, code) == (400, "MODEL_CORRUPT")
    assert "it does not begin with toy:" in message


def test_a_model_is_fetched_once_for_16_requests_at_once_and_never_again(
    server: ServingProcess, host: ModelHost
) -> None:
    content = b"toy:3"
    request = invocation(reference(content, host.serve("/flight", content, delay_seconds=0.3)))
    with ThreadPoolExecutor(16) as pool:
        responses = list(pool.map(server.invoke, [request] * 16))
    assert [response.status for response in responses] == [200] * 16
    assert host.count("/flight") == 1
    assert server.invoke(request).status == 200
    assert host.count("/flight") == 1


def test_a_client_that_goes_away_while_it_waits_costs_no_inference(server: ServingProcess, host: ModelHost) -> None:
    slow = invocation(reference(MODEL, host.serve("/leaver", MODEL)), seconds=1)
    body = json.dumps({**slow, "seed": 424242}).encode()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(server.invoke, slow)
        time.sleep(0.2)
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            request = (
                f"POST /invocations HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            connection.sendall(with_host(server, request.encode()) + body)
        assert running.result().status == 200
    deadline = time.monotonic() + 5
    while not (left := [line for line in server.events("request") if line.get("seed") == 424242]):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert left[0]["clientGone"] is True
    assert left[0]["seconds"] < 1.5, "it would have run for a second of its own"
    assert server.request("GET", "/ping").status == 200


# --------------------------------------------------------------------------------------------------- start and end


def test_sigterm_finishes_the_request_in_flight_and_then_ends_within_2_seconds(host: ModelHost) -> None:
    with start({"OPENCOMPOSER_MODEL_ORIGINS": host.origin}) as server, ThreadPoolExecutor(1) as pool:
        url = host.serve("/term", MODEL)
        assert server.invoke(invocation(reference(MODEL, url))).status == 200
        idle = server.connect()
        assert send(idle, "GET", "/ping").status == 200
        running = pool.submit(server.invoke, invocation(reference(MODEL, url), seconds=1.5))
        time.sleep(0.3)
        server.terminate()
        assert running.result().status == 200
        ended = time.monotonic()
        assert server.wait(2) == 0
        assert time.monotonic() - ended < 2
        assert server.wait_for_event("stopped")["finished"] is True
        idle.close()
        assert server.errors == ""


def test_sigterm_ends_an_idle_server_at_once_even_with_half_a_request_open() -> None:
    with start({}) as server, socket.create_connection(("127.0.0.1", server.port)) as half:
        half.sendall(b"POST /invocations HTTP/1.1\r\nContent-Le")
        time.sleep(0.1)
        server.terminate()
        assert server.wait(2) == 0


def test_a_request_on_an_open_connection_after_sigterm_is_told_to_come_back(host: ModelHost) -> None:
    with start({"OPENCOMPOSER_MODEL_ORIGINS": host.origin}) as server, ThreadPoolExecutor(1) as pool:
        request = invocation(reference(MODEL, host.serve("/late", MODEL)))
        kept = server.connect()
        body = json.dumps(request).encode()
        assert send(kept, "POST", "/invocations", body, JSON_TYPE).status == 200
        running = pool.submit(server.invoke, invocation(request["model"], seconds=1))
        time.sleep(0.2)
        server.terminate()
        time.sleep(0.3)
        late = send(kept, "POST", "/invocations", body, JSON_TYPE)
        assert (late.status, late.json()["code"]) == (503, "STOPPING")
        assert running.result().status == 200
        assert server.wait(2) == 0
        kept.close()


def test_broken_settings_are_named_all_at_once_and_end_the_start() -> None:
    environment = {
        "OPENCOMPOSER_MODEL_ORIGINS": "http://example.com ftp://x https://fine.example https://a.example/path",
        "OPENCOMPOSER_MODEL_MAX_BYTES": "many",
        "OPENCOMPOSER_STOCK_MODELS_DIR": "/nonexistent",
    }
    server = start(environment)
    with pytest.raises(AssertionError), server:
        pass
    assert server.wait(1) == 1
    message = server.events("start-failed")[0]["message"]
    for part in ("http://example.com", "ftp://x", "a.example/path", "OPENCOMPOSER_MODEL_MAX_BYTES", "/nonexistent"):
        assert part in message
    assert "fine.example" not in message


def test_a_taken_port_ends_the_start_with_its_reason() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = start({"SAGEMAKER_BIND_TO_PORT": str(taken.getsockname()[1])})
        with pytest.raises(AssertionError), server:
            pass
        assert server.wait(1) == 1
        assert "in use" in server.events("start-failed")[0]["message"].lower()


def test_the_disk_cache_serves_the_next_process_and_a_damaged_file_is_fetched_again(
    host: ModelHost, tmp_path: Path
) -> None:
    content = b"toy:5"
    request = invocation(reference(content, host.serve("/disk", content)))
    environment = {"OPENCOMPOSER_MODEL_ORIGINS": host.origin, "OPENCOMPOSER_MODEL_CACHE_DIR": str(tmp_path)}
    sources = []
    for damage in (False, False, True):
        if damage:
            (cached,) = tmp_path.glob("*.model")
            cached.write_bytes(b"toy:6")
        with start(environment) as server:
            assert server.invoke(request).json()["tracks"][0]["notes"][0]["pitch"] == 65
            sources.append(server.wait_for_event("request")["modelSource"])
    assert sources == ["fetched", "disk", "fetched"]
    assert host.count("/disk") == 2


def test_a_hundred_silent_connections_do_not_keep_ping_waiting(server: ServingProcess) -> None:
    silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(100)]
    try:
        began = time.perf_counter()
        assert server.request("GET", "/ping").status == 200
        assert time.perf_counter() - began < 0.5
    finally:
        for connection in silent:
            connection.close()


def test_threads_of_closed_connections_end(server: ServingProcess) -> None:
    def threads() -> int:
        return len(list(Path(f"/proc/{server.pid}/task").iterdir()))

    for _ in range(50):
        assert server.request("GET", "/ping").status == 200
    barrier = threading.Event()
    deadline = time.monotonic() + 5
    while threads() > 20 and time.monotonic() < deadline:
        barrier.wait(0.05)
    assert threads() <= 20
