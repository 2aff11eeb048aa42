"""Rules for single JSON values, and the parameters that a technique declares with them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from opencomposer_shared.serving.failures import BrokenField

ParameterValue = bool | int | float | str

LONGEST_SHOWN_VALUE = 80
MOST_BROKEN_FIELDS_SHOWN = 50
LONGEST_SENTENCE = 3500


class BrokenFields:
    """Collects every broken field of a request, but keeps only the first so many.

    A request may hold thousands of broken notes; the answer must stay readable and small.
    """

    def __init__(self) -> None:
        self.kept: list[BrokenField] = []
        self.count = 0

    def add(self, pointer: str, value: object, allowed: str) -> None:
        self._add(BrokenField(pointer, shown(value), allowed))

    def add_missing(self, pointer: str, allowed: str) -> None:
        self._add(BrokenField(pointer, None, allowed))

    def extend(self, fields: Sequence[BrokenField]) -> None:
        for field in fields:
            self._add(field)

    def _add(self, field: BrokenField) -> None:
        self.count += 1
        if len(self.kept) < MOST_BROKEN_FIELDS_SHOWN:
            self.kept.append(field)

    def sentence(self) -> str:
        """One line of text that names the broken fields, as many as a message may hold, and counts the rest."""
        parts: list[str] = []
        length = 0
        for field in self.kept:
            part = field.sentence()
            if parts and length + len(part) > LONGEST_SENTENCE:
                break
            parts.append(part)
            length += len(part) + 2
        rest = self.count - len(parts)
        more = f"; and {rest} more" if rest else ""
        return "; ".join(parts) + more


def shown(value: object) -> str:
    """A JSON value as text short enough for an error message."""
    if isinstance(value, Mapping | list) and len(value) > 16:
        return f"{'an object' if isinstance(value, Mapping) else 'a list'} of {len(value)} entries"
    try:
        text = json.dumps(value, ensure_ascii=True)
    except (RecursionError, ValueError):
        return "a value that is nested too deeply or too long to show"
    return text if len(text) <= LONGEST_SHOWN_VALUE else text[: LONGEST_SHOWN_VALUE - 1] + "…"


def child(pointer: str, key: str | int) -> str:
    """JSON pointer (RFC 6901) of a member or entry of what `pointer` names; over-long keys are cut."""
    text = str(key)[:LONGEST_SHOWN_VALUE].replace("~", "~0").replace("/", "~1")
    return f"{pointer}/{text}"


def as_integer(value: object) -> int | None:
    """The value as an int when JSON Schema would call it an integer (4 and 4.0), else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return None


def as_number(value: object) -> float | None:
    """The value as a finite float, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


@dataclass(frozen=True)
class ParameterRule:
    """One parameter of a technique. `minimum` and `maximum` are inclusive; `values` is for strings."""

    name: str
    type: Literal["integer", "number", "boolean", "string"]
    default: ParameterValue
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        """The rule in words."""
        if self.type == "boolean":
            return "true or false"
        if self.type == "string":
            return "one of " + ", ".join(self.values) if self.values else "a string"
        article = "an" if self.type == "integer" else "a"
        if self.minimum is None and self.maximum is None:
            return f"{article} {self.type}"
        if self.maximum is None:
            return f"{article} {self.type} from {self.minimum:g}"
        if self.minimum is None:
            return f"{article} {self.type} up to {self.maximum:g}"
        return f"{article} {self.type} from {self.minimum:g} to {self.maximum:g}"

    def accept(self, value: object) -> ParameterValue | None:
        """The value in the rule's type, or None when it breaks the rule."""
        if self.type == "boolean":
            return value if isinstance(value, bool) else None
        if self.type == "string":
            return value if isinstance(value, str) and (not self.values or value in self.values) else None
        number = as_integer(value) if self.type == "integer" else as_number(value)
        if number is None:
            return None
        if self.minimum is not None and number < self.minimum:
            return None
        if self.maximum is not None and number > self.maximum:
            return None
        return number


def parse_parameters(
    value: object, rules: Sequence[ParameterRule], pointer: str, broken: BrokenFields
) -> dict[str, ParameterValue]:
    """Check a request's parameters against all rules; what is absent takes its default."""
    if not isinstance(value, Mapping):
        broken.add(pointer, value, "an object")
        return {}
    names = ", ".join(rule.name for rule in rules) or "no parameter"
    known = {rule.name for rule in rules}
    for key in value:
        if key not in known:
            broken.add(child(pointer, key), value[key], f"this technique knows {names}")
    parsed: dict[str, ParameterValue] = {}
    for rule in rules:
        if rule.name not in value:
            parsed[rule.name] = rule.default
            continue
        accepted = rule.accept(value[rule.name])
        if accepted is None:
            broken.add(child(pointer, rule.name), value[rule.name], rule.allowed)
        else:
            parsed[rule.name] = accepted
    return parsed
