"""Training examples: the cells that are corrupted and kept, and that the target always tells how to restore them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_ar_cnn.corruption import Example, corrupt, density_of, merge
from opencomposer_ar_cnn.onsets import before, possible_ties, resolve_onsets
from opencomposer_music.piano_roll import ONSET, SOUNDING, Note, notes_to_planes
from opencomposer_training.dataset import VoicePlanes

PITCHES = 64


def four_voices(seed: int, bars: int = 4) -> VoicePlanes:
    """Returns four random lines of notes without rests, one octave apart, on 64 pitches."""
    rng = np.random.default_rng(seed)
    steps = bars * 16
    voices = []
    for voice in range(4):
        notes = []
        step = 0
        while step < steps:
            length = min(int(rng.choice([2, 4, 4, 8])), steps - step)
            notes.append(Note(step, length, 48 - 12 * voice + int(rng.integers(8))))
            step += length
        voices.append(notes_to_planes(notes, steps)[:, :, :PITCHES])
    return np.stack(voices)


def examples(count: int) -> list[tuple[VoicePlanes, Example]]:
    windows = [four_voices(seed) for seed in range(count)]
    return [(window, corrupt(window, np.random.default_rng(seed))) for seed, window in enumerate(windows)]


EXAMPLES = examples(400)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(1, 8), st.integers(2, 4))
def test_an_example_keeps_its_laws(music: int, seed: int, bars: int, voices: int) -> None:
    window = four_voices(music, bars)[:voices]
    example = corrupt(window, np.random.default_rng(seed))
    everything, _ = merge(window)
    # The music is the composer's, with all or some of its voices.
    assert not (example.target & ~everything).any()
    assert example.target[window[0, SOUNDING]].all()
    # A locked cell is right, sounds, and was brought by the user.
    assert not (example.locked & ~example.target).any()
    assert not (example.locked & ~example.roll).any()
    assert not (example.locked & ~example.original).any()
    assert not (example.difference & example.locked).any()
    # Toggling the difference gives the target.
    assert np.array_equal(example.roll ^ example.difference, example.target)
    # Notes start only where they sound, and wherever silence was before.
    assert not (example.onsets & ~example.roll).any()
    assert example.onsets[example.roll & ~before(example.roll)].all()
    assert example.density == pytest.approx(example.target.sum() / len(example.target) / 4)


def test_the_same_seed_corrupts_in_the_same_way() -> None:
    window = four_voices(1)
    one, same, other = (corrupt(window, np.random.default_rng(seed)) for seed in (5, 5, 6))
    assert all(np.array_equal(getattr(one, name), getattr(same, name)) for name in ("roll", "onsets", "original"))
    assert not np.array_equal(one.roll, other.roll)


def test_from_nothing_to_everything_may_be_missing() -> None:
    missing = [1 - (example.roll & example.target).sum() / example.target.sum() for _, example in EXAMPLES]
    counts, _ = np.histogram(missing, bins=4, range=(0, 1))
    assert (counts > 20).all(), counts
    assert min(missing) < 0.02
    assert max(missing) > 0.95


def test_half_of_the_examples_have_a_given_melody() -> None:
    locked = np.mean([example.locked.any() for _, example in EXAMPLES])
    assert 0.4 < locked < 0.6
    whole_melody = [
        bool((example.locked & window[0, SOUNDING]).sum() == window[0, SOUNDING].sum())
        for window, example in EXAMPLES
        if example.locked.any()
    ]
    assert 0.7 < np.mean(whole_melody) < 0.95


def test_wrong_notes_stand_near_the_music() -> None:
    distances: list[int] = []
    for _, example in EXAMPLES:
        wrong = np.argwhere(example.roll & ~example.target)
        right = np.flatnonzero(example.target.any(axis=0))
        distances.extend(int(np.abs(right - pitch).min()) for _, pitch in wrong)
    assert len(distances) > 1000
    assert max(distances) <= 12
    assert np.mean([distance <= 2 for distance in distances]) > 0.5
    clean = np.mean([not (example.roll & ~example.target).any() for _, example in EXAMPLES])
    assert 0.2 < clean < 0.5


def test_what_is_missing_comes_in_notes_bars_and_voices_and_not_only_in_cells() -> None:
    """A cell that is removed at random is missing alone. Here the neighbor of a missing cell is mostly missing, too."""
    together = []
    for _, example in EXAMPLES:
        missing = example.target & ~example.roll
        held = possible_ties(example.target) & before(missing)
        if held.any():
            together.append((missing & held).sum() / held.sum())
    assert np.mean(together) > 0.8


def test_repeats_are_sometimes_hidden_but_never_those_of_locked_notes() -> None:
    hidden = shown = 0
    for _, example in EXAMPLES:
        repeats = possible_ties(example.roll) & possible_ties(example.target) & example.target_onsets
        hidden += int((repeats & ~example.onsets).sum())
        shown += int((repeats & example.onsets).sum())
        inside = repeats & example.locked & before(example.locked)
        assert example.onsets[inside].all()
    assert hidden > 20
    assert shown > 20


def test_density_counts_voices() -> None:
    assert density_of(np.ones((32, 4), dtype=np.bool_)) == 1.0
    densities = [example.density for _, example in EXAMPLES]
    assert min(densities) < 0.6
    assert max(densities) > 0.9


def test_where_an_edited_roll_starts_its_notes() -> None:
    def column(text: str) -> np.ndarray:
        return np.array([[mark == "x"] for mark in text])

    original = column("xxxx....")
    onsets = column("x.x.....")
    nothing = column("........")

    def resolve(sounding: str, locked: np.ndarray, repeats: np.ndarray) -> str:
        result = resolve_onsets(
            column(sounding), original=original, original_onsets=onsets, locked=locked, repeats=repeats
        )
        return "".join("x" if mark else "." for mark in result[:, 0])

    # The original's repeated note stays repeated whatever the network says, and its held note stays held.
    assert resolve("xxxx....", nothing, column("xxxxxxxx")) == "x.x....."
    # Added cells hold on to the note before, unless the network wants a repeat.
    assert resolve("xxxxxx..", nothing, nothing) == "x.x....."
    assert resolve("xxxxxx..", nothing, column("....x...")) == "x.x.x..."
    # A locked note keeps its length.
    assert resolve("xxxxxx..", original, nothing) == "x.x.x..."
    # A note starts after a gap.
    assert resolve("x.xx.x..", nothing, nothing) == "x.x..x.."


def test_merged_voices_start_where_any_of_them_starts() -> None:
    voices = np.stack([notes_to_planes([Note(0, 8, 60)], 16), notes_to_planes([Note(4, 4, 60)], 16)])
    sounding, onsets = merge(voices)
    assert np.flatnonzero(sounding[:, 60]).tolist() == list(range(8))
    assert np.flatnonzero(onsets[:, 60]).tolist() == [0, 4]
    assert np.array_equal(voices[:, ONSET].any(axis=0), onsets)
