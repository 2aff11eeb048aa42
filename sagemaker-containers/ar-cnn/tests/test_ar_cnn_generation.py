"""Generation from a model file to a re-written piece: the response, the broken fields, and files that are no model."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from opencomposer_ar_cnn.generation import ArCnn, load_network, rewrite_notes
from opencomposer_ar_cnn.model_metadata import parse_metadata
from opencomposer_ar_cnn.nothing_to_edit import NothingToEdit, check_room
from opencomposer_ar_cnn.rewriting import replay
from opencomposer_ar_cnn.sampling_settings import sampling_settings
from opencomposer_music.phrase_ends import derive_phrase_ends
from opencomposer_music.piano_roll import SOUNDING, Note, is_monophonic, notes_to_planes, planes_to_notes
from opencomposer_serving.deadline import Deadline
from opencomposer_serving.failures import InvocationFailure, ModelRejected
from opencomposer_serving.invocation import GivenTrack, InvocationRequest, Melody, ModelReference, broken_ranges
from opencomposer_serving.technique import Generated
from opencomposer_testing.beginnings import breaches, late_tunes
from opencomposer_testing.tiny_network import TinyNetwork
from opencomposer_testing.tiny_training_job import validate

TECHNIQUE = ArCnn(threads=1)
NETWORK = load_network(TinyNetwork().file(), 1)
PARAMETERS = TECHNIQUE.document.parameters
DEFAULTS = PARAMETERS.defaults
DEFAULT_SETTINGS = sampling_settings({})
MELODY = tuple(Note(step, 4, 60 + step // 4 % 12, 90) for step in range(0, 64, 4))
HIGH = tuple(note._replace(pitch=note.pitch + 30) for note in MELODY)
SHORT, LATE = MELODY[:8], MELODY[8:]
FULL = tuple(note._replace(pitch=note.pitch - below) for note in MELODY for below in (0, 4, 7, 12))
OVERFULL = tuple(note._replace(pitch=note.pitch - below) for note in MELODY for below in range(0, 18, 2))
"""Four notes at once, as many as the tiny network's training music has, and more than twice as many."""


def request(bars: int = 4, notes: tuple[Note, ...] = MELODY, seed: int = 0, **parameters: Any) -> InvocationRequest:
    reference = ModelReference("0" * 64, 1, None)
    return InvocationRequest("ar-cnn", reference, seed, Melody(bars, notes), {**DEFAULTS, **parameters})


def generate(**given_members: Any) -> Generated:
    return TECHNIQUE.generate(NETWORK, request(**given_members), Deadline.after(60))


def test_the_parameters_are_the_originals_and_ours() -> None:
    first = list(PARAMETERS.parameters.items())[:4]
    ranges = {name: parameter.allowed.partition(" from ")[2] for name, parameter in first}
    assert ranges == {
        "maxPercentageOfInitialNotesRemoved": "0 to 100",
        "maxNotesAdded": "50 to 1000",
        "samplingIterations": "0 to 100",
        "temperature": "0.5 to 6",
    }
    assert all(one.accept(one.default) == one.default for one in PARAMETERS.parameters.values())


def test_an_unlocked_piece_comes_back_as_one_melody_with_its_edits() -> None:
    generated = generate(melodyLock=False)
    assert len(generated.tracks) == 0
    rewritten = generated.extra["melody"]
    events = generated.extra["editEvents"]
    assert isinstance(rewritten, dict)
    assert isinstance(events, list)
    assert len(events) == generated.metrics["editCount"] > 0
    notes = [Note(**note) for note in rewritten["notes"]]
    roll = notes_to_planes(MELODY, 64)[SOUNDING].copy()
    for event in events:
        roll[event["step"], event["pitch"]] = event["kind"] == "add"
    assert np.array_equal(roll, notes_to_planes(notes, 64)[SOUNDING])
    assert {note.velocity for note in notes} <= {80, 90}
    assert generated.extra["phraseEnds"] == derive_phrase_ends(notes_to_planes(notes, 64))


