"""Scores the answers of a listening test: how often each kind was preferred, with intervals."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar, get_args

from opencomposer_evaluation.listening.trials import KINDS, PAIRS, Kind, Trial

Choice = Literal["first", "second", "same"]
CHOICES: tuple[Choice, ...] = get_args(Choice)

AllowedT = TypeVar("AllowedT", bound=str)

Z_95 = 1.959963984540054
"""The quantile of the normal distribution between whose negative and itself lie 95 %."""


class MalformedAnswers(ValueError):
    """A file of answers, or the key, is not one of this test. The message names the file, the field and the value."""


@dataclass(frozen=True)
class Preference:
    """The answers to one comparison: how often `one`, `other` and neither was preferred."""

    one: Kind
    other: Kind
    for_one: int
    for_other: int
    same: int

    @property
    def decided(self) -> int:
        """Returns the number of answers that prefer one of the two."""
        return self.for_one + self.for_other


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """Returns the 95 % interval of a share (Wilson 1927, without continuity correction), which is sound for few trials
    and for shares near 0 and 1. `trials` is at least 1."""
    share, square = successes / trials, Z_95**2
    center = (share + square / (2 * trials)) / (1 + square / trials)
    half = Z_95 / (1 + square / trials) * math.sqrt(share * (1 - share) / trials + square / (4 * trials**2))
    # Rounding must not move a bound past the share itself.
    return max(0.0, min(share, center - half)), min(1.0, max(share, center + half))


def sign_test(successes: int, trials: int) -> float:
    """Returns the probability that a fair coin gives a result at least as uneven as this one (exact, two-sided)."""
    less = min(successes, trials - successes)
    tail = sum(math.comb(trials, k) for k in range(less + 1)) / (1 << trials)
    return min(1.0, 2 * tail)


def preferences(trials: Sequence[Trial], answers: Sequence[Mapping[int, Choice]]) -> list[Preference]:
    """Returns the answers by comparison. answers: of each listener, the choice by the number of the trial, from 0."""
    counted: dict[tuple[Kind, Kind], dict[Kind | None, int]] = {pair: {} for pair in PAIRS}
    for choices in answers:
        for number, choice in choices.items():
            trial = trials[number]
            pair = next(pair for pair in PAIRS if set(pair) == {trial.first, trial.second})
            preferred = {"first": trial.first, "second": trial.second, "same": None}[choice]
            counted[pair][preferred] = counted[pair].get(preferred, 0) + 1
    return [
        Preference(one, other, counts.get(one, 0), counts.get(other, 0), counts.get(None, 0))
        for (one, other), counts in counted.items()
    ]


def read_key(path: Path) -> tuple[str, list[Trial]]:
    """Returns the id of the key's test, and its trials. Raises MalformedAnswers, FileNotFoundError."""
    document = _read_object(path)
    trials: list[Trial] = []
    for number, trial in enumerate(_list_of(path, document, "trials")):
        kinds = [_one_of(path, f"trials[{number}].{place}", trial.get(place), KINDS) for place in ("first", "second")]
        trials.append(Trial(str(trial.get("piece")), kinds[0], kinds[1]))
    return str(document.get("test")), trials


def read_answers(path: Path, test: str, trials: int) -> dict[int, Choice]:
    """Returns a listener's choices by the number of the trial, from 0. Raises MalformedAnswers, FileNotFoundError.

    test: the id of the key's test; trials: the number of its trials.
    """
    document = _read_object(path)
    if document.get("test") != test:
        raise MalformedAnswers(f"{path}: test is {document.get('test')!r}, but the key is of the test {test!r}")
    choices: dict[int, Choice] = {}
    for place, answer in enumerate(_list_of(path, document, "answers")):
        number = answer.get("trial")
        if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= trials:
            raise MalformedAnswers(f"{path}: answers[{place}].trial is {number!r}, allowed is 1 to {trials}")
        if number - 1 in choices:
            raise MalformedAnswers(f"{path}: answers[{place}].trial is {number} a second time, allowed is each once")
        choices[number - 1] = _one_of(path, f"answers[{place}].choice", answer.get("choice"), CHOICES)
    return choices


NAMES: Mapping[Kind, str] = {"bach": "Bach", "ours": "ours now", "before": "release 0.2"}


def result_in_words(found: Sequence[Preference], listeners: int) -> str:
    """Returns the result as Markdown."""
    lines = [
        "| Comparison | preferred the first | preferred the second | no difference | share of the first [95 %] | p |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for one in found:
        row = [f"{NAMES[one.one]} – {NAMES[one.other]}", str(one.for_one), str(one.for_other), str(one.same)]
        if one.decided == 0:
            row += ["no answer prefers one", "–"]
        else:
            low, high = wilson_interval(one.for_one, one.decided)
            share = one.for_one / one.decided
            row += [f"{share:.2f} [{low:.2f}, {high:.2f}]", f"{sign_test(one.for_one, one.decided):.3f}"]
        lines.append(f"| {' | '.join(row)} |")
    people = "1 listener" if listeners == 1 else f"{listeners} listeners"
    return "\n".join(
        [
            *lines,
            "",
            f"Answers of {people}. The share is of the answers that prefer one of the two; its interval is Wilson's, "
            "and p is that of the sign test. Both take answers as independent, which those of several listeners to one "
            "trial are not quite.",
        ]
    )


def _read_object(path: Path) -> dict[str, object]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise MalformedAnswers(f"{path} is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise MalformedAnswers(f"{path} holds {type(document).__name__}, allowed is an object")
    return document


def _list_of(path: Path, document: Mapping[str, object], name: str) -> list[dict[str, object]]:
    value = document.get(name)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise MalformedAnswers(f"{path}: {name} is {str(value)[:60]!r}, allowed is a list of objects")
    return value


def _one_of(path: Path, field: str, value: object, allowed: Sequence[AllowedT]) -> AllowedT:
    for one in allowed:
        if value == one:
            return one
    raise MalformedAnswers(f"{path}: {field} is {value!r}, allowed is {', '.join(allowed)}")
