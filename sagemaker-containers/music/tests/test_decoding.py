"""Decoding of logits to notes, and the metadata that a model file carries."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencomposer_music.decoding import (
    Decoding,
    Floats,
    ModelMetadata,
    NoiseShape,
    best_performance,
    decode_planes,
    draw_noise,
    draw_noises,
    encode_melody,
    parse_metadata,
    steady_rhythm,
)
from opencomposer_music.model_metadata import Limits, Voice
from opencomposer_music.piano_roll import SOUNDING, Note, Planes, Steps, notes_to_planes, planes_to_notes
from opencomposer_music.voice_leading import REST, Closes, VoiceLeading

GREEDY = Decoding(pitch_temperature=0, onset_temperature=0, coherence_steps=4)
METADATA = ModelMetadata(
    technique="unet-gan",
    voices=(
        Voice("Soprano", 52, "monophonic", 60, 81),
        Voice("Alto", 52, "monophonic", 50, 74),
        Voice("Piano", 0, "polyphonic", 36, 84),
    ),
    limits=Limits(64, 36, 83),
    noise=NoiseShape(6, 2),
    decoding=GREEDY,
)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def silence(pitch: Floats) -> Planes:
    """Returns a melody that never sounds, as long as the logits."""
    return np.zeros((2, pitch.shape[1], 128), dtype=np.bool_)


def test_every_likely_cell_of_drums_is_a_hit_and_drums_wait_for_the_melody() -> None:
    voices = (*METADATA.voices[:2], Voice("Drums", 0, "drums", 36, 51))
    pitch, onset = logits()
    pitch[1, 2:6, 38] = 5
    played = decode_planes(
        pitch,
        onset,
        replace(METADATA, voices=voices),
        notes_to_planes([Note(3, 8, 60)], 16),
        np.zeros(16, dtype=np.bool_),
        rng(),
    )
    assert planes_to_notes(played[1]) == [Note(step, 1, 38) for step in (3, 4, 5)]


@pytest.mark.parametrize(("heads", "place"), [(["drums", "polyphonic"], 0), (["polyphonic", "drums"], 1)])
def test_a_model_without_a_melody_or_without_another_voice_with_tones_is_refused(heads: list[Any], place: int) -> None:
    voices = tuple(Voice(f"V{index}", 0, head, 36, 84) for index, head in enumerate(heads))
    with pytest.raises(ValueError, match=rf"voices\[{place}\].head of the model's metadata is drums, not monophonic"):
        parse_metadata(replace(METADATA, voices=voices).to_json())


SILENCE = np.zeros((2, 16, 128), dtype=np.bool_)


def logits(steps: int = 16) -> tuple[Floats, Floats]:
    """Returns logits for silence in both voices, without any onset."""
    pitch = np.full((2, steps, 129), -5, dtype=np.float32)
    pitch[:, :, REST] = 5
    return pitch, np.full((2, steps, 128), -5, dtype=np.float32)


def no_ends(pitch_logits: Floats) -> Steps:
    """Returns the phrase ends of a melody without any."""
    return np.zeros(pitch_logits.shape[1], dtype=np.bool_)


def decode_tracks(
    pitch_logits: Floats, onset_logits: Floats, metadata: ModelMetadata, melody: Planes, generator: np.random.Generator
) -> list[list[Note]]:
    """Returns the notes of each accompaniment voice."""
    return [
        planes_to_notes(planes)
        for planes in decode_planes(pitch_logits, onset_logits, metadata, melody, no_ends(pitch_logits), generator)
    ]


def test_the_likeliest_pitch_is_played_held_and_struck_again_where_an_onset_is_wanted() -> None:
    pitch, onset = logits()
    pitch[0, 0:8, 60] = 9
    onset[0, 4, 60] = 5
    pitch[0, 8:12, 62] = 9
    pitch[1, 2:6, [48, 55]] = 3
    alto, piano = decode_tracks(pitch, onset, METADATA, SILENCE, rng())
    assert alto == [Note(0, 4, 60), Note(4, 4, 60), Note(8, 4, 62)]
    assert piano == [Note(2, 4, 48), Note(2, 4, 55)]


@given(st.integers(0, 1000), st.floats(0, 3))
def test_a_monophonic_voice_never_has_two_pitches_at_once(seed: int, temperature: float) -> None:
    warm = replace(METADATA, decoding=Decoding(temperature, temperature, 4))
    pitch = rng(seed).normal(size=(2, 32, 129)).astype(np.float32)
    onset = rng(seed + 1).normal(size=(2, 32, 128)).astype(np.float32)
    planes = decode_planes(pitch, onset, warm, silence(pitch), no_ends(pitch), rng(seed))
    assert planes[0][SOUNDING].sum(axis=1).max() <= 1
    again = decode_planes(pitch, onset, warm, silence(pitch), no_ends(pitch), rng(seed))
    assert all(np.array_equal(one, two) for one, two in zip(planes, again, strict=True))


def test_sampling_varies_with_the_seed_and_holds_its_choice_for_a_beat() -> None:
    warm = replace(METADATA, decoding=Decoding(1.0, 0, 4))
    pitch, onset = logits(64)
    pitch[0, :, 50:70] = 5
    melodies = {tuple(decode_tracks(pitch, onset, warm, silence(pitch), rng(seed))[0]) for seed in range(8)}
    assert len(melodies) == 8
    assert all(note.onset % 4 == 0 and note.duration % 4 == 0 for melody in melodies for note in melody)


def test_a_pitch_changes_inside_an_eighth_only_where_it_is_worth_its_cost() -> None:
    dear = replace(METADATA, decoding=Decoding(0, 0, 1, sixteenth_cost=1.0))
    pitch, onset = logits()
    pitch[0, :, [60, 62]] = 6
    pitch[0, 0, 60], pitch[0, 1, 62] = 7, 6.5  # both C: 13, C and D: 13.5 less the cost
    pitch[0, 2, 60], pitch[0, 3, 62] = 8, 7.5  # both C: 14, C and D: 15.5 less the cost
    pitch[0, 4:6, 62] = 6.2  # a change on the eighth costs nothing
    plain = decode_tracks(pitch, onset, METADATA, SILENCE, rng())[0]
    assert [(note.onset, note.pitch) for note in plain] == [(0, 60), (1, 62), (2, 60), (3, 62), (6, 60)]
    line = decode_tracks(pitch, onset, dear, SILENCE, rng())[0]
    assert [(note.onset, note.pitch) for note in line] == [(0, 60), (3, 62), (6, 60)]


def test_a_pitch_starts_again_only_where_it_is_worth_its_cost() -> None:
    pitch, onset = logits()
    pitch[0, :, 60] = 9
    onset[0, 4, 60], onset[0, 8, 60] = 0.5, 1.5
    dear = replace(METADATA, decoding=Decoding(0, 0, 1, repeat_cost=1.0))
    for metadata, starts in ((METADATA, [0, 4, 8]), (dear, [0, 8])):
        assert [note.onset for note in decode_tracks(pitch, onset, metadata, SILENCE, rng())[0]] == starts


def test_sampling_follows_the_probabilities() -> None:
    warm = replace(METADATA, decoding=Decoding(1.0, 0, 1))
    pitch, onset = logits(16384)
    pitch[0] = -50
    pitch[0, :, 60], pitch[0, :, 64] = np.log(3), 0
    sounding = decode_planes(pitch, onset, warm, silence(pitch), no_ends(pitch), rng())[0][SOUNDING]
    assert sounding[:, 60].mean() == pytest.approx(0.75, abs=0.02)


def test_logits_that_do_not_fit_or_are_not_finite_are_refused() -> None:
    pitch, onset = logits()
    with pytest.raises(ValueError, match="do not fit 2 voices"):
        decode_planes(pitch[:1], onset[:1], METADATA, SILENCE, no_ends(pitch), rng())
    pitch[0, 0, 0] = np.nan
    with pytest.raises(ValueError, match="not finite"):
        decode_planes(pitch, onset, METADATA, SILENCE, no_ends(pitch), rng())


def test_a_melody_of_another_length_is_refused() -> None:
    pitch, onset = logits()
    with pytest.raises(ValueError, match="does not fit 16 steps"):
        decode_planes(pitch, onset, METADATA, SILENCE[:, :12], no_ends(pitch), rng())


LEADING = VoiceLeading(
    np.linspace(-4, 4, 48).round(3).reshape(4, 12),
    -np.ones((2, 25)),
    np.full(12, -0.5),
    0.15,
    0.2,
    0.5,
    beat_parallels=np.full(12, -0.25),
    rhythm=np.array([[-1.0, -2.0], [0.0, -0.5]]),
    beat_parallel_weight=0.75,
    rhythm_weight=0.25,
    beat_moves=np.linspace(-4, 4, 50).round(3).reshape(2, 25),
    beat_move_weight=0.35,
    stay_weight=0.45,
    contrary=True,
    chord_weight=0.55,
    closes=Closes(np.linspace(-4, 4, 48).round(3).reshape(2, 2, 12), np.full((2, 25), 0.5), 0.6),
)
LEADING_OF_0_2 = VoiceLeading(LEADING.intervals, LEADING.moves, LEADING.parallels, 0.15, 0.2, 0.5)


def test_voices_are_chosen_together_where_the_model_says_how() -> None:
    intervals = np.zeros((4, 12))
    intervals[:, 1] = -4
    together = replace(METADATA, voice_leading=replace(LEADING_OF_0_2, intervals=intervals, interval_weight=1.0))
    pitch, onset = logits()
    pitch[0, :, 60], pitch[0, :, 59] = 9, 8
    melody = notes_to_planes([Note(0, 16, 61)], 16)
    assert decode_tracks(pitch, onset, METADATA, melody, rng())[0] == [Note(0, 16, 60)]
    assert decode_tracks(pitch, onset, together, melody, rng())[0] == [Note(0, 16, 59)]


def test_of_several_performances_the_one_whose_phrases_close_best_is_chosen() -> None:
    closes = Closes(np.zeros((2, 2, 12)), np.zeros((2, 25)), 0.0)
    closes.intervals[0, :, 7] = 2.0
    knowing = replace(METADATA, voice_leading=replace(LEADING_OF_0_2, closes=closes, interval_weight=0.0))
    melody = notes_to_planes([Note(0, 16, 72)], 16)
    performances = []
    for pitch_of_both in (66, 65, 64):
        pitch, onset = logits()
        pitch[:, :, pitch_of_both] = 30
        performances.append((pitch, onset))
    throughout = np.ones(16, dtype=np.bool_)
    chosen, planes = best_performance(performances, knowing, melody, throughout, rng())
    assert chosen == 1 and planes[0][SOUNDING, :, 65].all()
    assert best_performance(performances, METADATA, melody, throughout, rng())[0] == 0
    silent = np.zeros_like(melody)
    assert best_performance(performances, knowing, silent, ~throughout, rng())[0] == 0


def test_each_performance_has_noise_of_its_own_and_one_alone_what_it_always_had() -> None:
    several = replace(METADATA, decoding=replace(METADATA.decoding, performances=3))
    noises = draw_noises(rng(), 5, several)
    assert noises.shape == (3, 5, METADATA.noise.size)
    assert not np.array_equal(noises[0], noises[1])
    assert np.array_equal(draw_noises(rng(), 5, METADATA), draw_noise(rng(), 5, METADATA.noise))


def test_voice_leading_survives_the_metadata() -> None:
    read = parse_metadata(replace(METADATA, voice_leading=LEADING).to_json()).voice_leading
    assert read is not None
    for name in ("intervals", "moves", "parallels", "beat_parallels", "rhythm", "beat_moves"):
        assert np.array_equal(getattr(read, name), getattr(LEADING, name))
    assert (read.interval_weight, read.move_weight, read.parallel_weight) == (0.15, 0.2, 0.5)
    assert (read.beat_parallel_weight, read.rhythm_weight) == (0.75, 0.25)
    assert (read.beat_move_weight, read.stay_weight, read.contrary) == (0.35, 0.45, True)
    assert read.chord_weight == 0.55
    assert read.closes is not None and LEADING.closes is not None and read.closes.weight == 0.6
    assert np.array_equal(read.closes.intervals, LEADING.closes.intervals)
    assert np.array_equal(read.closes.moves, LEADING.closes.moves)


def test_voice_leading_of_version_0_2_has_no_rules_for_beats_and_closes() -> None:
    data = json.loads(replace(METADATA, voice_leading=LEADING_OF_0_2).to_json())
    for name in ("beatParallels", "beatParallelWeight", "rhythmWeight", "beatMoveWeight", "stayWeight", "contrary"):
        del data["voiceLeading"][name]
    read = parse_metadata(json.dumps(data)).voice_leading
    assert read is not None and read.closes is None and read.offbeat_costs(1) == (0.0, 0.0)
    assert not (read.beat_parallel_weight * read.beat_parallels).any()
    assert read.beat_move_scores(1) is None and not read.contrary


def test_models_before_chords_were_chosen_together_choose_each_pitch_for_itself() -> None:
    data = json.loads(replace(METADATA, voice_leading=LEADING).to_json())
    del data["voiceLeading"]["chordWeight"]
    read = parse_metadata(json.dumps(data)).voice_leading
    assert read is not None and read.chord_weight == 0


def test_a_chord_keeps_to_the_harmony_of_the_other_voices_and_to_its_own() -> None:
    intervals = np.zeros((4, 12))
    intervals[:, 1], intervals[:, 11] = -4, -4
    apart = replace(METADATA, voice_leading=replace(LEADING_OF_0_2, intervals=intervals, interval_weight=0.0))
    assert apart.voice_leading is not None
    together = replace(apart, voice_leading=replace(apart.voice_leading, chord_weight=1.0))
    pitch, onset = logits()
    # The piano has two chords a semitone apart, of which one clashes with the melody. The alto holds a note, too.
    pitch[0, :, 60] = 9
    for likely, at in ((3, (64, 67)), (2, (63, 66)), (5, (73,))):
        pitch[1, :, at] = likely
    melody = notes_to_planes([Note(0, 16, 72)], 16)
    played = {
        name: {note.pitch for note in decode_tracks(pitch, onset, metadata, melody, rng())[1]}
        for name, metadata in (("apart", apart), ("together", together))
    }
    assert played["apart"] == {63, 64, 66, 67, 73}
    # 5 is more than a semitone with one voice costs, and less than with two. The alto's C is the melody's.
    assert played["together"] == {64, 67}
    drums = replace(together, voices=(*METADATA.voices[:2], Voice("Drums", 0, "drums", 36, 84)))
    assert {note.pitch for note in decode_tracks(pitch, onset, drums, melody, rng())[1]} == played["apart"]


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("intervals", [[0.0] * 12] * 3, "voiceLeading.intervals"),
        ("intervals", [[0.0] * 11 + [4.1]] * 4, "voiceLeading.intervals"),
        ("intervals", [[0.0] * 12] * 3 + [[0.0]], "voiceLeading.intervals"),
        ("moves", [[0.0] * 25], "voiceLeading.moves"),
        ("moves", "many", "voiceLeading.moves"),
        ("parallels", [float("nan")] * 12, "voiceLeading.parallels"),
        ("parallels", {"0": 1}, "voiceLeading.parallels"),
        ("beatParallels", [0.0] * 11, "voiceLeading.beatParallels"),
        ("rhythm", [[0.0, 0.0]], "voiceLeading.rhythm of the model's metadata is a table of 1 rows, not one of 2"),
        ("rhythm", [[0.0], [0.0]], "voiceLeading.rhythm"),
        (
            "beatMoves",
            [[0.0] * 25],
            "voiceLeading.beatMoves of the model's metadata is a table of 1 rows",
        ),
        ("stayWeight", 11, "voiceLeading.stayWeight"),
        ("contrary", 1, "voiceLeading.contrary"),
        ("rhythmWeight", -1, "voiceLeading.rhythmWeight"),
        ("closes", {"intervals": [], "moves": [], "weight": 1}, "voiceLeading.closes.intervals"),
        (
            "closes",
            {"intervals": [[[0.0] * 12] * 2] * 2, "moves": [[0.0] * 25], "weight": 1},
            "voiceLeading.closes.moves of the model's metadata is a table of 1 rows, not one of 2",
        ),
        ("intervalWeight", 11, "voiceLeading.intervalWeight"),
        ("moveWeight", "0.2", "voiceLeading.moveWeight"),
        ("parallelWeight", None, "voiceLeading.parallelWeight"),
    ],
)
def test_broken_voice_leading_is_refused_by_name(key: str, value: object, complaint: str) -> None:
    data = json.loads(replace(METADATA, voice_leading=LEADING).to_json())
    data["voiceLeading"][key] = value
    with pytest.raises(ValueError, match=complaint):
        parse_metadata(json.dumps(data))


BAND = (
    Voice("Melody", 29, "monophonic", 60, 81),
    Voice("Chords", 30, "polyphonic", 40, 84),
    Voice("Bass", 33, "monophonic", 28, 60),
    Voice("Drums", 0, "drums", 36, 51),
)


def random_logits(seed: int, bars: int) -> tuple[Floats, Floats]:
    generator = np.random.default_rng(seed)
    shape = (3, 16 * bars)
    return (
        generator.normal(size=(*shape, 129)).astype(np.float32) * 3,
        generator.normal(size=(*shape, 128)).astype(np.float32) * 3,
    )


@given(st.integers(0, 2**32 - 1), st.integers(1, 9))
@settings(max_examples=25, deadline=None)
def test_a_steady_band_repeats_its_rhythm_in_the_bars_of_each_four(seed: int, bars: int) -> None:
    steady = replace(
        METADATA, voices=BAND, decoding=replace(GREEDY, rests_first=True, steadiness=1.0, drum_steadiness=1.0)
    )
    pitch, onset = random_logits(seed, bars)
    melody = notes_to_planes([Note(0, 16 * bars, 70)], 16 * bars)
    chords, bass, drums = decode_planes(pitch, onset, steady, melody, no_ends(pitch), rng())
    for start in range(0, 16 * bars, 64):
        for planes in (chords, bass, drums):
            sounding = planes[SOUNDING, start : start + 64].any(axis=1).reshape(-1, 16)
            assert (sounding == sounding[0]).all()
        hits = drums[SOUNDING, start : start + 64].reshape(-1, 16, 128)
        assert (hits == hits[0]).all()
    # Which pitch the bass plays is not changed where it plays.
    played = bass[SOUNDING].any(axis=1)
    assert np.array_equal(bass[SOUNDING].argmax(axis=1)[played], pitch[1, :, :128].argmax(axis=1)[played])


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None)
def test_logits_stay_as_they_are_where_no_rhythm_is_asked_for(seed: int) -> None:
    pitch, onset = random_logits(seed, 2)
    found = steady_rhythm(pitch, onset, BAND[1:], GREEDY)
    assert found[0] is pitch and found[1] is onset
    # One bar is like itself.
    alone = steady_rhythm(pitch[:, :16], onset[:, :16], BAND[1:], replace(GREEDY, steadiness=0.7, drum_steadiness=0.4))
    assert np.allclose(alone[0], pitch[:, :16], atol=1e-5) and np.allclose(alone[1], onset[:, :16], atol=1e-5)


def test_a_voice_that_is_not_sure_of_its_pitch_rests_unless_rests_come_first() -> None:
    voices = (BAND[0], BAND[2])
    pitch, onset = (values[:1] for values in logits())
    # Each of eight pitches is less likely than a rest, and all together are likelier.
    pitch[0, :, 40:48], pitch[0, :, REST] = 0.0, 1.0
    pitch[0, :, 41] = 0.5
    melody = notes_to_planes([Note(0, 16, 70)], 16)
    resting = replace(METADATA, voices=voices)
    assert decode_tracks(pitch, onset, resting, melody, rng())[0] == []
    playing = replace(resting, decoding=replace(GREEDY, rests_first=True))
    assert decode_tracks(pitch, onset, playing, melody, rng())[0] == [Note(0, 16, 41)]


def test_the_pitches_of_a_chord_are_weighed_over_several_steps() -> None:
    pitch, onset = logits()
    pitch[1, :, :128] = -9
    # Two chords flicker from step to step; one of them is likelier over eight steps.
    pitch[1][:, (61, 65)] = 3
    pitch[1][np.ix_(range(0, 16, 4), (61, 65))], pitch[1][np.ix_(range(0, 16, 4), (60, 64))] = -9, 3
    melody = notes_to_planes([Note(0, 16, 70)], 16)
    assert len(decode_tracks(pitch, onset, METADATA, melody, rng())[1]) == 16
    held = replace(METADATA, decoding=replace(GREEDY, chord_steps=8))
    assert {note.pitch for note in decode_tracks(pitch, onset, held, melody, rng())[1]} == {61, 65}


def test_noise_shares_its_first_part_over_the_bars() -> None:
    noise = draw_noise(rng(), 5, NoiseShape(6, 2))
    assert noise.shape == (1, 5, 6)
    assert noise.dtype == np.float32
    assert np.array_equal(noise[0, 0, :2], noise[0, 4, :2])
    assert not np.array_equal(noise[0, 0, 2:], noise[0, 4, 2:])


def test_a_melody_below_the_window_is_heard_in_its_octave() -> None:
    encoded = encode_melody([Note(0, 4, 24), Note(4, 4, 28)], 1, METADATA, np.zeros(16, dtype=np.bool_))
    assert encoded.shape == (1, 2, 16, 128)
    assert encoded[0, SOUNDING, 0, 36] == 1
    assert encoded[0, SOUNDING, 4, 40] == 1
    assert encoded[0, SOUNDING].sum() == 8


def test_metadata_survives_its_text() -> None:
    costly = replace(METADATA, decoding=Decoding(0.25, 0.5, 2, 0.75, 0.6, 4, True, 0.8, 0.2, 8), hears_phrase_ends=True)
    for metadata in (METADATA, costly):
        assert parse_metadata(metadata.to_json()) == metadata
    # Files from before these existed have the costs 0 and one performance.
    data = json.loads(costly.to_json())
    for name in (
        *("sixteenthCost", "repeatCost", "performances"),
        *("restsFirst", "steadiness", "drumSteadiness", "chordSteps"),
    ):
        del data["decoding"][name]
    read = parse_metadata(json.dumps(data)).decoding
    assert (read.sixteenth_cost, read.repeat_cost, read.performances) == (0, 0, 1)


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (["schemaVersion"], 2, "schemaVersion 2"),
        (["technique"], None, "no technique"),
        (["voices"], [], "2 to 16 voices"),
        (["voices", 1, "head"], "chords", r"voices\[1\].head"),
        (["voices", 0, "program"], 128, r"voices\[0\].program"),
        (["voices", 0, "name"], 3, r"voices\[0\].name"),
        (["voices", 0, "name"], "n" * 65, r"voices\[0\].name .* 1 to 64 characters"),
        (["voices", 2, "highestPitch"], 10, r"voices\[2\].highestPitch .* is 10, not an integer from \d+ to 127"),
        (["voices", 1, "head"], "x" * 10_000, r"voices\[1\].head .{1,130}$"),
        (["limits", "stepsPerBeat"], 5, "limits.stepsPerBeat .* is 5, not 4 or 6$"),
        (["limits", "stepsPerBeat"], 6, "limits.beatsPerBar .* is 4, not 2$"),
        (["limits", "beatsPerBar"], 2, "limits.beatsPerBar .* is 2, not 4 or 3$"),
        (["limits", "beatsPerBar"], 5, "limits.beatsPerBar .* is 5, not 4 or 3 or 2$"),
        (["limits", "highestPitch"], 40, "limits.highestPitch"),
        (["limits"], None, "limits of the model's metadata is null, not an object with maxBars, stepsPerBeat"),
        (["noise", "shared"], 7, "noise.shared"),
        (["noise", "size"], True, "noise.size"),
        (["decoding", "pitchTemperature"], "warm", "decoding.pitchTemperature"),
        (["decoding", "onsetTemperature"], 11, "decoding.onsetTemperature"),
        (["decoding", "pitchCoherenceSteps"], 0, "decoding.pitchCoherenceSteps"),
        (["decoding", "sixteenthCost"], -1, "decoding.sixteenthCost"),
        (["decoding", "repeatCost"], -1, "decoding.repeatCost"),
        (["decoding", "performances"], 9, "decoding.performances of the model's metadata is 9, not an integer from 1"),
    ],
)
def test_broken_metadata_is_named(path: list[Any], value: object, complaint: str) -> None:
    data = json.loads(METADATA.to_json())
    target = data
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    with pytest.raises(ValueError, match=complaint):
        parse_metadata(json.dumps(data))


def test_a_missing_member_of_the_metadata_is_named_with_what_belongs_there() -> None:
    data = json.loads(METADATA.to_json())
    del data["decoding"]["pitchTemperature"]
    with pytest.raises(ValueError, match=r"metadata lacks decoding\.pitchTemperature, which is a number from 0 to 10"):
        parse_metadata(json.dumps(data))


def test_metadata_that_is_no_json_object_is_refused() -> None:
    for text in ("", "[]", "null", "{", '"x"'):
        with pytest.raises(ValueError, match="metadata"):
            parse_metadata(text)
