"""The sampler's laws, with networks of any opinions: limits, locks, regions, seeds, replay, notes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencomposer_ar_cnn.editable_piece import EditLimits, Floats, editable_piece, octave_shift
from opencomposer_ar_cnn.onsets import Cells
from opencomposer_ar_cnn.rewriting import Rewriting, added_notes, edited_notes, replay
from opencomposer_ar_cnn.rewriting_session import Network, rewrite
from opencomposer_ar_cnn.sampling import EditSession
from opencomposer_ar_cnn.sampling_settings import SamplingSettings, sampling_settings
from opencomposer_music.piano_roll import (
    ONSET,
    PITCHES,
    SOUNDING,
    Note,
    Planes,
    notes_to_planes,
    planes_to_notes,
)
from opencomposer_testing.opinionated_network import opinionated

DEFAULT_SETTINGS = sampling_settings({"melodyLock": False, "voiceLeading": False})
LOCKED = replace(DEFAULT_SETTINGS, melody_lock=True, above_melody=True, beyond_melody=True)
LIMITS = EditLimits(30, 93, 1.0, max_polyphony=PITCHES)


def wishing(target: Cells, strength: float = 12.0) -> Network:
    """Returns a network that wants exactly `target`, all of whose notes are held."""

    def network(planes: Floats, density: float) -> tuple[Floats, Floats]:
        toggle = np.where((planes[0] > 0) ^ target, strength, -strength).astype(np.float32)
        return toggle, np.full_like(toggle, -5)

    return network


@st.composite
def pieces(draw: st.DrawFn, max_bars: int = 10) -> tuple[list[Note], int]:
    bars = draw(st.integers(1, max_bars))
    placed = draw(
        st.lists(
            st.tuples(st.integers(0, bars * 16 - 1), st.integers(1, 20), st.integers(0, 127), st.integers(1, 127)),
            min_size=1,
            max_size=25,
        )
    )
    return [Note(o, min(d, bars * 16 - o), p, v) for o, d, p, v in placed], bars


@st.composite
def drawn_settings(draw: st.DrawFn, bars: int) -> SamplingSettings:
    first = draw(st.integers(1, bars))
    lowest = draw(st.integers(0, 60))
    return SamplingSettings(
        max_percentage_of_initial_notes_removed=draw(st.integers(0, 100)),
        max_notes_added=draw(st.integers(50, 1000)),
        sampling_iterations=draw(st.integers(0, 30)),
        temperature=draw(st.floats(0.5, 6)),
        edits_per_pass=draw(st.integers(1, 32)),
        melody_lock=draw(st.booleans()),
        voice_leading=False,
        above_melody=draw(st.booleans()),
        beyond_melody=draw(st.booleans()),
        ending=draw(st.booleans()),
        first_bar=first,
        last_bar=draw(st.one_of(st.just(0), st.integers(first, bars))),
        lowest_pitch=lowest,
        highest_pitch=draw(st.integers(lowest + 12, 127)),
        density=draw(st.floats(0.25, 2)),
        min_probability=draw(st.sampled_from([0.0, 0.5, 0.95])),
        max_passes=30,
    )


@st.composite
def tasks(draw: st.DrawFn) -> tuple[list[Note], int, SamplingSettings, Network, int, EditLimits]:
    notes, bars = draw(pieces())
    return (
        notes,
        bars,
        draw(drawn_settings(bars)),
        opinionated(
            draw(st.integers(0, 99)), draw(st.sampled_from([0.1, 4.0, 1e5])), draw(st.sampled_from([-3.0, 2.0]))
        ),
        draw(st.integers(0, 2**31 - 1)),
        replace(LIMITS, max_polyphony=draw(st.sampled_from([1, 4, PITCHES]))),
    )


def run(
    notes: list[Note], bars: int, chosen: SamplingSettings, network: Network, seed: int, limits: EditLimits
) -> Rewriting:
    return rewrite(network, notes_to_planes(notes, bars * 16), settings=chosen, limits=limits, seed=seed)


@given(tasks())
@settings(max_examples=60, deadline=None)
def test_the_laws_of_every_rewriting(
    task: tuple[list[Note], int, SamplingSettings, Network, int, EditLimits],
) -> None:
    notes, bars, chosen, network, seed, limits = task
    result = run(notes, bars, chosen, network, seed, limits)
    piece = notes_to_planes(notes, bars * 16)
    scale = max(bars, 8)
    max_added = chosen.max_notes_added * scale // 8
    max_removed = int(piece[SOUNDING].sum()) * chosen.max_percentage_of_initial_notes_removed // 100
    max_per_pass = chosen.edits_per_pass * scale // 8
    # Caps hold after every single edit, not only at the end.
    roll = piece[SOUNDING].copy()
    added = removed = 0
    for event in result.events:
        assert event.original == piece[SOUNDING, event.step, event.pitch]
        assert roll[event.step, event.pitch] == (event.kind == "remove")
        roll[event.step, event.pitch] = event.kind == "add"
        added += 0 if event.original else (1 if event.kind == "add" else -1)
        removed += (1 if event.kind == "remove" else -1) if event.original else 0
        assert added <= max_added
        assert removed <= max_removed
        assert chosen.min_probability - 1e-6 <= event.probability <= 1
        # Nothing is added to a chord that has as many pitches as any in the training music.
        if event.kind == "add" and chosen.edits_per_pass > 1:
            assert roll[event.step].sum() <= round(limits.max_polyphony * max(1, chosen.density))
        # Every edit is inside the region of bars and pitches.
        assert (chosen.first_bar - 1) * 16 <= event.step < (chosen.last_bar or bars) * 16
        assert chosen.lowest_pitch <= event.pitch <= chosen.highest_pitch
    assert (added, removed) == ((roll & ~piece[SOUNDING]).sum(), (piece[SOUNDING] & ~roll).sum())
    # Passes count from 0, in order.
    passes = [event.passed for event in result.events]
    assert passes == sorted(passes)
    assert result.passes <= (30 if chosen.edits_per_pass > 1 else chosen.sampling_iterations)
    # A cell is edited once in a pass. All other edits of the pass are cells beside it, of at most as many notes as a
    # pass may edit.
    cells = {(event.passed, event.pitch, event.step) for event in result.events}
    assert len(cells) == len(result.events) <= max_per_pass * chosen.sampling_iterations
    firsts = [passed for passed, pitch, step in cells if (passed, pitch, step - 1) not in cells]
    assert all(firsts.count(number) <= max_per_pass for number in set(firsts))
    assert max(passes, default=-1) < max(result.passes, 1)
    # Replaying the edits on the input gives the output.
    assert np.array_equal(replay(piece[SOUNDING], result.events), result.planes[SOUNDING])
    # A lock keeps every given note, its beginning and its length.
    if chosen.melody_lock:
        assert not any(event.original for event in result.events)
        given_notes = set(planes_to_notes(piece))
        assert given_notes <= set(planes_to_notes(result.planes))
        assert sorted([*added_notes(notes, result), *given_notes]) == sorted(planes_to_notes(result.planes))
        allowed = editable_piece(piece, chosen, limits).editable
        assert all(allowed[event.step, event.pitch] for event in result.events)
    # The piece and its notes say the same.
    assert np.array_equal(notes_to_planes(planes_to_notes(result.planes), bars * 16), result.planes)
    # The same request gives the same edits.
    again = run(notes, bars, chosen, network, seed, limits)
    assert again.events == result.events
    assert np.array_equal(again.planes, result.planes)


@given(pieces(max_bars=64))
@settings(max_examples=40, deadline=None)
def test_notes_survive_the_way_through_the_roll(piece: tuple[list[Note], int]) -> None:
    """Held and repeated notes stay as they are. Where a pitch overlaps itself the earlier note ends."""
    notes, bars = piece
    planes = notes_to_planes(notes, bars * 16)
    untouched = rewrite(
        opinionated(0), planes, settings=replace(DEFAULT_SETTINGS, sampling_iterations=0), limits=LIMITS, seed=0
    )
    assert untouched.events == ()
    result = edited_notes(notes, untouched)
    assert [note[:3] for note in result] == [note[:3] for note in planes_to_notes(planes)]
    assert np.array_equal(notes_to_planes(result, bars * 16), planes)
    free = {(note.onset, note.pitch) for note in notes}
    for note in notes:
        others = [other for other in notes if other is not note and other.pitch == note.pitch]
        if all(o.onset + o.duration <= note.onset or note.onset + note.duration <= o.onset for o in others):
            assert note in result
        assert (note.onset, note.pitch) in free


def test_other_seeds_give_other_pieces() -> None:
    piece = notes_to_planes([Note(0, 16, 60)], 128)
    chosen = replace(DEFAULT_SETTINGS, sampling_iterations=10)
    results = {
        str(rewrite(opinionated(1), piece, settings=chosen, limits=LIMITS, seed=seed).events) for seed in range(6)
    }
    assert len(results) == 6


def target_of(notes: list[Note], steps: int) -> Cells:
    return np.asarray(notes_to_planes(notes, steps)[SOUNDING], dtype=np.bool_)


TARGET = target_of([Note(step, 8, pitch) for step in range(0, 128, 8) for pitch in (48, 55, 60, 64)], 128)
WRONG = [Note(step, 8, 61 + step // 8 % 3) for step in range(0, 128, 8)]


@pytest.mark.parametrize(("edits_per_pass", "temperature"), [(1, 1.0), (16, 0.5), (16, 1.0), (32, 1.0)])
def test_it_gets_where_the_network_wants_and_stops_there(edits_per_pass: int, temperature: float) -> None:
    piece = notes_to_planes(WRONG, 128)
    difference = int((piece[SOUNDING] ^ TARGET).sum())
    chosen = replace(
        DEFAULT_SETTINGS,
        max_notes_added=1000,
        sampling_iterations=1000,
        edits_per_pass=edits_per_pass,
        temperature=temperature,
        max_passes=1000,
    )
    result = rewrite(wishing(TARGET), piece, settings=chosen, limits=LIMITS, seed=3)
    assert np.array_equal(result.planes[SOUNDING], TARGET)
    assert len(result.events) == difference
    assert result.expected_edits < 1
    # Several edits in a pass make whole notes; one by one they make cells.
    assert result.passes == difference if edits_per_pass == 1 else result.passes < difference / edits_per_pass


def test_one_edit_a_pass_is_one_edit_a_pass() -> None:
    piece = notes_to_planes(WRONG, 128)
    chosen = replace(DEFAULT_SETTINGS, sampling_iterations=100, edits_per_pass=1)
    result = rewrite(wishing(TARGET), piece, settings=chosen, limits=LIMITS, seed=0)
    assert [event.passed for event in result.events] == list(range(100))


def test_one_edit_a_pass_draws_as_a_softmax_does() -> None:
    """Gumbel top-1 is a draw from the softmax: three cells are drawn in the odds of their logits."""
    logits = np.full((16, PITCHES), -1e4, dtype=np.float32)
    wanted = {(0, 60): 0.0, (5, 64): 1.0, (9, 67): 2.0}
    for (step, pitch), value in wanted.items():
        logits[step, pitch] = value
    piece = notes_to_planes([Note(0, 1, 40)], 16)
    chosen = replace(DEFAULT_SETTINGS, sampling_iterations=1, edits_per_pass=1, temperature=2.0)
    counts = dict.fromkeys(wanted, 0)
    for seed in range(400):
        result = rewrite(lambda *_: (logits, logits), piece, settings=chosen, limits=LIMITS, seed=seed)
        counts[result.events[0].step, result.events[0].pitch] += 1
    odds = np.exp(np.array(list(wanted.values())) / 2)
    assert np.abs(np.array(list(counts.values())) / 400 - odds / odds.sum()).max() < 0.08


def test_a_low_temperature_follows_and_a_high_one_strays() -> None:
    piece = notes_to_planes(WRONG, 128)

    def strayed(temperature: float, edits_per_pass: int) -> float:
        chosen = replace(DEFAULT_SETTINGS, temperature=temperature, edits_per_pass=edits_per_pass, max_passes=5)
        events = rewrite(wishing(TARGET, 4.0), piece, settings=chosen, limits=LIMITS, seed=1).events
        return float(np.mean([event.probability < 0.5 for event in events]))

    assert strayed(0.5, 32) == strayed(0.5, 1) == 0
    # The slider's end is where the input still lives. One edit a pass strays as the original does.
    assert 0.02 < strayed(6, 32) < 0.3
    assert strayed(6, 1) > 0.5


def test_each_iteration_is_a_hundredth_of_the_way() -> None:
    """Fewer iterations make the first of the same edits, and none of a hundred is without effect."""
    piece = notes_to_planes(WRONG, 128)

    def edits(iterations: int) -> Rewriting:
        chosen = replace(DEFAULT_SETTINGS, sampling_iterations=iterations)
        return rewrite(opinionated(3, level=-12.0), piece, settings=chosen, limits=LIMITS, seed=2)

    every = edits(100).events
    assert len(every) >= 300
    counts = [0]
    for iterations in range(0, 101, 10):
        result = edits(iterations)
        assert result.events == every[: len(result.events)]
        assert np.array_equal(replay(piece[SOUNDING], result.events), result.planes[SOUNDING])
        counts.append(len(result.events))
    assert counts == [0, *(-(-len(every) * share // 10) for share in range(11))]


@pytest.mark.parametrize("temperature", [0.5, 6.0])
@pytest.mark.parametrize("scale", [1e-6, 1e6, 1e30])
def test_any_temperature_and_any_logits_are_stable(temperature: float, scale: float) -> None:
    chosen = replace(DEFAULT_SETTINGS, sampling_iterations=6, temperature=temperature)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        result = rewrite(opinionated(2, scale), notes_to_planes(WRONG, 128), settings=chosen, limits=LIMITS, seed=0)
    assert result.events
    assert all(np.isfinite(event.probability) for event in result.events)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_refused(value: float) -> None:
    def network(planes: Floats, density: float) -> tuple[Floats, Floats]:
        response = np.zeros(planes.shape[1:], dtype=np.float32)
        response[3, 3] = value
        return response, response

    with pytest.raises(ValueError, match="not finite"):
        rewrite(network, notes_to_planes(WRONG, 128), settings=DEFAULT_SETTINGS, limits=LIMITS, seed=0)


def test_nothing_removed_at_nought_percent_and_everything_at_a_hundred() -> None:
    piece = notes_to_planes(WRONG, 128)
    for percentage in (0, 50, 100):
        chosen = replace(
            DEFAULT_SETTINGS,
            max_percentage_of_initial_notes_removed=percentage,
            max_notes_added=1000,
            sampling_iterations=500,
        )
        result = rewrite(wishing(TARGET), piece, settings=chosen, limits=LIMITS, seed=0)
        removed = int((piece[SOUNDING] & ~result.planes[SOUNDING]).sum())
        assert removed == 128 * percentage // 100


def test_the_caps_of_a_long_piece_are_in_proportion() -> None:
    everything = np.ones((64 * 16, PITCHES), dtype=np.bool_)
    piece = notes_to_planes([Note(0, 1, 60)], 64 * 16)
    chosen = replace(
        DEFAULT_SETTINGS,
        max_percentage_of_initial_notes_removed=0,
        max_notes_added=100,
        edits_per_pass=32,
    )
    result = rewrite(wishing(everything), piece, settings=chosen, limits=LIMITS, seed=0)
    assert (result.planes[SOUNDING] & ~piece[SOUNDING]).sum() == 800
    assert len([event for event in result.events if event.passed == 0]) >= 256


def test_added_cells_hold_or_repeat_as_the_network_says() -> None:
    target = target_of([Note(0, 8, 60)], 16)

    def network(planes: Floats, density: float) -> tuple[Floats, Floats]:
        toggle, onset = wishing(target)(planes, density)
        onset[4, 60] = 5
        return toggle, onset

    result = rewrite(network, notes_to_planes([Note(15, 1, 90)], 16), settings=DEFAULT_SETTINGS, limits=LIMITS, seed=0)
    assert planes_to_notes(result.planes) == [Note(0, 4, 60), Note(4, 4, 60)]


def test_a_locked_note_is_never_lengthened_by_what_is_added_around_it() -> None:
    """The network wants every cell around the melody and every one of them held."""
    melody = [Note(4, 3, 60), Note(7, 2, 60), Note(12, 4, 62)]
    everything = np.zeros((16, PITCHES), dtype=np.bool_)
    everything[:, 58:64] = True
    chosen = replace(LOCKED, max_notes_added=1000)
    result = rewrite(wishing(everything), notes_to_planes(melody, 16), settings=chosen, limits=LIMITS, seed=0)
    assert np.array_equal(result.planes[SOUNDING], everything)
    assert set(melody) <= set(planes_to_notes(result.planes))
    assert added_notes(melody, result) == [note for note in planes_to_notes(result.planes) if note not in melody]


def test_velocities_of_given_notes_are_kept() -> None:
    given_notes = [Note(0, 4, 60, 33), Note(4, 4, 60, 99)]
    target = target_of([Note(0, 8, 60), Note(0, 8, 64)], 16)
    result = rewrite(
        wishing(target), notes_to_planes(given_notes, 16), settings=DEFAULT_SETTINGS, limits=LIMITS, seed=0
    )
    assert edited_notes(given_notes, result) == [Note(0, 4, 60, 33), Note(0, 8, 64, 80), Note(4, 4, 60, 99)]


def test_a_piece_outside_of_the_networks_window_is_heard_by_octaves_and_edited_in_place() -> None:
    high = [note._replace(pitch=note.pitch + 48) for note in WRONG]
    piece = notes_to_planes(high, 128)
    assert octave_shift(piece[SOUNDING], LIMITS) == -24
    assert octave_shift(notes_to_planes(WRONG, 128)[SOUNDING], LIMITS) == 0
    seen: list[Floats] = []

    def network(planes: Floats, density: float) -> tuple[Floats, Floats]:
        seen.append(planes)
        wanted = np.zeros_like(TARGET)
        wanted[:, 80] = True
        return wishing(wanted)(planes, density)

    chosen = replace(LOCKED, max_notes_added=1000)
    result = rewrite(network, piece, settings=chosen, limits=LIMITS, seed=0)
    assert np.array_equal(seen[0][0, :, :104], piece[SOUNDING][:, 24:])
    assert {event.pitch for event in result.events} == {104}


def test_what_lies_outside_of_region_and_window_is_told_to_the_network_as_locked() -> None:
    piece = notes_to_planes([Note(0, 32, 60), Note(0, 32, 33), Note(0, 32, 100)], 32)
    chosen = replace(DEFAULT_SETTINGS, first_bar=2)
    session = EditSession(
        editable_piece(piece, chosen, LIMITS), settings=chosen, limits=LIMITS, rng=np.random.default_rng(0)
    )
    locked = session.planes()[2]
    assert locked[:16, 60].all()
    assert not locked[16:, 60].any()
    assert locked[:, 100].all()


def test_rests_before_an_upbeat_are_not_to_be_filled_but_empty_bars_are() -> None:
    """Bar 1 sounds in its last beat, bar 2 throughout, bars 3 and 4 not at all."""
    piece = notes_to_planes([Note(12, 4, 60), Note(16, 16, 62)], 64)
    chosen = replace(DEFAULT_SETTINGS, density=1.5)
    assert editable_piece(piece, chosen, LIMITS).density == pytest.approx(1.5 * (4 + 16 + 32) / 64)


def test_a_region_without_an_editable_cell_stays_as_it_is() -> None:
    """A server refuses it before (see `nothing_to_edit`); a training that meets such music goes on."""
    chosen = replace(DEFAULT_SETTINGS, lowest_pitch=110)
    assert rewrite(opinionated(0), notes_to_planes(WRONG, 128), settings=chosen, limits=LIMITS, seed=0).events == ()


@pytest.mark.parametrize("locked", [True, False])
def test_of_a_locked_melody_the_network_is_told_half_the_density_at_least(locked: bool) -> None:
    """With a quarter it takes a tune for enough music, where one voice is asked for."""
    piece = notes_to_planes([Note(0, 64, 60)], 64)
    chosen = replace(DEFAULT_SETTINGS, density=0.25, melody_lock=locked)
    assert editable_piece(piece, chosen, LIMITS).density == pytest.approx(0.5 if locked else 0.25)


def test_a_deadline_ends_the_loop() -> None:
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise TimeoutError

    ended: Callable[[], Rewriting] = lambda: rewrite(  # noqa: E731
        opinionated(0),
        notes_to_planes(WRONG, 128),
        settings=DEFAULT_SETTINGS,
        limits=LIMITS,
        seed=0,
        before_each_pass=check,
    )
    with pytest.raises(TimeoutError):
        ended()


def test_an_edit_that_changes_nothing_is_no_replay() -> None:
    piece: Planes = notes_to_planes(WRONG, 128)
    events = rewrite(wishing(TARGET), piece, settings=DEFAULT_SETTINGS, limits=LIMITS, seed=0).events
    with pytest.raises(ValueError, match="changes nothing"):
        replay(piece[SOUNDING], [events[0], events[0]])
    assert piece[ONSET].any()