def test_a_locked_melody_is_left_and_gets_lines_each_a_track() -> None:
    generated = generate()
    assert "melody" not in generated.extra
    assert [(track.name, track.program) for track in generated.tracks] == [("Alto", 19), ("Tenor", 19), ("Bass", 19)]
    added = np.zeros((64, 128), dtype=np.bool_)
    for track in generated.tracks:
        assert is_monophonic(track.notes)
        added |= notes_to_planes(track.notes, 64)[SOUNDING]
    added &= ~notes_to_planes(MELODY, 64)[SOUNDING]
    assert generated.metrics["removedCells"] == 0
    assert generated.metrics["addedCells"] == added.sum()
    events = generated.extra["editEvents"]
    assert isinstance(events, list)
    roll = np.zeros((64, 128), dtype=np.bool_)
    for event in events:
        roll[event["step"], event["pitch"]] = event["kind"] == "add"
    assert np.array_equal(roll, added)
    assert generated.extra["phraseEnds"] == derive_phrase_ends(notes_to_planes(MELODY, 64))


LOWER = tuple(note._replace(pitch=note.pitch - 9, velocity=70) for note in MELODY[:12])


@pytest.mark.parametrize("locked", [True, False])
def test_a_piece_of_several_tracks_is_re_written_on_one_roll(locked: bool) -> None:
    tracks = (GivenTrack("Alto", 19, LOWER), GivenTrack("Silent", 19, ()))
    whole = replace(request(melodyLock=locked, temperature=6.0), tracks=tracks)
    generated = TECHNIQUE.generate(NETWORK, whole, Deadline.after(60))
    assert len(generated.tracks) == 0
    rewritten, events = generated.extra["melody"], generated.extra["editEvents"]
    assert isinstance(rewritten, dict)
    assert isinstance(events, list)
    result = notes_to_planes([Note(**note) for note in rewritten["notes"]], 64)[SOUNDING]
    given_planes = notes_to_planes([*MELODY, *LOWER], 64)
    roll = given_planes[SOUNDING].copy()
    for event in events:
        assert event["original"] == given_planes[SOUNDING, event["step"], event["pitch"]]
        roll[event["step"], event["pitch"]] = event["kind"] == "add"
    assert np.array_equal(roll, result)
    melody = notes_to_planes(MELODY, 64)
    # With the lock, the first track alone stays, and no other cell is locked.
    assert bool((result & melody[SOUNDING]).sum() == melody[SOUNDING].sum()) == locked
    assert generated.metrics["removedCells"] > 0
    if locked:
        assert generated.extra["phraseEnds"] == derive_phrase_ends(melody)


def test_a_track_in_which_nothing_sounds_makes_no_piece_of_several() -> None:
    alone = replace(request(), tracks=(GivenTrack("Silent", 19, ()),))
    assert TECHNIQUE.generate(NETWORK, alone, Deadline.after(60)) == generate()


def test_without_voice_leading_the_added_notes_are_one_track() -> None:
    generated = generate(voiceLeading=False)
    assert "melody" not in generated.extra
    (track,) = generated.tracks
    assert (track.name, track.program) == ("Accompaniment", 19)
    assert track.notes
    added = notes_to_planes(track.notes, 64)[SOUNDING]
    assert not (added & notes_to_planes(MELODY, 64)[SOUNDING]).any()
    assert generated.metrics["removedCells"] == 0
    assert generated.metrics["addedCells"] == added.sum()


@given(late_tunes(), st.integers(0, 2**31 - 1), st.booleans(), st.booleans())
@settings(max_examples=30)
def test_nothing_begins_before_a_locked_melody(
    tune: tuple[tuple[Note, ...], int], seed: int, voice_leading: bool, ending: bool
) -> None:
    notes, bars = tune
    generated = generate(bars=bars, notes=notes, seed=seed, voiceLeading=voice_leading, ending=ending)
    assert breaches(notes, generated.tracks) == []
    assert ("remarks" in generated.extra) == (not generated.tracks)


SILENT = load_network(TinyNetwork(scale=0.0, level=-30.0).file(), 1)
"""A model that wants nothing."""


