"""Reads the body of `POST /invocations`, which contracts/invocation-request.schema.json judges.

A server narrows the contract to what it takes: its technique, that technique's parameters, and the largest model file.
JSON Schema cannot say the rules about the notes and the bars (contracts/cases/invocation-melody.json) and those of
parameters that make a range (contracts/cases/ranges-*.json), so they are checked here.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from opencomposer_music.contract import Contract, Fault, broken_rule, is_too_large_to_judge, load_schema
from opencomposer_music.model_metadata import TRAINABLE_BARS
from opencomposer_music.parameter_set import ParameterSet, ParameterValue
from opencomposer_music.piano_roll import DEFAULT_VELOCITY, Note
from opencomposer_music.time_signatures import COMMON_TIME, BarShape

from opencomposer_serving.broken_fields import BrokenFields
from opencomposer_serving.failures import InvocationFailure

SCHEMA_VERSION = 1
MAX_BARS: int = load_schema("invocation-request")["properties"]["melody"]["properties"]["bars"]["maximum"]
MAX_NOTES_PER_STEP = 8
DEFAULT_TEMPO = 120.0
"""The tempo of a melody that names none."""


@dataclass(frozen=True)
class ModelReference:
    """The model to use: its file's sha256 and size in bytes, and the URL of the file (None: a stock model)."""

    sha256: str
    bytes: int
    url: str | None


@dataclass(frozen=True)
class Melody:
    """Notes on the sixteenth grid, all inside `bars` bars, in the order of the request. tempo: quarter notes a minute;
    bar: the shape of the bars."""

    bars: int
    notes: tuple[Note, ...]
    tempo: float = DEFAULT_TEMPO
    bar: BarShape = COMMON_TIME

    @property
    def steps(self) -> int:
        return self.bars * self.bar.steps


@dataclass(frozen=True)
class GivenTrack:
    """Another track of the piece than the melody; `program` is the General MIDI number 0-127."""

    name: str
    program: int
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class InvocationRequest:
    """A request that keeps every rule; absent parameters hold their defaults."""

    technique: str
    model: ModelReference
    seed: int
    melody: Melody
    parameters: Mapping[str, ParameterValue]
    tracks: tuple[GivenTrack, ...] = ()


@dataclass(frozen=True)
class InvocationRules:
    """The rules of one server: its technique, that technique's parameters, and the largest model file in bytes."""

    technique: str
    parameters: ParameterSet
    max_model_bytes: int

    @cached_property
    def contract(self) -> Contract:
        """Returns the contract of requests, narrowed to this server."""
        schema = load_schema("invocation-request")
        members = schema["properties"]
        members["technique"] = {
            "const": self.technique,
            "x-allowed": f'"{self.technique}", which this container serves',
        }
        members["model"]["properties"]["bytes"]["maximum"] = self.max_model_bytes
        members["parameters"] = self.parameters.schema
        return Contract(schema)


def parse_invocation(body: bytes, rules: InvocationRules) -> InvocationRequest:
    """Parses and checks a request's body.

    Raises InvocationFailure BAD_REQUEST that lists every broken field with its value and what is allowed.
    """
    document: Any = decode_json(body)
    broken = BrokenFields()
    if rules.contract.is_kept(document):
        broken.extend(broken_bars(document["melody"]))
        for place in _places_of_notes(document) if not broken.count else ():
            broken.extend(broken_notes(_part(document, place), place=place))
        if not broken.count:
            request = _request_of(document, rules.parameters)
            broken.extend(broken_ranges(request, rules.parameters))
            if not broken.count:
                return request
    else:
        faults = list(rules.contract.faults(document))
        broken.extend(faults)
        broken.extend(_broken_notes_beside(faults, document))
    raise bad_request(broken)


def read_judged_invocation(body: bytes, parameters: ParameterSet) -> InvocationRequest:
    """Reads a body that `parse_invocation` has accepted before. It is not judged again, which would double the time."""
    return _request_of(json.loads(body), parameters)


def broken_bars(melody: Mapping[str, Any]) -> Iterator[Fault]:
    """Yields the fault of bars in which no model is trained, in a melody that keeps the contract otherwise."""
    bar = bar_of(melody)
    allowed = [shape.beats for shape in TRAINABLE_BARS if shape.beat_steps == bar.beat_steps]
    if bar.beats not in allowed:
        rule = f"{' or '.join(map(str, allowed))} with {bar.beat_steps} steps in a beat"
        yield broken_rule(("melody", "beatsPerBar"), bar.beats, rule)


def bar_of(melody: Mapping[str, Any]) -> BarShape:
    """Returns the shape of the bars of a melody that keeps the contract."""
    return BarShape(int(melody["beatsPerBar"]), int(melody["stepsPerBeat"]))


