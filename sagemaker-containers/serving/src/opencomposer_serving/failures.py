"""The ways in which an invocation can fail, and the response to each.

`STATUS_OF_CODE` has one row for every failure that a caller can meet. A response outside 2xx is
always the JSON object `{code, message}` (bad requests add `errors`, one entry for each broken field).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

FailureCode = Literal[
    "BAD_REQUEST",
    "MODEL_NOT_FOUND",
    "MODEL_CHECKSUM_MISMATCH",
    "MODEL_CORRUPT",
    "FORBIDDEN",
    "NOT_FOUND",
    "METHOD_NOT_ALLOWED",
    "REQUEST_TIMEOUT",
    "LENGTH_REQUIRED",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "HEADERS_TOO_LARGE",
    "MODEL_FETCH_FAILED",
    "INTERNAL",
    "BUSY",
    "DEADLINE_EXCEEDED",
    "STOPPING",
]

# After a 4xx the same request can never succeed. After a 5xx it may, later or elsewhere.
STATUS_OF_CODE: dict[FailureCode, int] = {
    "BAD_REQUEST": 400,
    "MODEL_NOT_FOUND": 400,
    "MODEL_CHECKSUM_MISMATCH": 400,
    "MODEL_CORRUPT": 400,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "REQUEST_TIMEOUT": 408,
    "LENGTH_REQUIRED": 411,
    "PAYLOAD_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "HEADERS_TOO_LARGE": 431,
    "MODEL_FETCH_FAILED": 500,
    "INTERNAL": 500,
    "BUSY": 503,
    "DEADLINE_EXCEEDED": 503,
    "STOPPING": 503,
}


@dataclass(frozen=True)
class BrokenField:
    """One field of a request that breaks a rule.

    `pointer` is a JSON pointer (RFC 6901), `value` is what was sent as short JSON text (None where
    the field is missing), `allowed` is the rule in words.
    """

    pointer: str
    value: str | None
    allowed: str

    def sentence(self) -> str:
        name = self.pointer or "the request"
        if self.value is None:
            return f"{name} is missing (allowed: {self.allowed})"
        return f"{name} is {self.value} (allowed: {self.allowed})"

    def as_json(self) -> dict[str, str | None]:
        return {"pointer": self.pointer, "value": self.value, "allowed": self.allowed}


class InvocationFailure(Exception):
    """A response other than 200, with a stable code and one plain message for people."""

    def __init__(self, code: FailureCode, message: str, broken_fields: Sequence[BrokenField] = ()) -> None:
        super().__init__(message)
        self.code: FailureCode = code
        self.message = message
        self.broken_fields = tuple(broken_fields)

    @property
    def status(self) -> int:
        return STATUS_OF_CODE[self.code]

    def as_json(self) -> dict[str, object]:
        body: dict[str, object] = {"code": self.code, "message": self.message}
        if self.broken_fields:
            body["errors"] = [field.as_json() for field in self.broken_fields]
        return body


def unusable_model(reason: object) -> InvocationFailure:
    """Returns MODEL_CORRUPT in words for the model's owner. `reason` goes on after a colon and has no full stop."""
    return InvocationFailure("MODEL_CORRUPT", f"The model cannot be used: {reason}.")


def other_bytes(found: str) -> InvocationFailure:
    """Returns MODEL_CHECKSUM_MISMATCH in words for the model's owner. `found`: what the file has and should have."""
    return InvocationFailure(
        "MODEL_CHECKSUM_MISMATCH", f"The model's file is not the one that was registered: it has {found}."
    )


class ModelRejected(Exception):
    """Bytes that are not a model this technique can run; the message is the reason in plain words."""
