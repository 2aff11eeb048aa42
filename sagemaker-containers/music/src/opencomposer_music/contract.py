"""Judges JSON documents by their contract: the schema in contracts/, and nothing else.

The schemas are package data: links into contracts/, of which a wheel and an image hold the files themselves.
fastjsonschema judges the documents; the sentences that people read about faults are made here. It imports no numpy and
no PyTorch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from importlib import resources
from typing import Any, Literal, NamedTuple

import fastjsonschema

MAX_SHOWN_CHARACTERS = 80
"""An error's sentence repeats at most so many characters of a wrong value."""
MAX_SHOWN_ENTRIES = 16
MAX_JUDGED_VALUES = 65_536
"""The largest number of values in a document whose broken fields are all reported. Of a larger document only the first
is reported: four megabytes of wrong values would become two million faults. The largest invocation has 41,000
values."""

FaultKind = Literal["missing", "unknown", "value"]


class ContractError(ValueError):
    """A document breaks its contract. The message names the field as a JSON pointer, its value and what is allowed."""


class Fault(NamedTuple):
    """One field that breaks a contract.

    path: the names and indices that lead to the field; value: what the document has there (None where it is missing);
    rule: the schema that the value breaks, or for an unknown member the schema of the object around it.
    """

    path: tuple[str, ...]
    kind: FaultKind
    value: object
    rule: Mapping[str, Any]

    @property
    def allowed(self) -> str:
        """Returns in words what the field may hold. They are made on request, because most of thousands of faults are
        only counted."""
        if self.kind != "unknown":
            return in_words(self.rule)
        known = self.rule.get("properties")
        return f"known are {', '.join(known)}" if known else "none is known here"

    @property
    def pointer(self) -> str:
        """Returns the field as a JSON pointer (RFC 6901)."""
        return "".join(f"/{pointer_step(part)}" for part in self.path)

    @property
    def place(self) -> str:
        """Returns the field as Python and JavaScript write it: `voices[1].head`."""
        steps = (f"[{part}]" if part.isdecimal() else f".{part}" for part in self.path)
        return "".join(steps).removeprefix(".")

    @property
    def shown_value(self) -> str:
        """Returns the value as JSON, short enough for a sentence. A secret value (`writeOnly`) is not repeated."""
        if self.rule.get("writeOnly") is not True:
            return shown(self.value)
        return f"text of {len(self.value)} characters" if isinstance(self.value, str) else "no text"


class Contract:
    """One JSON Schema, compiled when the first document comes."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = _for_fastjsonschema(schema)

    def is_kept(self, document: object) -> bool:
        """Returns True if the document keeps the contract."""
        return self.first_fault(document) is None

    def first_fault(self, document: object) -> Fault | None:
        """Returns the first broken field, or None where the document keeps the contract."""
        return next(iter(self.first_faults(document)), None)

    def first_faults(self, document: object) -> list[Fault]:
        """Returns the first broken field, and other fields that its object lacks or does not know; else []."""
        try:
            self._judge(document)
        except fastjsonschema.JsonSchemaValueException as error:
            return list(_faults(error))
        return []

    def faults(self, document: object) -> Iterator[Fault]:
        """Yields every broken field once; of a document with more than MAX_JUDGED_VALUES values only the first."""
        first = self.first_fault(document)
        if first is None:
            return
        if not is_too_large_to_judge(document):
            try:
                self._judge_all(document)
            except fastjsonschema.JsonSchemaValuesException as error:
                yield from _each_once(error.errors)
                return
        yield first

    @cached_property
    def _judge(self) -> Callable[[object], object]:
        compiled: Callable[[object], object] = fastjsonschema.compile(self._schema, use_default=False)
        return compiled

    @cached_property
    def _judge_all(self) -> Callable[[object], object]:
        compiled: Callable[[object], object] = fastjsonschema.compile(self._schema, use_default=False, fast_fail=False)
        return compiled


def _for_fastjsonschema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a schema of our contracts (draft 2020-12) as the library reads it.

    It has no descriptions, which the library's compiled code would repeat many times. The library knows drafts up to 7,
    in which `prefixItems` is called `items`, and `items` beside it `additionalItems`.
    """
    inner = {name: rule for name, rule in schema.items() if name not in ("title", "description")}
    if "properties" in schema:
        inner["properties"] = {name: _for_fastjsonschema(rule) for name, rule in schema["properties"].items()}
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), Mapping):
            inner[name] = _for_fastjsonschema(schema[name])
    if "prefixItems" in schema:
        del inner["prefixItems"]
        if "items" in inner:
            inner["additionalItems"] = inner["items"]
        if inner.get("items") is False:
            inner["maxItems"] = len(schema["prefixItems"])
        inner["items"] = [_for_fastjsonschema(rule) for rule in schema["prefixItems"]]
    return inner


def load_schema(name: str) -> Any:
    """Returns contracts/<name>.schema.json, a new copy each time. Raises FileNotFoundError."""
    file = resources.files("opencomposer_music").joinpath(f"{name}.schema.json")
    return json.loads(file.read_text(encoding="utf-8"))


def check_contract(name: str, document: object) -> None:
    """Checks a document against contracts/<name>.schema.json. Raises ContractError for the first broken field."""
    faults = _contract(name).first_faults(document)
    if faults:
        raise ContractError(_sentence(faults))


