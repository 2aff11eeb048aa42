"""Tells whether MiniStack's state may have changed, so that an idle cloud is not written to disk again and again."""

from __future__ import annotations

import re

from door import Application, Receive, Scope, Send, values

READING_OPERATION = re.compile(r"(?:BatchGet|Describe|Get|List|Query|Scan|Select|TransactGet)")
"""Matches the names of operations that only read."""

FUNCTION_CALL = re.compile(r"/_aws/execute-api/|/\d{4}-\d\d-\d\d/functions/[^/]+/invocations")
"""Matches calls of functions. A function changes state only by requests of its own, and its log lines do not count."""


class ChangeCounter:
    """An ASGI application in front of another one, which counts the requests that may change its state."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self.count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on. A change counts when it is over, so that no snapshot can miss one that it counted."""
        try:
            await self._application(scope, receive, send)
        finally:
            if scope["type"] == "http" and may_change(scope):
                self.count += 1


def may_change(scope: Scope) -> bool:
    """Returns True if the request may change more than log lines."""
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return False
    for target in values(scope, b"x-amz-target"):
        return READING_OPERATION.match(target.rpartition(".")[2]) is None
    return FUNCTION_CALL.match(str(scope["path"])) is None
