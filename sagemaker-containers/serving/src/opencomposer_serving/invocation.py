"""The body of `POST /invocations`: parsed and checked in one pass (contracts/invocation-request.schema.json).

The frame is written by hand over the contract, since the rules that matter most (notes inside the bars, as many notes
as the bars can hold) are beyond JSON Schema, and since a schema library stops at the first broken field. A test holds
it against the contract's fixtures. The technique's document says which parameters there are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from opencomposer_music.parameter_set import ParameterSet, ParameterValue
from opencomposer_music.piano_roll import BEATS_PER_BAR, DEFAULT_VELOCITY, STEPS_PER_BAR, STEPS_PER_BEAT, Note

from opencomposer_serving.broken_fields import (
    BrokenFields,
    as_integer,
    child,
    parse_parameters,
    shown,
)
from opencomposer_serving.failures import BrokenField, InvocationFailure

SCHEMA_VERSION = 1
MAX_BARS = 64
MAX_NOTES_PER_STEP = 8
MAX_SEED = 2**31 - 1
MAX_URL_CHARACTERS = 8192
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class ModelReference:
    """Which model to use: its file's sha256 and size in bytes, and where to get it (None: a stock model)."""

    sha256: str
    bytes: int
    url: str | None


@dataclass(frozen=True)
class Melody:
    """Notes on the sixteenth grid in 4/4, all inside `bars` bars, in the order they came."""

    bars: int
    notes: tuple[Note, ...]

    @property
    def steps(self) -> int:
        return self.bars * STEPS_PER_BAR


@dataclass(frozen=True)
class InvocationRequest:
    """A request that keeps every rule; absent parameters hold their defaults."""

    technique: str
    model: ModelReference
    seed: int
    melody: Melody
    parameters: Mapping[str, ParameterValue]


@dataclass(frozen=True)
class InvocationRules:
    """What one server accepts: its technique, that technique's parameters, and the largest model file in bytes."""

    technique: str
    parameters: ParameterSet
    max_model_bytes: int


def parse_invocation(body: bytes, rules: InvocationRules) -> InvocationRequest:
    """Parse and check a request's body.

    Raises InvocationFailure BAD_REQUEST that lists every broken field with its value and what is allowed.
    """
    broken = BrokenFields()
    request = _parse_request(decode_json(body), rules, broken)
    if request is not None and not broken.count:
        broken.extend(broken_ranges(request, rules.parameters))
    if request is None or broken.count:
        raise bad_request(broken)
    return request


def broken_ranges(request: InvocationRequest, known: ParameterSet) -> list[BrokenField]:
    """Return the parameters of an otherwise valid request that contradict each other or its melody."""
    return [
        BrokenField(child("/parameters", name), shown(value), allowed)
        for name, value, allowed in known.broken_ranges(request.parameters, request.melody.bars)
    ]


def bad_request(broken: BrokenFields) -> InvocationFailure:
    """The failure that reports all broken fields."""
    return InvocationFailure("BAD_REQUEST", f"the request is not valid: {broken.sentence()}", broken.kept)


def decode_json(body: bytes) -> object:
    """Decode strict JSON in UTF-8: no NaN, no repeated key, no boundless nesting or number."""

    def refuse_constant(name: str) -> object:
        raise ValueError(f"{name} is not JSON")

    def refuse_repeated_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
        members = dict(pairs)
        if len(members) != len(pairs):
            raise ValueError("an object repeats a key")
        return members

    try:
        value: object = json.loads(
            body.decode("utf-8"), parse_constant=refuse_constant, object_pairs_hook=refuse_repeated_keys
        )
    except RecursionError:
        raise InvocationFailure("BAD_REQUEST", "the body is not usable JSON: it is nested too deeply") from None
    except UnicodeDecodeError:
        raise InvocationFailure("BAD_REQUEST", "the body is not JSON: it is not UTF-8 text") from None
    except ValueError as error:
        raise InvocationFailure("BAD_REQUEST", f"the body is not JSON: {str(error)[:200]}") from None
    return value


def _parse_request(value: object, rules: InvocationRules, broken: BrokenFields) -> InvocationRequest | None:
    if not isinstance(value, Mapping):
        broken.add("", value, "an object")
        return None
    _check_members(
        value, "", required=("schemaVersion", "technique", "model", "seed", "melody", "parameters"), broken=broken
    )
    if "schemaVersion" in value and as_integer(value["schemaVersion"]) != SCHEMA_VERSION:
        broken.add("/schemaVersion", value["schemaVersion"], str(SCHEMA_VERSION))
    if "technique" in value and value["technique"] != rules.technique:
        broken.add("/technique", value["technique"], f'"{rules.technique}", which this container serves')
    model = _parse_model(value["model"], rules, broken) if "model" in value else None
    seed = _integer(value, "", "seed", 0, MAX_SEED, broken)
    melody = _parse_melody(value["melody"], broken) if "melody" in value else None
    parameters = (
        parse_parameters(value["parameters"], rules.parameters, "/parameters", broken)
        if "parameters" in value
        else None
    )
    if model is None or seed is None or melody is None or parameters is None:
        return None
    return InvocationRequest(rules.technique, model, seed, melody, parameters)


