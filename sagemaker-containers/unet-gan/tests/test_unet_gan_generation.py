"""Generation from a melody to an accompaniment: seeds, ranges, no empty bar, and every kind of file that is no
model."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper
from opencomposer_music.decoding import encode_melody
from opencomposer_music.ending import approach_of, last_notes
from opencomposer_music.melody_register import LOWEST_OF_ALL
from opencomposer_music.metrics import measure_composition
from opencomposer_music.model_metadata import Voice
from opencomposer_music.phrase_ends import derive_phrase_end_steps
from opencomposer_music.piano_roll import ONSET, SOUNDING, Note, Planes, is_monophonic, notes_to_planes, planes_to_notes
from opencomposer_music.voice_leading import REST, Line, line_of
from opencomposer_serving.deadline import Deadline
from opencomposer_serving.failures import ModelRejected
from opencomposer_serving.invocation import InvocationRequest, Melody, ModelReference
from opencomposer_serving.technique import Generated
from opencomposer_testing.beginnings import breaches, late_tunes
from opencomposer_testing.tiny_generator import VOICES, TinyGenerator
from opencomposer_unet_gan.generation import (
    LoadedGenerator,
    UnetGan,
    accompany,
    end,
    fill_drums,
    fill_empty_bars,
    heard_voices,
    hearing_shift,
    highest_line,
    load_generator,
    note_probabilities,
)

GENERATOR = load_generator(TinyGenerator().file(), 1)
SILENT = load_generator(TinyGenerator(rest_bias=12.0, scale=0.1, pitch_temperature=0.1).file(), 1)
TREMBLING = load_generator(TinyGenerator(rest_bias=6.0, scale=0.1, pitch_temperature=0.01).file(), 1)


DRUMS = Voice("Drums", 0, "drums", 36, 51)
WITH_DRUMS = load_generator(TinyGenerator(voices=(*VOICES[:2], DRUMS, VOICES[3])).file(), 1)


def generate(
    notes: Sequence[Note], bars: int, seed: int, *, model: LoadedGenerator = GENERATOR, ending: bool = True
) -> Generated:
    melody = Melody(bars, tuple(notes))
    request = InvocationRequest("unet-gan", ModelReference("0" * 64, 1, None), seed, melody, {"ending": ending})
    return UnetGan(threads=1).generate(model, request, Deadline.after(60))


@st.composite
def melodies(draw: st.DrawFn, *, bars: int | None = None, monophonic: bool = False) -> tuple[list[Note], int]:
    length = draw(st.integers(1, 64)) if bars is None else bars
    steps = length * 16
    notes = []
    onset = 0
    for _ in range(draw(st.integers(1, 20))):
        if monophonic and onset >= steps:
            break
        start = onset if monophonic else draw(st.integers(0, steps - 1))
        duration = draw(st.integers(1, min(16, steps - start)))
        notes.append(Note(start, duration, draw(st.integers(0, 127))))
        onset = start + duration + draw(st.integers(0, 8))
    return notes, length


def ranges_beside(line: Line) -> list[tuple[int, int]]:
    """Returns the lowest and the highest pitch of each voice of GENERATOR beside a melody."""
    shift = hearing_shift(line, GENERATOR.metadata)
    voices = heard_voices(GENERATOR.metadata, shift, line)
    return [(voice.lowest_pitch - shift, voice.highest_pitch - shift) for voice in voices]


@given(melodies(), st.integers(0, 2**31 - 1))
@settings(deadline=None, max_examples=60)
def test_any_melody_of_any_length_gets_voices_in_their_ranges_with_no_empty_bar_once_it_has_begun(
    melody: tuple[list[Note], int], seed: int
) -> None:
    notes, bars = melody
    accompaniment = accompany(GENERATOR, notes, bars, seed, ending=False)
    assert len(accompaniment.planes) == 3
    line = line_of(notes_to_planes(highest_line(notes, bars), bars * 16))
    ranges = ranges_beside(line)
    begin = min(note.onset for note in notes)
    # The half of a bar in which the melody begins is not filled.
    first_filled = -(-begin // 8) // 2
    for voice, planes, (lowest, highest) in zip(accompaniment.notes(), accompaniment.planes, ranges, strict=True):
        assert planes.shape == (2, bars * 16, 128)
        assert all(lowest <= note.pitch <= highest for note in voice)
        assert all(note.onset + note.duration <= bars * 16 for note in voice)
        assert is_monophonic(voice)
        assert not planes[SOUNDING, :begin].any()
        assert planes[SOUNDING].reshape(bars, -1).any(axis=1)[first_filled:].all()
    again = accompany(GENERATOR, notes, bars, seed, ending=False)
    assert again.notes() == accompaniment.notes()


@given(melodies(), st.integers(0, 2**31 - 1), st.booleans())
@settings(deadline=None, max_examples=40)
def test_drums_stay_where_they_are_beside_a_melody_of_any_height(
    melody: tuple[list[Note], int], seed: int, ending: bool
) -> None:
    notes, bars = melody
    generated = generate(notes, bars, seed, model=WITH_DRUMS, ending=ending)
    assert {track.name: track.is_drums for track in generated.tracks if track.name != "Drums"} == {
        "Alto": False,
        "Bass": False,
    }
    for track in (track for track in generated.tracks if track.name == "Drums"):
        assert track.is_drums
        assert all(36 <= note.pitch <= 51 and note.duration == 1 for note in track.notes)
    # The metrics are those of the tones.
    tones = [notes_to_planes(track.notes, bars * 16) for track in generated.tracks if not track.is_drums]
    measured = measure_composition(notes_to_planes(notes, bars * 16), tones)
    assert {name: generated.metrics[name] for name in measured} == measured


@given(st.integers(0, 2**32 - 1), st.integers(0, 40))
@settings(max_examples=40, deadline=None)
def test_drums_go_on_through_bars_that_would_be_empty(seed: int, begin: int) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(96, 129)).astype(np.float32)
    logits[:, :36], logits[:, 52:] = -1e9, -1e9
    planes = np.zeros((2, 96, 128), dtype=np.bool_)
    for bar in range(6):
        if rng.random() < 0.4:
            planes[:, 16 * bar + int(rng.integers(16)), 36 + int(rng.integers(16))] = True
    planes[:, :begin] = False
    given_hits = planes[SOUNDING].copy()
    fill_drums(planes, logits, begin)
    assert (planes[SOUNDING] == planes[ONSET]).all()
    assert not planes[SOUNDING, :begin].any() and not planes[SOUNDING][:, [*range(36), *range(52, 128)]].any()
    before: Planes | None = None
    for start in range(0, 96, 16):
        played, own = planes[SOUNDING, start : start + 16], given_hits[start : start + 16]
        if own.any():
            assert (played == own).all()
        elif before is not None and start >= begin:
            assert (played == before).all()
        if start >= begin and (own.any() or before is not None):
            before = played
    if not given_hits.any():
        assert planes[SOUNDING, -(-begin // 16) * 16 :].reshape(-1, 16 * 128).any(axis=1).all()


def test_drums_rest_after_a_last_hit_with_the_last_chord() -> None:
    tune = [Note(4 * beat, 4, pitch) for beat, pitch in enumerate((60, 62, 64, 65, 67, 65, 62))] + [Note(28, 4, 60)]
    hits = {
        ending: [
            note.onset
            for track in generate(tune, 4, 1, model=WITH_DRUMS, ending=ending).tracks
            if track.is_drums
            for note in track.notes
        ]
        for ending in (True, False)
    }
    assert max(hits[False]) > 32
    assert hits[True] == [onset for onset in hits[False] if onset <= 28]


@given(late_tunes(), st.integers(0, 2**31 - 1), st.booleans())
@settings(max_examples=60)
def test_no_voice_begins_before_the_tune(tune: tuple[tuple[Note, ...], int], seed: int, ending: bool) -> None:
    notes, bars = tune
    assert breaches(notes, generate(notes, bars, seed, ending=ending).tracks) == []


@pytest.mark.parametrize("head", ["monophonic", "polyphonic"])
def test_a_voice_of_any_head_waits_for_an_upbeat_off_the_beat(head: Literal["monophonic", "polyphonic"]) -> None:
    voices = (VOICES[0], *(dataclasses.replace(voice, head=head) for voice in VOICES[1:]))
    loud = load_generator(TinyGenerator(voices=voices, rest_bias=-9.0, scale=3.0).file(), 1)
    melody = [Note(14, 2, 67), *(Note(step, 4, 67 + step // 4 % 5) for step in range(16, 64, 4))]
    for planes in accompany(loud, melody, 4, 0).planes:
        assert planes[SOUNDING].any(axis=1).argmax() == 14


def test_the_beat_before_a_last_note_is_no_way_to_begin_before_the_tune() -> None:
    for seed in range(20):
        for planes in accompany(GENERATOR, [Note(14, 1, 67), Note(15, 1, 72)], 1, seed).planes:
            assert not planes[SOUNDING, :14].any()


def test_a_voice_that_rests_throughout_has_no_track_and_the_response_says_so() -> None:
    silent = generate([Note(0, 64, 60)], 4, 0, model=SILENT)
    assert silent.tracks == []
    assert silent.extra["remarks"] == [
        "The model gives alto, tenor and bass no note in this piece, so they have no track."
    ]
    assert "remarks" not in generate([Note(0, 64, 60)], 4, 0).extra


@pytest.mark.parametrize("octaves", [-3, -2, -1, 1, 2])
def test_a_low_or_high_melody_is_accompanied_as_one_in_the_usual_octave(octaves: int) -> None:
    """The same harmony is played in the octave of the tune, as far as the floor below a low one allows."""
    usual = [Note(step, 4, 67 + step // 4 % 8) for step in range(0, 64, 4)]
    moved = [note._replace(pitch=note.pitch + 12 * octaves) for note in usual]
    lines = [line_of(planes) for planes in accompany(GENERATOR, usual, 4, 0).planes]
    found = [line_of(planes) for planes in accompany(GENERATOR, moved, 4, 0).planes]
    line = line_of(notes_to_planes(moved, 64))
    assert hearing_shift(line, GENERATOR.metadata) == -12 * octaves
    for one, other, (lowest, highest) in zip(lines, found, ranges_beside(line), strict=True):
        assert ((other[other != REST] >= lowest) & (other[other != REST] <= highest)).all()
        assert lowest >= (0 if octaves > 0 else LOWEST_OF_ALL)
        if octaves > 0:
            assert (other == np.where(one == REST, REST, one + 12 * octaves)).all()
        assert (other != REST).mean() > 0.5


def test_a_chord_at_both_ends_of_the_keyboard_ends_in_root_position() -> None:
    """The tune is heard an octave lower, where its lowest note would leave the keyboard."""
    notes = [Note(0, 1, 0), Note(0, 1, 4), Note(0, 16, 88), Note(1, 1, 60)]
    planes = accompany(GENERATOR, notes, 1, 16).planes
    sounding = [60, 88, *(int(pitch) for voice in planes for pitch in np.flatnonzero(voice[SOUNDING, 1]))]
    assert {(pitch - min(sounding)) % 12 for pitch in sounding} <= {0, 4, 7}


def test_a_melody_in_the_usual_octave_is_heard_as_it_is() -> None:
    line = np.array([60, 64, 67, 72, REST])
    assert hearing_shift(line, GENERATOR.metadata) == 0
    assert ranges_beside(line) == [(50, 74), (45, 69), (36, 62)]


@given(st.one_of(melodies(), melodies(monophonic=True)), st.integers(0, 2**31 - 1))
@settings(deadline=None, max_examples=60)
def test_a_piece_ends_on_a_held_triad_in_root_position(melody: tuple[list[Note], int], seed: int) -> None:
    notes, bars = melody
    ended = accompany(GENERATOR, notes, bars, seed)
    as_before = accompany(GENERATOR, notes, bars, seed, ending=False)
    given_planes = notes_to_planes(notes, bars * 16)
    last = last_notes(given_planes)
    assert last is not None
    approach = approach_of(last.start)
    for one, two in zip(ended.planes, as_before.planes, strict=True):
        assert np.array_equal(one[:, :approach], two[:, :approach])
    if not is_monophonic(notes) and ended.notes() == as_before.notes():
        # What is given ends on no triad in root position, so the voices go on as the model wrote them.
        return
    sounding = [int(pitch) for pitch in np.flatnonzero(given_planes[SOUNDING, last.start])]
    line = line_of(notes_to_planes(highest_line(notes, bars), bars * 16))
    for planes, (lowest, highest) in zip(ended.planes, ranges_beside(line), strict=True):
        assert not planes[:, last.stop :].any()
        assert not planes[ONSET, last.start + 1 :].any()
        held = planes[SOUNDING, last.start : last.stop]
        assert (held == held[0]).all()
        assert not planes[SOUNDING, :, :lowest].any() and not planes[SOUNDING, :, highest + 1 :].any()
        sounding += np.flatnonzero(held[0]).tolist()
    above = {(pitch - min(sounding)) % 12 for pitch in sounding}
    assert above <= {0, 4, 7} or above <= {0, 3, 7}


def test_a_voice_of_several_pitches_keeps_what_belongs_to_the_last_chord() -> None:
    voices = (VOICES[1], dataclasses.replace(VOICES[2], head="polyphonic"), VOICES[3])
    given_planes = notes_to_planes([Note(0, 12, 67), Note(12, 4, 72)], 16)
    written = [
        notes_to_planes([Note(0, 12, 62), Note(12, 4, 62)], 16),
        notes_to_planes([Note(0, 16, 55), Note(12, 4, 57), Note(12, 4, 60)], 16),
        notes_to_planes([Note(0, 12, 43), Note(12, 2, 45), Note(14, 2, 47)], 16),
    ]
    last = last_notes(given_planes)
    assert last is not None
    end(written, np.zeros((3, 16, 129), dtype=np.float32), voices, given_planes, last)
    assert planes_to_notes(written[1]) == [Note(0, 12, 55), Note(12, 4, 55), Note(12, 4, 60)]
    assert [note.onset for note in planes_to_notes(written[2])][-1] == 12
    assert planes_to_notes(written[2])[-1].pitch % 12 == 0


def test_other_seeds_and_other_melodies_give_other_accompaniments() -> None:
    melody = [Note(step, 4, 60 + step % 12) for step in range(0, 128, 4)]
    by_seed = {str(accompany(GENERATOR, melody, 8, seed).notes()) for seed in range(8)}
    assert len(by_seed) == 8
    raised = [note._replace(pitch=note.pitch + 1) for note in melody]
    assert accompany(GENERATOR, raised, 8, 0).notes() != accompany(GENERATOR, melody, 8, 0).notes()


def test_other_models_give_other_accompaniments() -> None:
    melody = [Note(0, 8, 60), Note(8, 8, 60)]
    other = load_generator(TinyGenerator(seed=1).file(), 1)
    assert accompany(other, melody, 1, 0).notes() != accompany(GENERATOR, melody, 1, 0).notes()


def test_a_model_hears_where_phrases_end_and_one_of_version_0_2_does_not() -> None:
    hearing = load_generator(TinyGenerator(hears_phrase_ends=True).file(), 1)
    melody = [Note(step, 4, 72) for step in range(0, 128, 4)]
    marked = derive_phrase_end_steps(notes_to_planes(melody, 128))
    heard = encode_melody(melody, 8, hearing.metadata, marked)
    assert heard.shape == (1, 3, 128, 128)
    assert (heard[0, 2] == marked[:, np.newaxis]).all() and 0 < marked.sum() < 64
    assert encode_melody(melody, 8, GENERATOR.metadata, marked).shape == (1, 2, 128, 128)


@pytest.mark.parametrize("says", [False, True])
def test_a_file_whose_metadata_contradicts_its_input_is_refused(says: bool) -> None:
    model = TinyGenerator(hears_phrase_ends=not says).message()
    model.metadata_props[0].value = TinyGenerator(hears_phrase_ends=says).metadata().to_json()
    with pytest.raises(ModelRejected, match=f"its input melody has shape .*, expected .*any, {3 if says else 2}, any"):
        load_generator(model.SerializeToString(), 1)


def test_threads_do_not_change_the_notes() -> None:
    melody = [Note(step, 4, 60 + step % 12) for step in range(0, 256, 4)]
    model = TinyGenerator().file()
    assert accompany(load_generator(model, 2), melody, 16, 3).notes() == accompany(GENERATOR, melody, 16, 3).notes()


def test_bars_that_the_model_leaves_empty_are_forced_and_counted() -> None:
    accompaniment = accompany(TREMBLING, [Note(0, 16, 60)], 4, 0, ending=False)
    assert accompaniment.forced_bars == 12
    for voice in accompaniment.notes():
        assert {note.onset // 16 for note in voice} | {(note.onset + note.duration - 1) // 16 for note in voice} == set(
            range(4)
        )


def test_a_bar_for_which_the_model_sees_no_note_stays_empty() -> None:
    accompaniment = accompany(SILENT, [Note(0, 16, 60)], 4, 0, ending=False)
    assert accompaniment.forced_bars == 0
    assert accompaniment.notes() == [[], [], []]


@pytest.mark.parametrize("head", ["monophonic", "polyphonic"])
def test_a_forced_bar_holds_the_likeliest_pitch_of_each_half(head: str) -> None:
    voice = Voice("Alto", 0, "monophonic" if head == "monophonic" else "polyphonic", 50, 74)
    logits = np.full((32, 129), -8.0, dtype=np.float32)
    logits[:, 128] = 1.0
    logits[16:24, 62] = -1.0
    logits[24:32, 64] = -1.0
    logits[0:16, 60] = 5.0
    planes = np.zeros((2, 32, 128), dtype=np.bool_)
    planes[SOUNDING, 0:16, 64] = True
    planes[ONSET, 0, 64] = True
    assert fill_empty_bars(planes, logits, voice) == 1
    assert planes_to_notes(planes) == [Note(0, 16, 64), Note(16, 8, 62), Note(24, 8, 64)]


@pytest.mark.parametrize(("begin", "notes"), [(7, [Note(8, 8, 60)]), (8, [Note(8, 8, 60)]), (9, []), (16, [])])
def test_a_half_bar_that_begins_before_the_melody_is_not_filled(begin: int, notes: list[Note]) -> None:
    logits = np.full((16, 129), -8.0, dtype=np.float32)
    logits[:, 60] = 2.0
    planes = np.zeros((2, 16, 128), dtype=np.bool_)
    assert fill_empty_bars(planes, logits, VOICES[1], begin) == len(notes)
    assert planes_to_notes(planes) == notes


def test_a_forced_bar_starts_its_note_even_when_the_pitch_sounded_before() -> None:
    logits = np.full((32, 129), -8.0, dtype=np.float32)
    logits[:, 60] = 2.0
    planes = np.zeros((2, 32, 128), dtype=np.bool_)
    planes[SOUNDING, 0:16, 60] = True
    planes[ONSET, 0, 60] = True
    fill_empty_bars(planes, logits, VOICES[1])
    assert planes_to_notes(planes) == [Note(0, 16, 60), Note(16, 16, 60)]


def test_note_probabilities_are_probabilities() -> None:
    rng = np.random.default_rng(0)
    logits = (rng.standard_normal((40, 129)) * 300).astype(np.float32)
    logits[:, :36] = -1e9
    for voice in (VOICES[1], dataclasses.replace(VOICES[1], head="polyphonic")):
        probabilities = note_probabilities(logits, voice)
        assert probabilities.shape == (40, 128)
        assert np.isfinite(probabilities).all()
        assert (probabilities >= 0).all() and (probabilities <= 1).all()
        assert (probabilities[:, :36] == 0).all()


@given(melodies(monophonic=True))
@settings(deadline=None)
def test_the_highest_line_of_one_voice_is_that_voice(melody: tuple[list[Note], int]) -> None:
    notes, bars = melody
    assert highest_line(notes, bars) == sorted(notes)


@given(melodies())
@settings(deadline=None)
def test_the_highest_line_is_one_voice_made_of_the_highest_pitches(melody: tuple[list[Note], int]) -> None:
    notes, bars = melody
    line = highest_line(notes, bars)
    assert is_monophonic(line)
    by_step = {step: note.pitch for note in line for step in range(note.onset, note.onset + note.duration)}
    for step in range(bars * 16):
        sounding = [note.pitch for note in notes if note.onset <= step < note.onset + note.duration]
        assert by_step.get(step) == (max(sounding) if sounding else None)


# ------------------------------------------------------------------------------------------ files that are no models

Corrupt = Callable[[onnx.ModelProto], None]


def external_data(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "/etc/passwd"


def external_data_in_an_attribute(model: onnx.ModelProto) -> None:
    tensor = helper.make_tensor("value", TensorProto.FLOAT, [1], [1.0])
    tensor.data_location = TensorProto.EXTERNAL
    model.graph.node.append(helper.make_node("Constant", [], ["unused"], value=tensor))


def endless_loop(model: onnx.ModelProto) -> None:
    body = helper.make_graph([], "body", [], [])
    model.graph.node.append(helper.make_node("Loop", ["", ""], [], body=body))


def foreign_operator(model: onnx.ModelProto) -> None:
    model.graph.node.append(helper.make_node("Anything", ["melody"], ["unused"], domain="com.example"))


def foreign_domain(model: onnx.ModelProto) -> None:
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))


def own_function(model: onnx.ModelProto) -> None:
    model.functions.append(helper.make_function("", "Mine", ["x"], ["x"], [], [helper.make_opsetid("", 17)]))


def old_opset(model: onnx.ModelProto) -> None:
    model.opset_import[0].version = 9


def no_metadata(model: onnx.ModelProto) -> None:
    del model.metadata_props[:]


def broken_metadata(model: onnx.ModelProto) -> None:
    model.metadata_props[0].value = "{"


def deep_metadata(model: onnx.ModelProto) -> None:
    model.metadata_props[0].value = "[" * 60_000


def huge_metadata(model: onnx.ModelProto) -> None:
    model.metadata_props[0].value = " " * 70_000


def renamed_input(model: onnx.ModelProto) -> None:
    for node in model.graph.node:
        for index, name in enumerate(node.input):
            if name == "noise":
                node.input[index] = "nose"
    model.graph.input[1].name = "nose"


def fixed_length(model: onnx.ModelProto) -> None:
    axis = model.graph.input[0].type.tensor_type.shape.dim[2]
    axis.ClearField("dim_param")
    axis.dim_value = 32


def third_output(model: onnx.ModelProto) -> None:
    model.graph.output.append(helper.make_tensor_value_info("mixed", TensorProto.FLOAT, None))


def no_graph(model: onnx.ModelProto) -> None:
    model.ClearField("graph")


@pytest.mark.parametrize(
    ("corrupt", "reason"),
    [
        (external_data, "external data"),
        (external_data_in_an_attribute, "external data"),
        (endless_loop, "sub-graph"),
        (foreign_operator, "com.example"),
        (foreign_domain, "com.microsoft"),
        (own_function, "functions"),
        (old_opset, "its opset is 9"),
        (no_metadata, "metadata"),
        (broken_metadata, "not JSON"),
        (deep_metadata, ""),
        (huge_metadata, "70000"),
        (renamed_input, "its inputs are melody, nose"),
        (fixed_length, "input melody has shape [any, 2, 32, 128]"),
        (third_output, "its outputs are"),
        (no_graph, "no graph"),
    ],
)
def test_a_file_that_breaks_a_rule_is_rejected_with_its_reason(corrupt: Corrupt, reason: str) -> None:
    model = TinyGenerator().message()
    corrupt(model)
    with pytest.raises(ModelRejected) as caught:
        load_generator(model.SerializeToString(), 1)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("tiny", "reason"),
    [
        (TinyGenerator(technique="ar-cnn"), "ar-cnn"),
        (TinyGenerator(voices=(*VOICES[:3], Voice("Bass", 0, "monophonic", 62, 36))), "voices[3].highestPitch"),
        (TinyGenerator(voices=(*VOICES[:3], Voice("", 0, "monophonic", 36, 62))), "voices[3].name"),
        (TinyGenerator(max_bars=0), "maxBars"),
        (TinyGenerator(pitch_temperature=11), "pitchTemperature"),
        (TinyGenerator(scale=float("nan")), "finite"),
    ],
)
def test_metadata_or_weights_that_make_no_sense_are_rejected(tiny: TinyGenerator, reason: str) -> None:
    with pytest.raises(ModelRejected) as caught:
        accompany(load_generator(tiny.file(), 1), [Note(0, 1, 60)], 1, 0)
    assert reason in str(caught.value)


def test_metadata_with_another_number_of_voices_than_the_graph_is_rejected() -> None:
    model = TinyGenerator().message()
    model.metadata_props[0].value = TinyGenerator(voices=VOICES[:3]).metadata().to_json()
    with pytest.raises(ModelRejected) as caught:
        load_generator(model.SerializeToString(), 1)
    assert "pitch_logits has shape [any, 3, any, 129], expected [any, 2, any, 129]" in str(caught.value)


FILE = TinyGenerator().file()


@given(st.integers(0, len(FILE) - 1))
@settings(deadline=None, max_examples=60)
def test_a_file_cut_anywhere_is_rejected(length: int) -> None:
    with pytest.raises(ModelRejected):
        load_generator(FILE[:length], 1)


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_bytes_that_are_no_model_are_rejected(content: bytes) -> None:
    with pytest.raises(ModelRejected):
        load_generator(content, 1)


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
@settings(deadline=None, max_examples=150)
def test_a_flipped_byte_is_rejected_or_harmless_but_never_another_error(position: int, flip: int) -> None:
    damaged = bytearray(FILE)
    damaged[position] ^= flip
    try:
        generator: LoadedGenerator = load_generator(bytes(damaged), 1)
        accompany(generator, [Note(0, 4, 60)], 2, 0)
    except ModelRejected:
        return