def remarks_of(generated: Generated) -> list[str]:
    remarks = generated.extra["remarks"]
    assert isinstance(remarks, list)
    return remarks


ENOUGH = "the model takes it for enough. More density, another temperature or another seed may change that."
AS_IT_IS = "the model wants it as it is. Another density, another temperature or another seed may change that."


def within(limits: str) -> str:
    return f"the model found nothing to write within the limits of {limits}. Wider limits may let it write more."


@pytest.mark.parametrize("voice_leading", [True, False])
@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({}, f": {ENOUGH}"),
        ({"samplingIterations": 0, "minProbability": 0.95}, ", because samplingIterations is 0."),
        ({"minProbability": 0.95}, f": {within('minProbability (0.95)')}"),
        ({"highestPitch": 40}, f": {within('highestPitch (40)')}"),
        (
            {"firstBar": 2, "lastBar": 3, "lowestPitch": 40},
            f": {within('firstBar (2), lastBar (3) and lowestPitch (40)')}",
        ),
        # The model writes neither below nor above these.
        ({"lowestPitch": 20, "highestPitch": 120, "firstBar": 1, "lastBar": 4}, f": {ENOUGH}"),
    ],
)
def test_a_locked_melody_to_which_nothing_is_added_gets_no_track_and_a_remark(
    voice_leading: bool, parameters: dict[str, Any], reason: str
) -> None:
    generated = TECHNIQUE.generate(SILENT, request(voiceLeading=voice_leading, **parameters), Deadline.after(60))
    assert generated.tracks == []
    assert generated.metrics["addedCells"] == 0
    assert remarks_of(generated) == [f"Nothing was added to the melody{reason}"]


@pytest.mark.parametrize(
    ("parameters", "limits"),
    [
        ({"samplingIterations": 1}, "samplingIterations (1 of 100)"),
        ({"samplingIterations": 2, "minProbability": 0.1}, "samplingIterations (2 of 100) and minProbability (0.1)"),
        ({"maxNotesAdded": 50}, "maxNotesAdded (50)"),
    ],
)
def test_lines_of_which_only_a_part_may_be_written_name_what_leaves_only_that(
    parameters: dict[str, Any], limits: str
) -> None:
    generated = TECHNIQUE.generate(SILENT, request(**parameters), Deadline.after(60))
    assert remarks_of(generated) == [f"Nothing was added to the melody: {within(limits)}"]


def test_one_sampling_iteration_leaves_lines_no_beat_and_says_so() -> None:
    generated = generate(samplingIterations=1)
    assert generated.tracks == []
    assert remarks_of(generated) == [f"Nothing was added to the melody: {within('samplingIterations (1 of 100)')}"]


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({}, f": {AS_IT_IS}"),
        ({"samplingIterations": 0}, ", because samplingIterations is 0."),
        # One edit at least would be made.
        ({"samplingIterations": 1}, f": {AS_IT_IS}"),
        ({"minProbability": 0.75}, f": {within('minProbability (0.75)')}"),
        (
            {"maxPercentageOfInitialNotesRemoved": 0, "lastBar": 1},
            f": {within('lastBar (1) and maxPercentageOfInitialNotesRemoved (0)')}",
        ),
    ],
)
def test_a_piece_in_which_nothing_is_changed_stays_as_it_is_and_gets_a_remark(
    parameters: dict[str, Any], reason: str
) -> None:
    generated = TECHNIQUE.generate(SILENT, request(melodyLock=False, **parameters), Deadline.after(60))
    assert generated.metrics["editCount"] == 0
    assert generated.extra["melody"] == {"notes": [note._asdict() for note in MELODY]}
    assert remarks_of(generated) == [f"Nothing was changed in the piece{reason}"]


def test_what_was_written_needs_no_remark() -> None:
    assert "remarks" not in generate(melodyLock=False).extra
    assert "remarks" not in generate(highestPitch=60).extra


def test_a_line_for_which_no_note_is_left_gets_no_track() -> None:
    tracks = generate(maxNotesAdded=50).tracks
    assert [track.name for track in tracks] == ["Bass"]
    assert tracks[0].notes