def broken_notes(
    melody: Mapping[str, Any], skipped: Container[int] = (), place: tuple[str, ...] = ("melody",)
) -> Iterator[Fault]:
    """Yields the faults against the rules about notes and bars in a melody that keeps the contract otherwise.

    There are at most eight notes for each step, and every note ends inside the bars. skipped: the indices of notes that
    are not checked; place: where the notes stand in the request, if they are another track's.
    """
    steps = int(melody["bars"]) * bar_of(melody).steps
    notes = melody["notes"]
    max_ = steps * MAX_NOTES_PER_STEP
    if len(notes) > max_:
        allowed = f"a list of 1 to {max_} notes, {MAX_NOTES_PER_STEP} for each step"
        yield broken_rule((*place, "notes"), notes, allowed)
        return
    for index, note in enumerate(notes):
        if index in skipped or note["onset"] + note["duration"] <= steps:
            continue
        note_place = (*place, "notes", str(index))
        onset, duration = int(note["onset"]), int(note["duration"])
        if onset >= steps:
            yield broken_rule((*note_place, "onset"), onset, f"an integer from 0 to {steps - 1}")
        max_duration = steps - onset if onset < steps else steps
        if duration > max_duration:
            allowed = f"an integer from 1 to {max_duration}, so that the note ends inside the {steps} steps"
            yield broken_rule((*note_place, "duration"), duration, allowed)


def _broken_notes_beside(faults: list[Fault], document: Any) -> Iterator[Fault]:
    """Checks the rules about notes and bars as far as possible in a document that breaks the contract elsewhere."""
    places = {fault.path for fault in faults}
    if is_too_large_to_judge(document) or places & {(), ("melody",), ("melody", "notes")}:
        return
    # If the number of bars or their shape is broken, the notes are still checked against the longest piece.
    bars = MAX_BARS if ("melody", "bars") in places else document["melody"]["bars"]
    shaped = places & {("melody", "stepsPerBeat"), ("melody", "beatsPerBar")}
    longest = {"stepsPerBeat": COMMON_TIME.beat_steps, "beatsPerBar": COMMON_TIME.beats} if shaped else {}
    for place in _places_of_notes(document) if ("tracks",) not in places else [("melody",)]:
        if places & {place, (*place, "notes")}:
            continue
        depth = len(place) + 1
        broken = {int(path[depth]) for path in places if path[:depth] == (*place, "notes")}
        yield from broken_notes({**_part(document, place), "bars": bars, **longest}, broken, place)


def _places_of_notes(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Returns the places of the melody and of the other tracks in a request."""
    return [("melody",), *(("tracks", str(index)) for index in range(len(document.get("tracks", ()))))]


def _part(document: Mapping[str, Any], place: tuple[str, ...]) -> Mapping[str, Any]:
    """Returns the melody, or another track with the melody's bars."""
    melody: Mapping[str, Any] = document["melody"]
    return melody if place == ("melody",) else {**melody, "notes": document["tracks"][int(place[1])]["notes"]}


def broken_ranges(request: InvocationRequest, known: ParameterSet) -> list[Fault]:
    """Returns the parameters of an otherwise valid request that contradict each other or its melody."""
    return [
        broken_rule(("parameters", name), value, allowed)
        for name, value, allowed in known.broken_ranges(request.parameters, request.melody.bars)
    ]


def bad_request(broken: BrokenFields) -> InvocationFailure:
    """Returns the failure that reports all broken fields."""
    return InvocationFailure("BAD_REQUEST", f"the request is not valid: {broken.sentence()}", broken.kept)


def decode_json(body: bytes) -> object:
    """Decodes strict JSON in UTF-8: no NaN, no repeated key, no unlimited nesting or number."""

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


def _request_of(document: Mapping[str, Any], parameters: ParameterSet) -> InvocationRequest:
    """Returns the request of a document that keeps the contract. 4.0 is an integer, too, as JSON Schema has it."""
    model, melody = document["model"], document["melody"]
    tracks = [
        GivenTrack(track["name"], int(track["program"]), _notes_of(track["notes"]))
        for track in document.get("tracks", ())
    ]
    return InvocationRequest(
        document["technique"],
        ModelReference(model["sha256"], int(model["bytes"]), model.get("url")),
        int(document["seed"]),
        Melody(
            int(melody["bars"]),
            _notes_of(melody["notes"]),
            float(melody.get("tempo", DEFAULT_TEMPO)),
            bar_of(melody),
        ),
        parameters.completed(document["parameters"]),
        tuple(tracks),
    )


def _notes_of(notes: Iterable[Mapping[str, Any]]) -> tuple[Note, ...]:
    return tuple(
        Note(int(note["onset"]), int(note["duration"]), int(note["pitch"]), int(note.get("velocity", DEFAULT_VELOCITY)))
        for note in notes
    )
