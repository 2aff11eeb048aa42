"""Decides which requests MiniStack serves: those of programs on this machine, and none that a web page sends.

MiniStack asks for no signature and serves every origin, and it runs code (CreateFunction, Invoke). A page in a browser
can send requests to 127.0.0.1, directly or under a name of its own that its DNS resolves to 127.0.0.1. It cannot forge
`Host`, `Origin` or `Sec-Fetch-Site`, so these three decide.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK_ORIGIN = re.compile(r"http://(?:127\.0\.0\.1|localhost)(?::\d{1,5})?")
"""Matches the origin of a page that a program of this machine serves, such as a front end's development server."""

OBJECT_PATH = re.compile(r"/opencomposer-[a-z0-9.-]{1,49}[a-z0-9]/.+")
"""Matches `/bucket/key` of one of our buckets. Other services have paths with other first parts (`/restapis`)."""

INCOMING_PATH = re.compile(r"/opencomposer-[a-z0-9.-]{1,49}[a-z0-9]/incoming(?:-archives)?/.+")
"""Matches `/bucket/key` of a file or an archive that is sent to a data set (naming/object-keys.ts)."""

SIGNATURE_PARAMETERS = frozenset(
    f"X-Amz-{name}"
    for name in ("Algorithm", "Content-Sha256", "Credential", "Date", "Expires", "Signature", "SignedHeaders")
)
OBJECT_PARAMETERS = SIGNATURE_PARAMETERS | {"X-Amz-Security-Token", "x-id", "versionId"}


class Door:
    """An ASGI application in front of another one, which gets only the requests that may come in."""

    def __init__(self, application: Application, *, port: int) -> None:
        self._application = application
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Gives 403 to requests that may not come in (closes a WebSocket unaccepted), and passes the rest on."""
        if scope["type"] in ("http", "websocket"):
            reason = why_refused(scope, self._hosts)
            if reason is not None:
                await refuse(scope, receive, send, reason)
                return
        await self._application(scope, receive, send)


def why_refused(scope: Scope, hosts: tuple[str, ...]) -> str | None:
    """Returns in words why the request may not come in, or None where it may."""
    given = values(scope, b"host")
    if len(given) != 1 or given[0] not in hosts:
        return f"The Host header must be {' or '.join(hosts)}: this server responds to no other name."
    origins = values(scope, b"origin")
    is_of_object = is_object_read(scope) or is_file_upload(scope)
    if origins and is_of_object and all(LOOPBACK_ORIGIN.fullmatch(origin) for origin in origins):
        return None
    if origins or any(site != "none" for site in values(scope, b"sec-fetch-site")):
        return "This server serves programs on this machine, and no web page."
    return None


def is_object_read(scope: Scope) -> bool:
    """Returns True if the request reads one object of a bucket through a presigned address, and can do nothing else.

    MiniStack checks the signature. Any other parameter (`Action=DeleteQueue`) could mean another service.
    """
    return scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and is_presigned(scope, OBJECT_PATH)


def is_file_upload(scope: Scope) -> bool:
    """Returns True if the request sends a file or an archive of a data set through a presigned address, or asks
    whether it may.

    A browser asks first (OPTIONS), because the file goes with headers of its own. A header of S3's that is not one of
    those could mean another operation (`x-amz-copy-source`).
    """
    if scope["type"] != "http" or scope["method"] not in ("PUT", "OPTIONS"):
        return False
    if scope["method"] == "OPTIONS" and values(scope, b"access-control-request-method") != ["PUT"]:
        return False
    of_amazon = {name.lower() for name, _ in scope["headers"] if name.lower().startswith(b"x-amz-")}
    return of_amazon <= {b"x-amz-checksum-sha256"} and is_presigned(scope, INCOMING_PATH)


def is_presigned(scope: Scope, paths: re.Pattern[str]) -> bool:
    """Returns True if the request has a path of that kind, a signature in its query, and nothing else that decides."""
    if values(scope, b"x-amz-target") or values(scope, b"authorization"):
        return False
    path = str(scope["path"])
    if paths.fullmatch(path) is None or {".", ".."} & set(path.split("/")):
        return False
    query = bytes(scope.get("query_string", b"")).decode("latin-1")
    parameters = dict(parse_qsl(query, keep_blank_values=True))
    return (
        parameters.keys() >= SIGNATURE_PARAMETERS - {"X-Amz-Content-Sha256"}
        and parameters.keys() <= OBJECT_PARAMETERS
        and parameters["X-Amz-Credential"].endswith("/s3/aws4_request")
    )


def values(scope: Scope, name: bytes) -> list[str]:
    """Returns all values of a header; ASGI gives its names in lower case."""
    return [value.decode("latin-1").strip() for key, value in scope["headers"] if key.lower() == name]


async def refuse(scope: Scope, receive: Receive, send: Send, reason: str) -> None:
    """Responds with 403 and the reason, without a header that would let a page read it."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": reason})
        return
    await respond_json(send, 403, {"message": reason})


async def respond_json(send: Send, status: int, content: object) -> None:
    """Responds to an HTTP request with JSON."""
    body = json.dumps(content).encode("utf-8")
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode("ascii"))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
