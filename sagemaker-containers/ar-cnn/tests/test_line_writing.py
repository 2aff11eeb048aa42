"""The laws of the lines that are written to a locked melody, with networks of any opinions and melodies of any kind."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencomposer_ar_cnn.editable_piece import EditLimits, Floats, ceiling_of, editable_piece
from opencomposer_ar_cnn.line_writing import parts_for, split_into_lines
from opencomposer_ar_cnn.onsets import Cells
from opencomposer_ar_cnn.rewriting import Rewriting, added_notes, replay
from opencomposer_ar_cnn.rewriting_session import Network, rewrite
from opencomposer_ar_cnn.sampling_settings import SamplingSettings, sampling_settings
from opencomposer_music.dissonances import count_dissonances
from opencomposer_music.ending import approach_of
from opencomposer_music.melody_register import LOWEST_OF_ALL
from opencomposer_music.piano_roll import (
    ONSET,
    PITCHES,
    SOUNDING,
    STEPS_PER_BAR,
    Note,
    notes_to_planes,
    planes_to_notes,
)
from opencomposer_music.voice_leading import REST, Line, line_of
from opencomposer_music.voice_lines import lines_from_pitches
from opencomposer_testing.opinionated_network import opinionated

DEFAULTS = sampling_settings({})
LIMITS = EditLimits(27, 90, 0.98, 4)
TUNE = [67, 67, 74, 74, 76, 76, 74, 74, 72, 72, 71, 71, 69, 69, 67, 67]
MELODY = [Note(4 * at, 4, pitch) for at, pitch in enumerate(TUNE)]
"""Twinkle, Twinkle in G, four bars."""


def chorale(planes: Floats, density: float) -> tuple[Floats, Floats]:
    """A network that wants the chord of G major in three voices, each chord tone as much as another."""
    wanted = np.isin(np.arange(PITCHES) % 12, [7, 11, 2])
    toggle = np.where(wanted, 1.0, -6.0) - 0.05 * np.abs(np.arange(PITCHES) - 60)
    toggle = np.broadcast_to(toggle, planes.shape[1:]).astype(np.float32)
    full = planes[0].sum(axis=1, keepdims=True) >= 4
    return np.where(planes[0] > 0, -6, np.where(full, -6, toggle)).astype(np.float32), np.full_like(toggle, -5)


def write(
    notes: list[Note], bars: int, chosen: SamplingSettings = DEFAULTS, network: Network = chorale, seed: int = 0
) -> Rewriting:
    return rewrite(network, notes_to_planes(notes, bars * STEPS_PER_BAR), settings=chosen, limits=LIMITS, seed=seed)


def lines_of(result: Rewriting) -> list[Line]:
    assert result.lines is not None
    for line in result.lines:
        assert line.planes[SOUNDING].sum(axis=1).max(initial=0) <= 1
    return [line_of(line.planes) for line in result.lines]


@st.composite
def melodies(draw: st.DrawFn) -> tuple[list[Note], int]:
    """Any input: tunes, chords, pieces for many voices, very low and very high ones."""
    bars = draw(st.integers(1, 6))
    center = draw(st.integers(10, 118))
    placed = draw(
        st.lists(
            st.tuples(st.integers(0, bars * 16 - 1), st.integers(1, 20), st.integers(-10, 9)), min_size=1, max_size=25
        )
    )
    return [Note(o, min(d, bars * 16 - o), min(127, max(0, center + p))) for o, d, p in placed], bars


@st.composite
def tasks(draw: st.DrawFn) -> tuple[list[Note], int, SamplingSettings, int, int]:
    notes, bars = draw(melodies())
    first = draw(st.integers(1, bars))
    chosen = replace(
        DEFAULTS,
        max_notes_added=draw(st.integers(50, 1000)),
        sampling_iterations=draw(st.integers(0, 100)),
        temperature=draw(st.floats(0.5, 6)),
        edits_per_pass=draw(st.integers(1, 32)),
        above_melody=draw(st.booleans()),
        beyond_melody=draw(st.booleans()),
        ending=draw(st.booleans()),
        first_bar=first,
        last_bar=draw(st.one_of(st.just(0), st.integers(first, bars))),
        lowest_pitch=draw(st.integers(0, 40)),
        highest_pitch=draw(st.integers(60, 127)),
        density=draw(st.floats(0.25, 2)),
        min_probability=draw(st.sampled_from([0.0, 0.3, 0.95])),
        max_passes=8,
    )
    return notes, bars, chosen, draw(st.integers(0, 99)), draw(st.integers(0, 2**31 - 1))


@given(tasks())
@settings(max_examples=60, deadline=None)
def test_the_laws_of_all_lines(task: tuple[list[Note], int, SamplingSettings, int, int]) -> None:
    notes, bars, chosen, opinion, seed = task
    network = opinionated(opinion, scale=3.0, level=-4.0)
    piece = notes_to_planes(notes, bars * 16)
    result = write(notes, bars, chosen, network, seed)
    assert result.lines is not None
    # Lines are one note at a time, and do not cross.
    lines = lines_of(result)
    for upper, lower in itertools.pairwise(lines):
        both = (upper != REST) & (lower != REST)
        assert (upper[both] >= lower[both]).all()
    union = piece[SOUNDING].copy()
    for written in result.lines:
        union |= written.planes[SOUNDING]
    assert np.array_equal(union, result.planes[SOUNDING])
    # Replaying the edits on the input gives the output, and the limit holds after every single one.
    assert np.array_equal(replay(piece[SOUNDING], result.events), result.planes[SOUNDING])
    allowed = editable_piece(piece, chosen, LIMITS).editable
    scale = max(bars, 8)
    limit = min(chosen.max_notes_added * scale // 8, chosen.edits_per_pass * scale // 8 * chosen.sampling_iterations)
    added = 0
    for event in result.events:
        assert allowed[event.step, event.pitch]
        assert not event.original
        assert 0 <= event.probability <= 1
        added += 1 if event.kind == "add" else -1
        assert 0 <= added <= limit
    passes = [event.passed for event in result.events]
    assert passes == sorted(passes)
    assert max(passes, default=-1) < max(result.passes, 1)
    # The melody is kept: its notes, their beginnings and lengths.
    given_notes = set(planes_to_notes(piece))
    assert given_notes <= set(planes_to_notes(result.planes))
    assert sorted([*added_notes(notes, result), *given_notes]) == sorted(planes_to_notes(result.planes))
    # Nothing is above it, before it or after it, unless asked.
    melody = line_of(piece)
    for line in lines:
        sounds = line != REST
        if not chosen.above_melody:
            assert (line <= ceiling_of(melody))[sounds].all()
        if not chosen.beyond_melody:
            places = np.flatnonzero(melody != REST)
            assert not sounds[: places[0]].any() and not sounds[places[-1] + 1 :].any()
    # The same request gives the same piece.
    again = write(notes, bars, chosen, network, seed)
    assert again.events == result.events
    assert np.array_equal(again.planes, result.planes)


@given(tasks())
@settings(max_examples=40, deadline=None)
def test_the_ending_is_a_held_triad_in_root_position(
    task: tuple[list[Note], int, SamplingSettings, int, int],
) -> None:
    notes, bars, chosen, opinion, seed = task
    network = opinionated(opinion, scale=3.0, level=-4.0)
    ended = write(notes, bars, replace(chosen, ending=True), network, seed)
    as_before = write(notes, bars, replace(chosen, ending=False), network, seed)
    piece = notes_to_planes(notes, bars * STEPS_PER_BAR)
    start = max(note.onset for note in notes)
    approach = approach_of(start)
    assert np.array_equal(ended.planes[:, :approach], as_before.planes[:, :approach])
    assert len(ended.events) >= len(as_before.events)
    assert ended.events[: len(as_before.events)] == as_before.events
    if ended.events == as_before.events:
        return
    # Something was written, so it is a triad in root position, which every line holds.
    assert ended.lines is not None
    sounding = set(np.flatnonzero(ended.planes[SOUNDING, start]).tolist())
    root = min(sounding) % 12
    above = {(pitch - root) % 12 for pitch in sounding}
    assert above <= {0, 4, 7} or above <= {0, 3, 7}
    for written in ended.lines:
        line = line_of(written.planes)[start:]
        held = line[line != REST]
        assert len(set(held.tolist())) <= 1
        assert (line[: len(held)] == held).all()
        assert not written.planes[ONSET, start + 1 :].any()
    assert piece[SOUNDING, start].sum() <= len(sounding)


@pytest.mark.parametrize(("last", "root"), [(67, 7), (71, 7), (62, 7), (69, 2), (72, 0), (64, 0)])
def test_the_last_chord_is_the_tonic_or_holds_the_last_note(last: int, root: int) -> None:
    """Twinkle in G, which ends on another degree: on 1, 3 and 5 the tonic, on 2 the dominant, on 4 and 6 the fourth. It
    is sung twice, so that its key is clear before that note."""
    again = [note._replace(onset=note.onset + 64) for note in MELODY[:-2]]
    result = write([*MELODY, *again, Note(120, 8, last)], 8)
    lines = lines_of(result)
    assert [int(line[120]) % 12 for line in lines][-1] == root
    assert all((line[120:] == line[120]).all() for line in lines)


def test_a_region_before_the_last_note_has_no_ending() -> None:
    chosen = replace(DEFAULTS, last_bar=3)
    assert write(MELODY, 4, chosen).events == write(MELODY, 4, replace(chosen, ending=False)).events


def test_a_melody_gets_alto_tenor_and_bass() -> None:
    result = write(MELODY, 4)
    assert result.lines is not None
    assert [line.name for line in result.lines] == ["Alto", "Tenor", "Bass"]
    assert all((line != REST).all() for line in lines_of(result))


def test_other_seeds_give_other_lines() -> None:
    results = {
        str(write(MELODY, 4, network=opinionated(1, scale=3.0, level=-4.0), seed=seed).events) for seed in range(6)
    }
    assert len(results) == 6


def parallels(first: Line, second: Line) -> int:
    """Counts fifths and octaves that two lines keep while both move."""
    both = (first != REST) & (second != REST)
    interval = np.abs(first - second) % 12
    moved = both[1:] & both[:-1] & (first[1:] != first[:-1]) & (second[1:] != second[:-1])
    return int((moved & (interval[1:] == interval[:-1]) & np.isin(interval[1:], [0, 7])).sum())


@pytest.mark.parametrize("seed", range(3))
def test_lines_avoid_parallels_from_beat_to_beat(seed: int) -> None:
    """The network wants chords whose every tone moves with the melody by a fifth or an octave."""

    def network(planes: Floats, density: float) -> tuple[Floats, Floats]:
        melody = planes[2].argmax(axis=1)
        toggle = np.full(planes.shape[1:], -7.0, dtype=np.float32)
        for below, logit in ((12, 0.5), (19, 0.5), (5, 0.5), (9, 0.0), (4, 0.0), (16, 0.0), (21, 0.0), (24, 0.0)):
            toggle[np.arange(len(toggle)), melody - below] = logit
        toggle[planes[0] > 0] = -6
        return toggle, np.full_like(toggle, -5)

    result = write(MELODY, 4, network=network, seed=seed)
    lines = [line_of(notes_to_planes(MELODY, 64))[::4], *(line[::4] for line in lines_of(result))]
    found = sum(parallels(one, two) for at, one in enumerate(lines) for two in lines[at + 1 :])
    assert found <= 1


def one_line(intervals: dict[int, float], melody: list[Note] = MELODY) -> Line:
    """Returns the one line of a network that wants these intervals below the melody, with their logits."""

    def network(planes: Floats, density: float) -> tuple[Floats, Floats]:
        tune = planes[2].argmax(axis=1)
        toggle = np.full(planes.shape[1:], -7.0, dtype=np.float32)
        for below, logit in intervals.items():
            toggle[np.arange(len(toggle)), tune - below] = logit
        toggle[planes[0] > 0] = -6
        return toggle, np.full_like(toggle, -5)

    (line,) = lines_of(write(melody, 4, replace(DEFAULTS, density=0.5), network=network))
    return line


def test_a_line_keeps_off_a_semitone_from_the_tune() -> None:
    tune = line_of(notes_to_planes(MELODY, 64))
    line = one_line({13: 1.0, 15: 0.0})
    assert (line != REST).all() and not np.isin((tune - line) % 12, (1, 11)).any()


def test_no_line_comes_into_a_dissonance_by_a_leap() -> None:
    """Under each note of broken chords the network likes a ninth and a seventh best, and a tenth and a sixth too."""
    broken = [Note(4 * at, 4, (60, 64, 67, 72)[at % 4]) for at in range(16)]
    line = one_line({14: 0.5, 10: 0.5, 16: 0.0, 9: 0.0}, broken)
    pitches = np.stack([line_of(notes_to_planes(broken, 64)), line])
    assert (line != REST).all()
    assert count_dissonances(lines_from_pitches(pitches))["leaptInto"] == 0


def test_a_line_goes_on_while_the_tune_sounds_also_where_the_network_expects_nothing() -> None:
    assert (one_line({15: -5.0}) != REST).all()


def test_the_slider_of_iterations_has_no_dead_range() -> None:
    """Each tenth of the way adds music: the bass first, then the others, which enter later the less is left."""
    added = [
        int((write(MELODY, 4, replace(DEFAULTS, sampling_iterations=share)).planes[SOUNDING]).sum()) - 64
        for share in range(0, 101, 10)
    ]
    assert added == sorted(set(added))
    assert added[0] == 0
    assert added[-1] == 3 * 64
    third = write(MELODY, 4, replace(DEFAULTS, sampling_iterations=34))
    assert third.lines is not None
    assert third.lines[-1].name == "Bass"
    assert third.lines[-1].planes[SOUNDING].sum() == 64


@pytest.mark.parametrize("added", [50, 60, 100, 190])
def test_a_limit_leaves_no_fragments(added: int) -> None:
    result = write(MELODY, 4, replace(DEFAULTS, max_notes_added=added))
    assert (result.planes[SOUNDING] & ~notes_to_planes(MELODY, 64)[SOUNDING]).sum() <= added
    lines = lines_of(result)
    assert len(lines) == 3
    for line in lines:
        sounding = np.flatnonzero(line != REST)
        assert sounding.tolist() == list(range(64 - len(sounding), 64))
        assert len(sounding) % 4 == 0


@pytest.mark.parametrize(("density", "lines"), [(0.25, 1), (0.5, 1), (0.75, 2), (1.0, 3), (1.25, 4), (2.0, 5)])
def test_density_is_the_number_of_lines(density: float, lines: int) -> None:
    chosen = replace(DEFAULTS, density=density)
    piece = editable_piece(notes_to_planes(MELODY, 64), chosen, LIMITS)
    assert len(parts_for(piece, chosen, LIMITS)) == lines


def test_the_lowest_density_is_a_line_too() -> None:
    """The network takes a tune for enough music where a quarter of the pitches of a chorale are wanted."""

    def sparing(planes: Floats, density: float) -> tuple[Floats, Floats]:
        toggle, onset = chorale(planes, density)
        return (toggle if density > 0.3 else np.full_like(toggle, -9.0)), onset

    (line,) = lines_of(write(MELODY, 4, replace(DEFAULTS, density=0.25), network=sparing))
    assert (line != REST).all()


def test_what_is_asked_for_may_sound_above_the_melody_and_beyond_it() -> None:
    """The network likes a third above the melody better than any tone below it, and goes on where the melody rests."""
    tune = MELODY[4:-4]

    def high(planes: Floats, density: float) -> tuple[Floats, Floats]:
        toggle = np.full(planes.shape[1:], -7.0, dtype=np.float32)
        melody = planes[2].argmax(axis=1)
        toggle[:, 60] = toggle[:, 55] = -1.0
        toggle[np.arange(len(toggle)), np.where(melody > 0, melody + 4, 72)] = 3.0
        return np.where(planes[0] > 0, -6, toggle).astype(np.float32), np.full_like(toggle, -5)

    def heard(chosen: SamplingSettings) -> tuple[bool, bool]:
        lines = np.stack(lines_of(write(tune, 4, chosen, network=high)))
        melody = line_of(notes_to_planes(tune, 64))
        above = (lines != REST) & (lines > melody) & (melody != REST)
        return bool(above.any()), bool((lines[:, melody == REST] != REST).any())

    plain = replace(DEFAULTS, ending=False)
    assert heard(plain) == (False, False)
    assert heard(replace(plain, above_melody=True)) == (True, False)
    assert heard(replace(plain, beyond_melody=True))[1]


@pytest.mark.parametrize("lowest", [24, 30, 36, 43, 48, 55, 60, 72, 84, 96])
def test_a_tune_of_any_height_has_its_lines_below_it(lowest: int) -> None:
    notes = [note._replace(pitch=note.pitch - 67 + lowest) for note in MELODY]
    result = write(notes, 4, network=chorale)
    lines = lines_of(result)
    assert lines
    for line in lines:
        sounds = line != REST
        assert (line[sounds] <= line_of(notes_to_planes(notes, 64))[sounds]).all()
        assert (line[sounds] >= min(LOWEST_OF_ALL, lowest)).all()


def test_a_rest_of_the_melody_is_under_its_neighbors() -> None:
    melody = np.array([REST, 60, REST, REST, 67, 64, REST])
    assert ceiling_of(melody).tolist() == [60, 60, 67, 67, 67, 64, 64]
    assert ceiling_of(np.full(3, REST)).tolist() == [127, 127, 127]


def test_a_piece_that_has_its_voices_gets_few_notes() -> None:
    """Four voices are given, and the training music has no more at once."""
    full = [note._replace(pitch=note.pitch - below) for note in MELODY for below in (0, 5, 9, 24)]
    assert write(full, 4).events == ()


def test_a_region_and_a_probability_hold_for_lines_too() -> None:
    chosen = replace(DEFAULTS, first_bar=2, last_bar=3, lowest_pitch=48, highest_pitch=62)
    events = write(MELODY, 4, chosen).events
    assert events
    assert all(16 <= event.step < 48 and 48 <= event.pitch <= 62 for event in events)
    sure = write(MELODY, 4, replace(DEFAULTS, min_probability=0.95), opinionated(5, scale=3.0, level=-4.0)).events
    assert all(event.probability >= 0.95 for event in sure if event.kind == "add")


def cells(*steps: list[int]) -> Cells:
    result = np.zeros((len(steps), PITCHES), dtype=np.bool_)
    for step, pitches in enumerate(steps):
        result[step, pitches] = True
    return result


def test_a_draft_is_split_by_height() -> None:
    centers = [65.0, 58.0, 50.0]
    alto, tenor, bass = split_into_lines(cells([64, 55, 48], [64], [49], [60, 47], [], [70, 65, 57, 40]), centers)
    assert alto.tolist() == [64, 64, REST, REST, REST, 70]
    assert tenor.tolist() == [55, REST, REST, 60, REST, 65]
    assert bass.tolist() == [48, REST, 49, 47, REST, 40]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_refused(value: float) -> None:
    calls = 0

    def network(planes: Floats, density: float) -> tuple[Floats, Floats]:
        nonlocal calls
        calls += 1
        toggle, onset = chorale(planes, density)
        if calls > 4:
            toggle[3, 3] = value
        return toggle, onset

    with pytest.raises(ValueError, match="not finite"):
        write(MELODY, 4, network=network)
