"""The baselines: retrieval and random notes, and playing window by window."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from opencomposer_evaluation.accompanists import InSeparateWindows, NearestWindow, RandomInScale
from opencomposer_evaluation.corpus import cut_steps
from opencomposer_evaluation.melodies import random_melody, transposed, with_silent_bars
from opencomposer_music.metrics import scale_consistency
from opencomposer_music.piano_roll import ONSET, Planes
from opencomposer_music.voice_lines import lines_of
from opencomposer_testing.tiny_music import random_piece

TRAINING = [random_piece(seed, 9) for seed in range(6)]


def test_a_training_melody_finds_itself_in_any_key() -> None:
    retrieval = NearestWindow(TRAINING, 4)
    for shift in (0, 5, -12):
        for piece, bar in ((0, 0), (3, 5)):
            melody = transposed(cut_steps(TRAINING[piece].planes[0], bar * 16, 64), shift)
            found = retrieval.find(melody)
            assert (found.piece, found.start, found.shift, found.equal_steps) == (piece, bar * 16, shift, 64)
            played = retrieval.accompany(melody, 0)
            own = [transposed(cut_steps(voice, bar * 16, 64), shift) for voice in TRAINING[piece].planes[1:]]
            assert all((one == two).all() for one, two in zip(played, own, strict=True))


def test_retrieval_can_leave_a_tune_out_and_plays_any_number_of_bars() -> None:
    retrieval = NearestWindow(TRAINING, 4)
    melody = TRAINING[2].planes[0]
    assert all(track.shape == melody.shape for track in retrieval.accompany(melody, 0))
    assert retrieval.find(melody[:, :64], not_of="tune-2").piece != 2


def test_random_notes_keep_to_the_melody_s_scale() -> None:
    player = RandomInScale(TRAINING)
    melody = random_melody(64, 3, in_scale=True)
    tracks = player.accompany(melody, 1)
    assert scale_consistency([melody, *tracks]) == 1
    assert all((one == two).all() for one, two in zip(tracks, player.accompany(melody, 1), strict=True))
    assert not all((one == two).all() for one, two in zip(tracks, player.accompany(melody, 2), strict=True))


class Echo:
    """Plays the melody, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []

    def accompany(self, melody: Planes, seed: int) -> Sequence[Planes]:
        self.asked.append((melody.shape[1], seed))
        return [melody]


def test_separate_windows_are_played_alone_with_seeds_of_their_own_and_joined() -> None:
    echo = Echo()
    melody = TRAINING[0].planes[0]
    (joined,) = InSeparateWindows(echo, 2).accompany(melody, 7)
    assert [steps for steps, _ in echo.asked] == [32, 32, 32, 32, 16]
    assert len({seed for _, seed in echo.asked}) == 5
    assert (lines_of([joined]) == lines_of([melody])).all()
    # A note that is held over the boundary starts anew.
    assert joined[ONSET, 32].any()


def test_unusual_melodies() -> None:
    melody = TRAINING[0].planes[0]
    assert (transposed(transposed(melody, -24), 24) == melody).all()
    assert np.flatnonzero(with_silent_bars(melody).any(axis=(0, 2)).reshape(-1, 16).any(axis=1)).tolist() == [
        0,
        2,
        4,
        6,
        8,
    ]
    assert scale_consistency([random_melody(512, 1, in_scale=False)]) != 1
