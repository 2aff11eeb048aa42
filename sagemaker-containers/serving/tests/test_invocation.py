"""Validation of requests: a valid request passes unchanged, and every broken field is found."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencomposer_music.contract import shown
from opencomposer_music.parameter_set import Parameter, ParameterSet
from opencomposer_serving.failures import STATUS_OF_CODE, InvocationFailure
from opencomposer_serving.invocation import (
    MAX_BARS,
    InvocationRequest,
    InvocationRules,
    decode_json,
    parse_invocation,
)

RULES = InvocationRules(
    "unet-gan",
    ParameterSet(
        {
            "properties": {
                "temperature": {"type": "number", "minimum": 0.5, "maximum": 6, "default": 1},
                "passes": {"type": "integer", "minimum": 0, "maximum": 100, "default": 10},
                "locked": {"type": "boolean", "default": True},
            }
        }
    ),
    1_000_000,
)
FIXTURES = Path(__file__).resolve().parents[3] / "contracts/fixtures/invocation-request"


def parse(request: object) -> InvocationRequest:
    return parse_invocation(json.dumps(request).encode(), RULES)


def pointers(request: object) -> set[str]:
    with pytest.raises(InvocationFailure) as caught:
        parse(request)
    assert caught.value.code == "BAD_REQUEST"
    return {field.pointer for field in caught.value.broken_fields}


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    bars = draw(st.integers(1, MAX_BARS))
    steps = bars * 16
    notes = []
    for _ in range(draw(st.integers(1, 12))):
        onset = draw(st.integers(0, steps - 1))
        note = {
            "onset": onset,
            "duration": draw(st.integers(1, steps - onset)),
            "pitch": draw(st.integers(0, 127)),
        }
        if draw(st.booleans()):
            note["velocity"] = draw(st.integers(1, 127))
        notes.append(note)
    model: dict[str, Any] = {
        "sha256": draw(st.text("0123456789abcdef", min_size=64, max_size=64)),
        "bytes": draw(st.integers(1, 1_000_000)),
    }
    if draw(st.booleans()):
        model["url"] = "https://bucket.example/model?signature=x"
    melody: dict[str, Any] = {"stepsPerBeat": 4, "beatsPerBar": 4, "bars": bars, "notes": notes}
    if draw(st.booleans()):
        melody["tempo"] = draw(st.floats(20, 400))
    tracks = {"tracks": [{"name": "Bass", "program": draw(st.integers(0, 127)), "notes": notes[:2]}]}
    return {
        "schemaVersion": 1,
        "technique": "unet-gan",
        "model": model,
        "seed": draw(st.integers(0, 2**31 - 1)),
        "melody": melody,
        **(copy.deepcopy(tracks) if draw(st.booleans()) else {}),
        "parameters": draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "temperature": st.floats(0.5, 6),
                    "passes": st.integers(0, 100),
                    "locked": st.booleans(),
                },
            )
        ),
    }


@given(requests())
def test_a_valid_request_is_parsed_into_what_it_says(request: dict[str, Any]) -> None:
    parsed = parse(request)
    assert parsed.model.sha256 == request["model"]["sha256"]
    assert parsed.model.bytes == request["model"]["bytes"]
    assert parsed.model.url == request["model"].get("url")
    assert parsed.seed == request["seed"]
    assert parsed.melody.steps == 16 * request["melody"]["bars"]
    for note, sent in zip(parsed.melody.notes, request["melody"]["notes"], strict=True):
        assert note._asdict() == {"velocity": 80, **sent}
    assert parsed.melody.tempo == request["melody"].get("tempo", 120)
    for track, sent in zip(parsed.tracks, request.get("tracks", []), strict=True):
        assert (track.name, track.program) == (sent["name"], sent["program"])
        assert [note[:3] for note in track.notes] == [
            (note["onset"], note["duration"], note["pitch"]) for note in sent["notes"]
        ]
    assert parsed.parameters == {"temperature": 1.0, "passes": 10, "locked": True, **request["parameters"]}


def members(value: object, pointer: str = "") -> list[str]:
    """Returns the pointers of everything inside a value."""
    found = []
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        found += [f"{pointer}/{key}", *members(inner, f"{pointer}/{key}")]
    return found


def replaced(request: dict[str, Any], pointer: str, value: object) -> dict[str, Any]:
    changed: dict[str, Any] = copy.deepcopy(request)
    target: Any = changed
    *path, last = pointer.split("/")[1:]
    for key in path:
        target = target[int(key) if isinstance(target, list) else key]
    target[int(last) if isinstance(target, list) else last] = value
    return changed


NEVER_VALID: list[object] = [None, [], {"x": 1}, "", -1, 1e300, 2.5e300, "0" * 10_000, {"deep": [[[]]]}]


@given(requests(), st.data())
def test_a_value_that_no_field_takes_is_reported_at_its_place(request: dict[str, Any], data: st.DataObject) -> None:
    pointer = data.draw(st.sampled_from([name for name in members(request) if name != "/parameters"]))
    value = data.draw(st.sampled_from(NEVER_VALID))
    if pointer == "/model/url" and isinstance(value, str) and value:
        return  # long text is still a URL of sorts; its origin is checked elsewhere
    found = pointers(replaced(request, pointer, value))
    # A broken object is reported as a whole or by its members.
    assert any(name == pointer or name.startswith(pointer + "/") for name in found), (pointer, value, found)


@given(requests(), st.data())
def test_two_broken_fields_are_both_reported(request: dict[str, Any], data: st.DataObject) -> None:
    leaves = ["/schemaVersion", "/technique", "/model/sha256", "/model/bytes", "/seed", "/melody/stepsPerBeat"]
    first, second = data.draw(st.lists(st.sampled_from(leaves), min_size=2, max_size=2, unique=True))
    assert pointers(replaced(replaced(request, first, None), second, -3)) == {first, second}


@given(requests(), st.integers(1, 1000))
def test_a_note_that_ends_after_the_last_bar_is_refused(request: dict[str, Any], beyond: int) -> None:
    request.pop("tracks", None)
    steps = request["melody"]["bars"] * 16
    note = request["melody"]["notes"][0]
    note["duration"] = steps - note["onset"] + beyond
    assert pointers(request) == {"/melody/notes/0/duration"}


def test_the_notes_of_other_tracks_keep_the_rules_of_the_melody_s() -> None:
    note = {"onset": 0, "duration": 1, "pitch": 60}
    late, wrong = {**note, "duration": 17}, {**note, "pitch": 128}
    request = base(1, [note])
    request["tracks"] = [
        {"name": "A", "program": 0, "notes": [note, late]},
        {"name": "B", "program": 0, "notes": [note] * 129},
        {"name": "C", "program": 0, "notes": []},
    ]
    assert pointers(request) == {"/tracks/0/notes/1/duration", "/tracks/1/notes"}
    request["tracks"][1]["notes"] = [wrong, late]
    del request["tracks"][2]["notes"]
    assert pointers(request) == {
        "/tracks/0/notes/1/duration",
        "/tracks/1/notes/0/pitch",
        "/tracks/1/notes/1/duration",
        "/tracks/2/notes",
    }
    request["tracks"] = "none"
    assert pointers({**request, "seed": -1}) == {"/tracks", "/seed"}


@pytest.mark.parametrize("bars", [1, 2, 64])
def test_as_many_notes_as_eight_a_step_and_no_more(bars: int) -> None:
    max_ = bars * 16 * 8
    note = {"onset": 0, "duration": 1, "pitch": 60}
    request = base(bars, [note] * max_)
    assert len(parse(request).melody.notes) == max_
    assert pointers(base(bars, [note] * (max_ + 1))) == {"/melody/notes"}
    assert pointers(base(bars, [])) == {"/melody/notes"}


@pytest.mark.parametrize("bars", [0, 65, -1, 1.5, True, "8", None])
def test_bars_outside_1_to_64_are_refused_and_the_notes_still_checked(bars: object) -> None:
    request = base(bars, [{"onset": 0, "duration": 1, "pitch": 128}])
    assert pointers(request) == {"/melody/bars", "/melody/notes/0/pitch"}


def test_thousands_of_broken_notes_make_a_short_response_that_counts_them() -> None:
    with pytest.raises(InvocationFailure) as caught:
        parse(base(64, [{"onset": -1, "duration": 0, "pitch": 200}] * 8192))
    assert len(caught.value.broken_fields) == 50
    shown_count = caught.value.message.count("(allowed: ")
    assert caught.value.message.endswith(f"; and {3 * 8192 - shown_count} more")
    assert len(caught.value.message) <= 4096
    assert len(json.dumps(caught.value.as_json())) < 20_000


def test_a_url_is_never_repeated_in_a_failure() -> None:
    request = base(1, [{"onset": 0, "duration": 1, "pitch": 60}])
    request["model"]["url"] = "https://bucket.example/secret" + "s" * 9000
    with pytest.raises(InvocationFailure) as caught:
        parse(request)
    assert "secret" not in json.dumps(caught.value.as_json())


def test_unknown_members_are_refused_everywhere() -> None:
    request = base(1, [{"onset": 0, "duration": 1, "pitch": 60, "color": 1}])
    request["color"] = request["model"]["color"] = request["melody"]["color"] = request["parameters"]["color"] = 1
    assert pointers(request) == {
        "/color",
        "/model/color",
        "/melody/color",
        "/melody/notes/0/color",
        "/parameters/color",
    }


def base(bars: object, notes: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "schemaVersion": 1,
        "technique": "unet-gan",
        "model": {"sha256": "0" * 64, "bytes": 1},
        "seed": 0,
        "melody": {"stepsPerBeat": 4, "beatsPerBar": 4, "bars": bars, "notes": notes},
        "parameters": {},
    }


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_any_json_is_either_parsed_or_refused_as_a_bad_request(value: object) -> None:
    try:
        parse_invocation(json.dumps(value, allow_nan=True).encode(), RULES)
    except InvocationFailure as error:
        assert error.code == "BAD_REQUEST"


@given(st.binary(max_size=200))
@settings(max_examples=300)
def test_any_bytes_are_either_json_or_refused(body: bytes) -> None:
    try:
        decode_json(body)
    except InvocationFailure as error:
        assert error.code == "BAD_REQUEST"


@given(
    st.floats(allow_nan=True) | st.integers(),
    st.floats(-100, 100),
    st.floats(0, 100),
)
def test_a_number_is_accepted_exactly_inside_its_range(value: float, minimum: float, width: float) -> None:
    schema = {"type": "number", "default": 0, "minimum": minimum, "maximum": minimum + width}
    accepted = Parameter("x", schema).accept(value)
    inside = math.isfinite(value) and minimum <= value <= minimum + width
    assert (accepted is not None) == inside
    assert not inside or accepted == value


@given(JSON_VALUES)
def test_a_shown_value_is_short(value: object) -> None:
    assert len(shown(value)) <= 80


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.json")), ids=lambda path: path.name)
def test_the_contracts_fixtures_are_judged_as_the_contract_says(path: Path) -> None:
    body = path.read_bytes()
    rules = InvocationRules("unet-gan", ParameterSet({"properties": {}}), 2**30)
    if path.name.startswith("valid-"):
        parse_invocation(body, rules)
    else:
        with pytest.raises(InvocationFailure):
            parse_invocation(body, rules)


def test_the_contract_has_fixtures() -> None:
    names = [path.name for path in FIXTURES.glob("*.json")]
    assert any(name.startswith("valid-") for name in names)
    assert any(name.startswith("invalid-") for name in names)


def test_every_failure_code_is_in_the_contract() -> None:
    schema = json.loads((FIXTURES.parents[1] / "invocation-error.schema.json").read_text())
    assert set(schema["properties"]["code"]["enum"]) == set(STATUS_OF_CODE)
