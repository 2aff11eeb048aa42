"""The requests that come through the door, by every header that a browser sets and a page cannot forge."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

import pytest
from door import Door, Message, Receive, Scope, Send

PORT = 4566
OURS = f"127.0.0.1:{PORT}"
SIGNED = {
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": "test/20261128/eu-west-1/s3/aws4_request",
    "X-Amz-Date": "20261128T120000Z",
    "X-Amz-Expires": "300",
    "X-Amz-SignedHeaders": "host",
    "X-Amz-Signature": "0" * 64,
    "x-id": "GetObject",
}


def status_of(
    headers: list[tuple[str, str]],
    *,
    method: str = "POST",
    path: str = "/",
    query: dict[str, str] | None = None,
    kind: str = "http",
) -> int:
    """Returns the status of the response. 200 is the application's own, so the request came through."""
    sent: list[Message] = []

    async def application(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> Message:
        return {"type": "websocket.connect" if kind == "websocket" else "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {
        "type": kind,
        "method": method,
        "path": path,
        "query_string": urlencode(query or {}).encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    asyncio.run(Door(application, port=PORT)(scope, receive, send))
    first = sent[0]
    if first["type"] == "websocket.close":
        return 403
    assert not any(b"access-control" in name for name, _ in first["headers"])
    return int(first["status"])


@pytest.mark.parametrize("host", [OURS, f"localhost:{PORT}"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE"])
def test_a_program_of_this_machine_comes_through(host: str, method: str) -> None:
    assert status_of([("host", host)], method=method) == 200


def test_an_address_that_a_person_typed_comes_through() -> None:
    assert status_of([("host", OURS), ("sec-fetch-site", "none")], method="GET") == 200


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("host", f"evil.example:{PORT}")],
        [("host", "127.0.0.1")],
        [("host", f"127.0.0.1:{PORT + 1}")],
        [("host", f"bucket.localhost:{PORT}")],
        [("host", OURS), ("host", f"evil.example:{PORT}")],
        [("host", OURS), ("origin", "https://evil.example")],
        [("host", OURS), ("origin", "null")],
        [("host", OURS), ("origin", "http://localhost:5173")],
        [("host", OURS), ("origin", f"http://{OURS}")],
        [("host", OURS), ("sec-fetch-site", "cross-site")],
        [("host", OURS), ("sec-fetch-site", "same-site")],
        [("host", OURS), ("sec-fetch-site", "same-origin")],
        [("host", OURS), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")],
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_whatever_a_page_could_have_sent_does_not(headers: list[tuple[str, str]], kind: str) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        assert status_of(headers, method=method, kind=kind) == 403


@pytest.mark.parametrize("origin", ["http://localhost:5173", "http://127.0.0.1:8080", "http://localhost"])
def test_a_page_of_this_machine_may_read_an_object_by_its_presigned_address(origin: str) -> None:
    headers = [("host", OURS), ("origin", origin), ("sec-fetch-site", "cross-site")]
    for method in ("GET", "HEAD"):
        assert (
            status_of(headers, method=method, path="/opencomposer-local-artifacts/users/1/a b.mid", query=SIGNED) == 200
        )


@pytest.mark.parametrize(
    ("change", "method", "path", "query"),
    [
        ("another machine's page", "GET", "/opencomposer-local-artifacts/key", SIGNED),
        ("writing", "PUT", "/opencomposer-local-artifacts/key", SIGNED),
        ("deleting", "DELETE", "/opencomposer-local-artifacts/key", SIGNED),
        ("unsigned", "GET", "/opencomposer-local-artifacts/key", {}),
        ("a listing", "GET", "/opencomposer-local-artifacts/", SIGNED),
        ("all buckets", "GET", "/", SIGNED),
        ("another service", "GET", "/2015-03-31/functions", SIGNED),
        ("another service's action", "GET", "/opencomposer-local-artifacts/key", {**SIGNED, "Action": "DeleteQueue"}),
        ("a sub-resource", "GET", "/opencomposer-local-artifacts/key", {**SIGNED, "acl": ""}),
        (
            "another service's signature",
            "GET",
            "/opencomposer-local-artifacts/key",
            {**SIGNED, "X-Amz-Credential": "a/b/c/sqs/aws4_request"},
        ),
        ("a path that climbs", "GET", "/opencomposer-local-artifacts/../2015-03-31/functions", SIGNED),
        ("another service's own path", "GET", "/restapis/x", SIGNED),
        ("the sign-in page of a pool", "GET", "/oauth2/authorize", SIGNED),
        ("MiniStack's own", "GET", "/_ministack/reset", SIGNED),
        ("ours", "GET", "/_local/snapshot", SIGNED),
    ],
)
def test_and_nothing_else(change: str, method: str, path: str, query: dict[str, str]) -> None:
    origin = "https://evil.example" if change == "another machine's page" else "http://localhost:5173"
    assert status_of([("host", OURS), ("origin", origin)], method=method, path=path, query=query) == 403


@pytest.mark.parametrize(
    "header", [("x-amz-target", "DynamoDB_20120810.ListTables"), ("authorization", "AWS4-HMAC-SHA256 x")]
)
def test_nor_an_object_read_that_speaks_to_another_service_in_its_headers(header: tuple[str, str]) -> None:
    headers = [("host", OURS), ("origin", "http://localhost:5173"), header]
    assert status_of(headers, method="GET", path="/opencomposer-local-artifacts/key", query=SIGNED) == 403


INCOMING = "/opencomposer-local-work/incoming/sub/datasets/id/0a1b"
INCOMING_ARCHIVE = "/opencomposer-local-work/incoming-archives/sub/datasets/id/0a1b.zip"
SENT = {**SIGNED, "X-Amz-SignedHeaders": "content-length;host;if-none-match;x-amz-checksum-sha256", "x-id": "PutObject"}
PAGE = [("host", OURS), ("origin", "http://127.0.0.1:8080"), ("sec-fetch-site", "cross-site")]
PREFLIGHT = ("access-control-request-method", "PUT")


@pytest.mark.parametrize("path", [INCOMING, INCOMING_ARCHIVE])
def test_a_page_of_this_machine_may_send_a_file_or_an_archive_of_a_data_set_and_ask_whether_it_may(path: str) -> None:
    sent = [*PAGE, ("x-amz-checksum-sha256", "abc="), ("if-none-match", "*")]
    assert status_of(sent, method="PUT", path=path, query=SENT) == 200
    assert status_of([*PAGE, PREFLIGHT], method="OPTIONS", path=path, query=SENT) == 200


@pytest.mark.parametrize(
    ("method", "path", "query", "more"),
    [
        ("PUT", "/opencomposer-local-work/users/sub/key", SENT, []),
        ("PUT", "/other-bucket/incoming/key", SENT, []),
        ("PUT", "/opencomposer-local-work/incoming-others/key", SENT, []),
        ("PUT", "/opencomposer-local-work/incoming/../users/key", SENT, []),
        ("PUT", INCOMING, {}, []),
        ("PUT", INCOMING, {**SENT, "acl": ""}, []),
        ("PUT", INCOMING, SENT, [("x-amz-copy-source", "/opencomposer-local-artifacts/key")]),
        ("PUT", INCOMING, SENT, [("x-amz-target", "DynamoDB_20120810.ListTables")]),
        ("PUT", INCOMING, SENT, [("authorization", "AWS4-HMAC-SHA256 x")]),
        ("POST", INCOMING, SENT, []),
        ("DELETE", INCOMING, SENT, []),
        ("OPTIONS", INCOMING, SENT, []),
        ("OPTIONS", INCOMING, SENT, [("access-control-request-method", "DELETE")]),
        ("OPTIONS", INCOMING, {}, [PREFLIGHT]),
        ("OPTIONS", "/2015-03-31/functions", SENT, [PREFLIGHT]),
    ],
)
def test_and_sends_nothing_else(method: str, path: str, query: dict[str, str], more: list[tuple[str, str]]) -> None:
    assert status_of([*PAGE, *more], method=method, path=path, query=query) == 403


def test_nor_does_a_page_of_another_machine_send_a_file() -> None:
    page = [("host", OURS), ("origin", "https://evil.example")]
    assert status_of(page, method="PUT", path=INCOMING, query=SENT) == 403
    assert status_of([*page, PREFLIGHT], method="OPTIONS", path=INCOMING, query=SENT) == 403
