"""The broken fields of a request, and its parameters checked against those that the technique knows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from opencomposer_music.parameter_set import ParameterSet, ParameterValue

from opencomposer_serving.failures import BrokenField

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


def parse_parameters(
    value: object, known: ParameterSet, pointer: str, broken: BrokenFields
) -> dict[str, ParameterValue]:
    """Check a request's parameters against what the technique knows; what is absent takes its default."""
    if not isinstance(value, Mapping):
        broken.add(pointer, value, "an object")
        return {}
    names = ", ".join(known.parameters) or "no parameter"
    for key in value:
        if key not in known.parameters:
            broken.add(child(pointer, key), value[key], f"this technique knows {names}")
    parsed = known.defaults
    for name, parameter in known.parameters.items():
        if name not in value:
            continue
        accepted = parameter.accept(value[name])
        if accepted is None:
            broken.add(child(pointer, name), value[name], parameter.allowed)
        else:
            parsed[name] = accepted
    return parsed