@cache
def _contract(name: str) -> Contract:
    return Contract(load_schema(name))


def _sentence(faults: Sequence[Fault]) -> str:
    fault = faults[0]
    place = "".join(f"/{pointer_step(part)}" for part in fault.path[:-1]) or "the document"
    if fault.kind == "missing":
        return f"{place} lacks {', '.join(missing.path[-1] for missing in faults)}"
    if fault.kind == "unknown":
        return f"{place} has the unknown member {shown(fault.path[-1])}; {fault.allowed}"
    return f"{fault.pointer or 'the document'} is {fault.shown_value} but must be {fault.allowed}"


def _each_once(errors: list[fastjsonschema.JsonSchemaValueException]) -> Iterator[Fault]:
    """Yields each broken field once. A value that breaks two rules is one fault, whose sentence names both rules."""
    seen: set[tuple[str, ...]] = set()
    for error in errors:
        for fault in _faults(error):
            if fault.path not in seen:
                seen.add(fault.path)
                yield fault


def _faults(error: fastjsonschema.JsonSchemaValueException) -> Iterator[Fault]:
    """Yields the faults of one error of the library: several where an object lacks members or has unknown ones."""
    # The path begins with the library's name for the whole document.
    path = tuple(error.path[1:])
    schema: Mapping[str, Any] = error.definition
    known = schema.get("properties", {})
    if error.rule == "required" and isinstance(error.value, Mapping):
        for name in schema["required"]:
            if name not in error.value:
                yield Fault((*path, name), "missing", None, known.get(name, {}))
    elif error.rule == "additionalProperties" and isinstance(error.value, Mapping):
        for name, value in error.value.items():
            if name not in known:
                yield Fault((*path, name), "unknown", value, schema)
    else:
        yield Fault(path, "value", error.value, schema)


def broken_rule(path: tuple[str, ...], value: object, allowed: str) -> Fault:
    """Returns the fault of a value that breaks a rule which is in no schema. allowed: the rule in words."""
    return Fault(path, "value", value, {"x-allowed": allowed})


def in_words(schema: Mapping[str, Any]) -> str:
    """Returns the values that a JSON Schema allows, in words after "must be"; `x-allowed` replaces a pattern's."""
    if "x-allowed" in schema:
        return str(schema["x-allowed"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    kind = schema.get("type")
    if isinstance(kind, list):
        return " or ".join(_KINDS[name] for name in kind)
    if kind == "string" and "pattern" in schema:
        return f"text that matches {schema['pattern']}"
    if kind == "object" and schema.get("required"):
        *others, last = schema["required"]
        return f"an object with {', '.join(others)} and {last}" if others else f"an object with {last}"
    min_, max_, unit = (_limits_of(schema, kind)) if isinstance(kind, str) else (None, None, "")
    return f"{_KINDS.get(kind, 'as the contract says')}{_between(min_, max_, unit)}"


_KINDS: Mapping[Any, str] = {
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "string": "text",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def _limits_of(schema: Mapping[str, Any], kind: str) -> tuple[Any, Any, str]:
    if kind == "string":
        return schema.get("minLength"), schema.get("maxLength"), " characters"
    if kind == "array":
        return schema.get("minItems"), schema.get("maxItems"), f" {schema.get('x-unit', 'entries')}"
    if kind == "object":
        return schema.get("minProperties"), schema.get("maxProperties"), " members"
    return schema.get("minimum"), schema.get("maximum"), ""


def _between(min_: Any, max_: Any, unit: str) -> str:
    begin = "of" if unit else "from"
    if min_ is None and max_ is None:
        return ""
    if max_ is None:
        return f" {begin} at least {min_}{unit}" if unit else f" of at least {min_}"
    if min_ is None:
        return f" of at most {max_}{unit}"
    return f" {begin} {min_} to {max_}{unit}" if min_ != max_ else f" of {min_}{unit}"


def pointer_step(part: str | int) -> str:
    """Returns one step of a JSON pointer (RFC 6901), no longer than the part of a value that is shown."""
    return str(part)[:MAX_SHOWN_CHARACTERS].replace("~", "~0").replace("/", "~1")


def shown(value: object) -> str:
    """Returns a JSON value as text that is short enough for an error message."""
    if isinstance(value, Mapping | list) and len(value) > MAX_SHOWN_ENTRIES:
        return f"{'an object' if isinstance(value, Mapping) else 'a list'} of {len(value)} entries"
    try:
        text = json.dumps(value, ensure_ascii=True)
    except (RecursionError, ValueError):
        return "a value that is nested too deeply or too long to show"
    return text if len(text) <= MAX_SHOWN_CHARACTERS else text[: MAX_SHOWN_CHARACTERS - 1] + "…"


def is_too_large_to_judge(document: object) -> bool:
    """Returns True if lists and objects hold more than MAX_JUDGED_VALUES values, too many to look for every fault."""
    count = 0
    open_values = [document]
    while open_values:
        value = open_values.pop()
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        count += len(inner)
        if count > MAX_JUDGED_VALUES:
            return True
        open_values.extend(entry for entry in inner if isinstance(entry, dict | list))
    return False
