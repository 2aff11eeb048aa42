"""Collects and counts the broken fields of a request, and words the sentence about them."""

from __future__ import annotations

from collections.abc import Iterable

from opencomposer_music.contract import Fault

from opencomposer_serving.failures import BrokenField

MAX_BROKEN_FIELDS_SHOWN = 50
MAX_SENTENCE_CHARACTERS = 3500


class BrokenFields:
    """Collects every broken field of a request, but keeps only the first so many.

    A request may hold thousands of broken notes; the response must stay readable and small.
    """

    def __init__(self) -> None:
        self.kept: list[BrokenField] = []
        self.count = 0

    def extend(self, faults: Iterable[Fault]) -> None:
        """Counts broken fields, and keeps those that are among the first."""
        for fault in faults:
            self.count += 1
            if len(self.kept) < MAX_BROKEN_FIELDS_SHOWN:
                self.kept.append(broken_field(fault))

    def sentence(self) -> str:
        """Returns one line of text that names as many broken fields as a message may hold, and counts the rest."""
        parts: list[str] = []
        length = 0
        for field in self.kept:
            part = field.sentence()
            if parts and length + len(part) > MAX_SENTENCE_CHARACTERS:
                break
            parts.append(part)
            length += len(part) + 2
        rest = self.count - len(parts)
        more = f"; and {rest} more" if rest else ""
        return "; ".join(parts) + more


def broken_field(fault: Fault) -> BrokenField:
    """Turns a fault that the contract's schema found into the broken field that the caller is told of."""
    if fault.kind == "missing":
        return BrokenField(fault.pointer, None, fault.allowed)
    allowed = f"no such member; {fault.allowed}" if fault.kind == "unknown" else fault.allowed
    return BrokenField(fault.pointer, fault.shown_value, allowed)
