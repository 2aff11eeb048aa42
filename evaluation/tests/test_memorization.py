"""The finder of copies, compared with brute force, on a planted copy, and on noise."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from opencomposer_evaluation.memorization import PassageIndex, report_memorization, sounding_places
from opencomposer_music.voice_lines import REST, Lines

VOICES = 3


@st.composite
def small_pieces(draw: st.DrawFn) -> Lines:
    """Draws few pitches and a few rests, so that passages meet by chance."""
    steps = draw(st.integers(1, 14))
    cells = st.sampled_from([REST, 40, 41, 43])
    return np.array(draw(st.lists(st.lists(cells, min_size=steps, max_size=steps), min_size=2, max_size=2)))


def longest_by_brute_force(lines: Lines, training: list[Lines]) -> int:
    """Follows the definition of the longest run word for word."""
    longest = 0
    for piece in training:
        for start in range(lines.shape[1]):
            for place in range(piece.shape[1]):
                shift: int | None = None
                for step in range(min(lines.shape[1] - start, piece.shape[1] - place)):
                    one, two = lines[:, start + step], piece[:, place + step]
                    heard = one != REST
                    if not heard.any() or (heard != (two != REST)).any():
                        break
                    differences = set((one - two)[heard].tolist())
                    if len(differences) > 1 or shift not in (None, *differences):
                        break
                    shift = differences.pop()
                    longest = max(longest, step + 1)
    return longest


@settings(max_examples=150, deadline=None)
@given(small_pieces(), st.lists(small_pieces(), min_size=1, max_size=3))
def test_the_longest_run_is_that_of_brute_force(lines: Lines, training: list[Lines]) -> None:
    index = PassageIndex(training, [str(number) for number in range(len(training))])
    assert index.longest_run(lines) == longest_by_brute_force(lines, training)


def noise(seed: int, steps: int) -> Lines:
    return np.random.default_rng(seed).integers(48, 60, (VOICES, steps))


def test_a_planted_copy_is_found_in_any_key_at_any_step_and_by_its_true_length() -> None:
    training = [noise(seed, 200) for seed in range(5)]
    index = PassageIndex(training, ["a", "b", "c", "d", "e"])
    for shift in (-11, 0, 7):
        piece = noise(100, 96)
        piece[:, 13:60] = training[3][:, 101:148] + shift
        # The neighbors go on differently, so that the run has exactly 47 steps.
        piece[0, 12], piece[0, 60] = 90, 90
        assert index.longest_run(piece) == 47
        copied = index.copied(piece, 32)
        assert copied.nonzero()[0].tolist() == list(range(13, 60 - 32 + 1))
        assert index.longest_run(piece, not_of="d") < 10
        # One other voice makes it another passage.
        piece[2, 13:60] += 1
        assert index.longest_run(piece) < 10


def test_nothing_is_found_in_noise_and_everything_in_the_training_itself() -> None:
    training = [noise(seed, 300) for seed in range(5)]
    tunes = ["a", "b", "c", "d", "e"]
    index = PassageIndex(training, tunes)
    strangers = report_memorization(index, [noise(seed, 300) for seed in range(50, 60)], [None] * 10, 32, 16)
    assert (strangers.copied_share, strangers.pieces_with_copies) == (0, 0)
    assert strangers.longest_run < 8
    itself = report_memorization(index, training, [None] * 5, 32, 16)
    assert (itself.copied_share, itself.longest_run) == (1, 300)
    without = report_memorization(index, training, list(tunes), 32, 16)
    assert without.copied_share == 0


def test_a_passage_of_two_tunes_counts_for_a_third_and_for_both() -> None:
    shared = noise(0, 40)
    index = PassageIndex([shared, shared + 3, noise(1, 40)], ["a", "b", "c"])
    assert index.longest_run(shared, not_of="a") == 40
    assert index.longest_run(shared, not_of="b") == 40
    assert index.longest_run(shared, not_of="unheard of") == 40


def test_silence_is_no_copy() -> None:
    silent = np.full((VOICES, 64), REST)
    index = PassageIndex([silent], ["a"])
    assert index.longest_run(silent) == 0
    assert len(sounding_places(silent, 32, 16)) == 0
    half = silent.copy()
    half[1, 16:48] = 50
    assert sounding_places(half, 32, 16).tolist() == [16]