def _parse_model(value: object, rules: InvocationRules, broken: BrokenFields) -> ModelReference | None:
    if not isinstance(value, Mapping):
        broken.add("/model", value, "an object with sha256, bytes and, unless it is a stock model, url")
        return None
    _check_members(value, "/model", required=("sha256", "bytes"), optional=("url",), broken=broken)
    sha256: str | None = None
    if "sha256" in value:
        candidate = value["sha256"]
        if isinstance(candidate, str) and SHA256.fullmatch(candidate):
            sha256 = candidate
        else:
            broken.add("/model/sha256", candidate, "64 lower-case hexadecimal digits")
    size = _integer(value, "/model", "bytes", 1, rules.max_model_bytes, broken)
    url: str | None = None
    if "url" in value:
        candidate = value["url"]
        if isinstance(candidate, str) and 1 <= len(candidate) <= MAX_URL_CHARACTERS:
            url = candidate
        else:
            # A URL carries a signature, so its text is never shown.
            broken.add("/model/url", type(candidate).__name__, f"text of 1 to {MAX_URL_CHARACTERS} characters")
    return None if sha256 is None or size is None else ModelReference(sha256, size, url)


def _parse_melody(value: object, broken: BrokenFields) -> Melody | None:
    if not isinstance(value, Mapping):
        broken.add("/melody", value, "an object with stepsPerBeat, beatsPerBar, bars and notes")
        return None
    _check_members(value, "/melody", required=("stepsPerBeat", "beatsPerBar", "bars", "notes"), broken=broken)
    for name, only in (("stepsPerBeat", STEPS_PER_BEAT), ("beatsPerBar", BEATS_PER_BAR)):
        if name in value and as_integer(value[name]) != only:
            broken.add(f"/melody/{name}", value[name], str(only))
    bars = _integer(value, "/melody", "bars", 1, MAX_BARS, broken)
    if "notes" not in value:
        return None
    notes = value["notes"]
    # With broken bars the notes are still checked, against the longest piece.
    steps = (bars or MAX_BARS) * STEPS_PER_BAR
    most = steps * MAX_NOTES_PER_STEP
    if not isinstance(notes, list) or not 1 <= len(notes) <= most:
        broken.add("/melody/notes", notes, f"a list of 1 to {most} notes ({MAX_NOTES_PER_STEP} a step)")
        return None
    parsed = [_parse_note(note, child("/melody/notes", index), steps, broken) for index, note in enumerate(notes)]
    kept = tuple(note for note in parsed if note is not None)
    return None if bars is None else Melody(bars, kept)


def _parse_note(value: object, pointer: str, steps: int, broken: BrokenFields) -> Note | None:
    if not isinstance(value, Mapping):
        broken.add(pointer, value, "an object with onset, duration and pitch")
        return None
    _check_members(value, pointer, required=("onset", "duration", "pitch"), optional=("velocity",), broken=broken)
    onset = _integer(value, pointer, "onset", 0, steps - 1, broken)
    duration = _integer(value, pointer, "duration", 1, steps, broken)
    pitch = _integer(value, pointer, "pitch", 0, 127, broken)
    velocity = _integer(value, pointer, "velocity", 1, 127, broken) if "velocity" in value else DEFAULT_VELOCITY
    if onset is None or duration is None or pitch is None or velocity is None:
        return None
    if onset + duration > steps:
        broken.add(
            child(pointer, "duration"),
            duration,
            f"1 to {steps - onset}, so that the note ends inside the {steps} steps",
        )
        return None
    return Note(onset, duration, pitch, velocity)


def _integer(
    value: Mapping[str, object], pointer: str, name: str, minimum: int, maximum: int, broken: BrokenFields
) -> int | None:
    """The member as an int in [minimum, maximum], or None; a missing one has been reported by `_check_members`."""
    if name not in value:
        return None
    number = as_integer(value[name])
    if number is None or not minimum <= number <= maximum:
        broken.add(child(pointer, name), value[name], f"an integer from {minimum} to {maximum}")
        return None
    return number


def _check_members(
    value: Mapping[str, object],
    pointer: str,
    *,
    required: tuple[str, ...],
    optional: tuple[str, ...] = (),
    broken: BrokenFields,
) -> None:
    known = required + optional
    for name in required:
        if name not in value:
            broken.add_missing(child(pointer, name), "required")
    for key in value:
        if key not in known:
            broken.add(child(pointer, key), value[key], "no such member; known are " + ", ".join(known))
