"""Documents that keep a contract: JSON judged by the schema that stands in contracts/, and by nothing else.

The schemas are package data: links into contracts/, of which a wheel and an image hold the files themselves.
fastjsonschema judges; what is wrong is said here, in the words that people read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any

import fastjsonschema

MAX_SHOWN_CHARACTERS = 80
"""So much of a wrong value is repeated in the sentence."""


class ContractError(ValueError):
    """A document breaks its contract. The message names the field as a JSON pointer, its value and what is allowed."""


def check_contract(name: str, document: object) -> None:
    """Check a document against contracts/<name>.schema.json. Raises ContractError for the first broken field."""
    try:
        _validator(name)(document)
    except fastjsonschema.JsonSchemaValueException as error:
        raise ContractError(_sentence(error)) from None


@cache
def _validator(name: str) -> Callable[[object], object]:
    text = resources.files("opencomposer_music").joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
    compiled: Callable[[object], object] = fastjsonschema.compile(json.loads(text), use_default=False)
    return compiled


def _sentence(error: fastjsonschema.JsonSchemaValueException) -> str:
    # The path begins with the library's name of the whole document.
    pointer = "".join(f"/{_escaped(part)}" for part in error.path[1:]) or "the document"
    rule, limit = error.rule, error.rule_definition
    if rule == "required" and isinstance(error.value, Mapping):
        missing = [key for key in limit if key not in error.value]
        return f"{pointer} lacks {', '.join(missing)}"
    if rule == "additionalProperties" and isinstance(error.value, Mapping):
        known = error.definition.get("properties", {})
        unknown = [key for key in error.value if key not in known]
        return f"{pointer} has the unknown member {_shown(unknown[0])}; known are {', '.join(known)}"
    return f"{pointer} is {_shown(error.value)} but must be {_allowed(rule, limit)}"


_ALLOWED = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "pattern": "text that matches {}",
    "minLength": "text of at least {} characters",
    "maxLength": "text of at most {} characters",
    "minItems": "a list of at least {} entries",
    "maxItems": "a list of at most {} entries",
    "maxProperties": "an object of at most {} members",
}


def _allowed(rule: str | None, limit: Any) -> str:
    if rule == "enum":
        return " or ".join(map(str, limit))
    if rule == "type":
        return f"of the type {limit if isinstance(limit, str) else ' or '.join(limit)}"
    text = _ALLOWED.get(rule or "")
    return f"as {rule} {json.dumps(limit)} of the contract says" if text is None else text.format(limit)


def _escaped(part: object) -> str:
    """One step of a JSON pointer (RFC 6901), not longer than what is shown of a value."""
    return str(part)[:MAX_SHOWN_CHARACTERS].replace("~", "~0").replace("/", "~1")


def _shown(value: object) -> str:
    """Return the value as JSON that is short enough for a sentence."""
    if isinstance(value, Mapping | list) and len(value) > 16:
        return f"{'an object' if isinstance(value, Mapping) else 'a list'} of {len(value)} entries"
    try:
        text = json.dumps(value)
    except (RecursionError, ValueError):
        return "a value that is nested too deeply to show"
    return text if len(text) <= MAX_SHOWN_CHARACTERS else text[: MAX_SHOWN_CHARACTERS - 1] + "…"