@pytest.mark.parametrize("locked", [True, False])
def test_responses_keep_the_contract(locked: bool) -> None:
    generated = generate(melodyLock=locked)
    response = {
        "schemaVersion": 1,
        "technique": "ar-cnn",
        "modelSha256": "0" * 64,
        "tracks": [
            {"name": track.name, "program": track.program, "notes": [note._asdict() for note in track.notes]}
            for track in generated.tracks
        ],
        "metrics": dict(generated.metrics),
        **generated.extra,
        "seconds": 0.1,
    }
    validate("invocation-response", json.loads(json.dumps(response, allow_nan=False)))


@given(st.integers(1, 64), st.integers(0, 2**31 - 1), st.booleans())
@example(1, 1, True)
@example(64, 2, False)
@settings(max_examples=4, deadline=None)
def test_every_length_up_to_64_bars(bars: int, seed: int, locked: bool) -> None:
    notes = [Note(step, 4, 60 + step // 4 % 12) for step in range(0, bars * 16, 4)]
    chosen = replace(DEFAULT_SETTINGS, sampling_iterations=6, melody_lock=locked)
    result = rewrite_notes(NETWORK, notes, bars, chosen, seed)
    piece = notes_to_planes(notes, bars * 16)
    assert result.planes.shape == piece.shape
    assert np.array_equal(replay(piece[SOUNDING], result.events), result.planes[SOUNDING])
    again = rewrite_notes(NETWORK, notes, bars, chosen, seed)
    assert again.events == result.events
    assert planes_to_notes(again.planes) == planes_to_notes(result.planes)


def test_threads_do_not_change_the_edits() -> None:
    threaded = load_network(TinyNetwork().file(), 2)
    one, two = (rewrite_notes(network, MELODY, 4, DEFAULT_SETTINGS, 3).events for network in (NETWORK, threaded))
    assert one == two


@pytest.mark.parametrize(
    ("parameters", "pointers"),
    [
        ({"firstBar": 5}, ["/parameters/firstBar"]),
        ({"lastBar": 5}, ["/parameters/lastBar"]),
        ({"firstBar": 3, "lastBar": 2}, ["/parameters/lastBar"]),
        ({"lowestPitch": 61, "highestPitch": 60}, ["/parameters/highestPitch"]),
        ({"firstBar": 64, "lowestPitch": 9, "highestPitch": 0}, ["/parameters/firstBar", "/parameters/highestPitch"]),
        ({"firstBar": 4, "lastBar": 4, "lowestPitch": 60, "highestPitch": 60}, []),
        ({"firstBar": 4, "lastBar": 0}, []),
    ],
)
def test_a_region_outside_of_the_piece_is_named(parameters: dict[str, Any], pointers: list[str]) -> None:
    assert [field.pointer for field in broken_ranges(request(**parameters), PARAMETERS)] == pointers


@pytest.mark.parametrize(
    ("parameters", "fields"),
    [
        ({"lowestPitch": 110}, [("lowestPitch", "an integer from 0 to 64")]),
        ({"highestPitch": 20}, [("highestPitch", "an integer from 36 to 127")]),
        ({"lowestPitch": 110, "melodyLock": False}, [("lowestPitch", "an integer from 0 to 99")]),
        ({"highestPitch": 20, "voiceLeading": False}, [("highestPitch", "an integer from 36 to 127")]),
        # Only the octave in which the voices of a high melody lie excludes this region.
        ({"notes": HIGH, "highestPitch": 50}, [("highestPitch", "an integer from 60 to 127")]),
        ({"notes": LATE, "lastBar": 1}, [("lastBar", "an integer from 3 to 4, or 0 for the last")]),
        ({"notes": SHORT, "firstBar": 3}, [("firstBar", "an integer from 1 to 2")]),
        (
            {"notes": SHORT, "firstBar": 3, "lowestPitch": 110},
            [("lowestPitch", "an integer from 0 to 64"), ("firstBar", "an integer from 1 to 2")],
        ),
        # The region is the pitch that the melody holds.
        (
            {"notes": (Note(0, 64, 60),), "lowestPitch": 60, "highestPitch": 60, "aboveMelody": True},
            [("highestPitch", "a region that holds more of the pitches 36 to 76 than the melody's own")],
        ),
        # The melody lies below all lines.
        (
            {"notes": (Note(0, 64, 23),)},
            [("aboveMelody", "true, because nothing that this model writes lies below this melody")],
        ),
        (
            {"notes": FULL},
            [("density", "a higher one up to 2, because the melody alone has as many notes at once")],
        ),
        (
            {"notes": FULL, "voiceLeading": False},
            [("density", "a higher one up to 2, because the melody alone has as many notes at once")],
        ),
        (
            {"notes": FULL, "lowestPitch": 110},
            [
                ("density", "a higher one up to 2, because the melody alone has as many notes at once"),
                ("lowestPitch", "an integer from 0 to 64"),
            ],
        ),
        (
            {"notes": (Note(0, 16, 23),), "firstBar": 2, "highestPitch": 20},
            [
                ("aboveMelody", "true, because nothing that this model writes lies below this melody"),
                ("highestPitch", "an integer from 24 to 127"),
                ("firstBar", "an integer from 1 to 1"),
            ],
        ),
        ({"notes": OVERFULL}, []),
    ],
)
def test_a_request_that_leaves_nothing_to_edit_is_refused_with_what_would_leave_something(
    parameters: dict[str, Any], fields: list[tuple[str, str]]
) -> None:
    with pytest.raises(InvocationFailure) as caught:
        generate(**parameters)
    assert caught.value.code == "BAD_REQUEST"
    expected = [(f"/parameters/{name}", allowed) for name, allowed in fields]
    assert [(field.pointer, field.allowed) for field in caught.value.broken_fields] == expected
    # What is said to be allowed is enough.
    if fields:
        generate(**{**parameters, **{name: WIDEST[name] for name, _ in fields}})


ALLOWED_INTEGERS = re.compile(r"an integer from (\d+) to (\d+)")
WIDEST: dict[str, Any] = {
    "lowestPitch": 0,
    "highestPitch": 127,
    "firstBar": 1,
    "lastBar": 0,
    "aboveMelody": True,
    "density": 2.0,
}


def refusal(notes: tuple[Note, ...], parameters: dict[str, Any]) -> NothingToEdit | None:
    try:
        check_room(notes_to_planes(notes, 64), sampling_settings(parameters), NETWORK.metadata.edit_limits)
    except NothingToEdit as error:
        return error
    return None


@given(
    notes=st.sampled_from(
        [MELODY, HIGH, SHORT, LATE, FULL, (Note(0, 64, 23),), (Note(0, 16, 23), Note(32, 32, 72)), (Note(48, 16, 100),)]
    ),
    pitches=st.lists(st.integers(0, 127), min_size=2, max_size=2).map(sorted),
    bars=st.lists(st.integers(1, 4), min_size=2, max_size=2).map(sorted),
    others=st.fixed_dictionaries({"voiceLeading": st.booleans(), "aboveMelody": st.booleans()}),
    end=st.sampled_from([0, 1]),
)
@settings(max_examples=300, deadline=None)
def test_who_follows_a_refusal_is_not_refused_again(
    notes: tuple[Note, ...], pitches: list[int], bars: list[int], others: dict[str, Any], end: int
) -> None:
    region = dict(zip(("lowestPitch", "highestPitch", "firstBar", "lastBar"), (*pitches, *bars), strict=True))
    asked = region | others
    refused = refusal(notes, asked)
    if refused is None:
        return
    assert refused.allowed
    assert refusal(notes, asked | {name: WIDEST[name] for name in refused.allowed}) is None
    bounds = {name: ALLOWED_INTEGERS.match(rule) for name, rule in refused.allowed.items()}
    if "density" not in bounds and all(found or name == "aboveMelody" for name, found in bounds.items()):
        at_bounds = {name: int(found.groups()[end]) if found else True for name, found in bounds.items()}
        assert refusal(notes, asked | at_bounds) is None


def test_a_piece_longer_than_its_model_allows_is_refused() -> None:
    short = load_network(TinyNetwork(max_bars=3).file(), 1)
    with pytest.raises(InvocationFailure) as caught:
        TECHNIQUE.generate(short, request(), Deadline.after(60))
    assert [field.pointer for field in caught.value.broken_fields] == ["/melody/bars"]


def test_work_ends_when_its_time_is_over() -> None:
    with pytest.raises(InvocationFailure) as caught:
        TECHNIQUE.generate(NETWORK, request(), Deadline.after(0))
    assert caught.value.code == "DEADLINE_EXCEEDED"


# ------------------------------------------------------------------------------------------ files that are no models


def renamed_input(model: onnx.ModelProto) -> None:
    for node in model.graph.node:
        for index, name in enumerate(node.input):
            if name == "density":
                node.input[index] = "destiny"
    model.graph.input[1].name = "destiny"


def fixed_length(model: onnx.ModelProto) -> None:
    axis = model.graph.input[0].type.tensor_type.shape.dim[2]
    axis.ClearField("dim_param")
    axis.dim_value = 32


def no_metadata(model: onnx.ModelProto) -> None:
    del model.metadata_props[:]


def deep_metadata(model: onnx.ModelProto) -> None:
    model.metadata_props[0].value = "[" * 60_000


@pytest.mark.parametrize(
    ("corrupt", "reason"),
    [
        (renamed_input, "its inputs are destiny, planes"),
        (fixed_length, "input planes has shape [any, 4, 32, 128]"),
        (no_metadata, "metadata"),
        (deep_metadata, ""),
    ],
)
def test_a_file_that_breaks_a_rule_is_rejected_with_its_reason(
    corrupt: Callable[[onnx.ModelProto], None], reason: str
) -> None:
    model = TinyNetwork().message()
    corrupt(model)
    with pytest.raises(ModelRejected) as caught:
        load_network(model.SerializeToString(), 1)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("tiny", "reason"),
    [
        (TinyNetwork(technique="unet-gan"), "'unet-gan'"),
        (TinyNetwork(max_bars=0), "maxBars"),
        (TinyNetwork(density=0), "density"),
        (TinyNetwork(scale=float("nan")), "finite"),
    ],
)
def test_metadata_or_weights_that_make_no_sense_are_rejected(tiny: TinyNetwork, reason: str) -> None:
    with pytest.raises(ModelRejected) as caught:
        rewrite_notes(load_network(tiny.file(), 1), MELODY, 4, DEFAULT_SETTINGS, 0)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schemaVersion",), 2),
        (("technique",), None),
        (("voices",), []),
        (("voices", 0), "Soprano"),
        (("voices", 0, "name"), ""),
        (("voices", 1, "program"), 128),
        (("voices", 1, "highestPitch"), 0),
        (("limits",), None),
        (("limits", "stepsPerBeat"), 6),
        (("limits", "stepsPerBeat"), 5),
        (("limits", "highestPitch"), 40),
        (("density",), True),
        (("density",), 1e9),
    ],
)
def test_each_broken_member_of_the_metadata_is_refused(path: tuple[str | int, ...], value: object) -> None:
    text = TinyNetwork().metadata().to_json()
    assert parse_metadata(text) == TinyNetwork().metadata()
    data: Any = json.loads(text)
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(ValueError, match=r"."):
        parse_metadata(json.dumps(data))


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
@settings(max_examples=20, deadline=None)
def test_any_json_is_parsed_or_refused_by_a_sentence(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_metadata(json.dumps(value))


FILE = TinyNetwork().file()


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
@settings(deadline=None, max_examples=40)
def test_a_flipped_byte_is_rejected_or_harmless_but_never_another_error(position: int, flip: int) -> None:
    damaged = bytearray(FILE)
    damaged[position] ^= flip
    try:
        rewrite_notes(load_network(bytes(damaged), 1), MELODY, 4, replace(DEFAULT_SETTINGS, sampling_iterations=3), 0)
    except ModelRejected:
        return
