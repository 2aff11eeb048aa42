"""The music that every epoch is measured on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from opencomposer_music.piano_roll import Note, Planes, notes_to_planes
from opencomposer_testing.tiny_music import random_piece
from opencomposer_training.dataset import Dataset, Piece, Split, VoicePlanes, gather_marked_phrase_ends
from opencomposer_training.held_out_music import HeldOutMusic

NAMES = ("Soprano", "Alto", "Tenor", "Bass")


def dataset(*splits: Split) -> Dataset:
    return dataset_of(*(random_piece(seed, 8, split=split) for seed, split in enumerate(splits)))


def dataset_of(*pieces: Piece) -> Dataset:
    voices = len(pieces[0].notes.drums)
    return Dataset(tuple((name, 52) for name in NAMES[:voices]), (True,) * voices, (False,) * voices, pieces)


def chorale(*, marked: tuple[int, ...] | None = (28, 60), voices: int = 4) -> Piece:
    """Returns four bars in which phrases end with G-C in the second bar and with F-C in the fourth, and all else
    is C. marked: the phrase ends that the data set states."""
    c_major, g_major, f_major = (72, 67, 64, 48), (71, 67, 62, 55), (72, 69, 65, 53)
    chords = [c_major] * 6 + [g_major, c_major] + [c_major] * 6 + [f_major, c_major]
    planes = [
        notes_to_planes([Note(4 * beat, 4, chord[voice]) for beat, chord in enumerate(chords)], 64)
        for voice in range(voices)
    ]
    return Piece.of_planes("chorale", "train", "chorale", np.stack(planes), marked)


def lower_voices(window: VoicePlanes) -> list[Planes]:
    return list(window[1:])


def music(*splits: Split) -> HeldOutMusic:
    return HeldOutMusic(dataset(*splits), bars=4, windows=6, accompaniment=lower_voices)


def test_the_composers_own_accompaniment_of_it_measures_what_it_says() -> None:
    held_out = music("train", "train", "validation")
    assert held_out.measure(map(lower_voices, held_out.windows)) == held_out.validation_metrics
    silence = [[np.zeros_like(window[0])] for window in held_out.windows]
    assert held_out.measure(silence)["similarityIndex"] > held_out.validation_metrics["similarityIndex"]


def test_it_is_training_music_where_nothing_is_held_out() -> None:
    held_out = music("train", "train")
    metrics = dict(held_out.validation_metrics)
    metrics.pop("similarityIndex")
    assert metrics.keys() == held_out.reference_metrics.keys()
    assert 0 < len(held_out.windows) <= 6


def test_every_window_must_have_been_written_to() -> None:
    held_out = music("train", "validation")
    with pytest.raises(ValueError, match="shorter"):
        held_out.measure([lower_voices(held_out.windows[0])])


def metrics_of(*pieces: Piece, bars: int = 4, merged: bool = False) -> Mapping[str, float]:
    """Returns the metrics of the pieces' own accompaniment, as one track where it is merged."""

    def accompaniment(window: VoicePlanes) -> list[Planes]:
        return [np.asarray(window[1:].any(axis=0))] if merged else lower_voices(window)

    return HeldOutMusic(dataset_of(*pieces), bars=bars, windows=6, accompaniment=accompaniment).validation_metrics


@pytest.mark.parametrize("merged", [False, True])
def test_half_of_the_phrases_close_and_nothing_is_leapt_into(merged: bool) -> None:
    metrics = metrics_of(chorale(), merged=merged)
    assert metrics["phrasesClosed"] == 0.5
    assert metrics["leaptIntoDissonancesPerBar"] == 0


def test_phrases_are_counted_over_all_windows() -> None:
    assert metrics_of(chorale(), bars=1)["phrasesClosed"] == 0.5
    assert metrics_of(chorale(), chorale(marked=(28,)), bars=2)["phrasesClosed"] == 2 / 3


def test_a_phrase_end_with_which_a_window_begins_is_left_out() -> None:
    piece = chorale(marked=(16, 28))
    assert gather_marked_phrase_ends([piece], 1, 6) == [[], [12], [], []]
    assert gather_marked_phrase_ends([piece], 4, 6) == [[16, 28]]
    assert metrics_of(piece, bars=1)["phrasesClosed"] == 1


def test_closes_are_absent_where_no_phrase_end_is_stated_or_no_chord_can_sound() -> None:
    unmarked = metrics_of(chorale(marked=None))
    assert "phrasesClosed" not in unmarked
    assert "leaptIntoDissonancesPerBar" in unmarked
    assert "phrasesClosed" not in metrics_of(chorale(voices=2))
    # A piece that states its phrase ends is enough.
    assert metrics_of(chorale(marked=None), chorale())["phrasesClosed"] == 0.5


def test_a_silent_accompaniment_closes_no_phrase() -> None:
    piece = chorale()
    held_out = HeldOutMusic(dataset_of(piece), bars=4, windows=6, accompaniment=lower_voices)
    silence = [[np.zeros_like(track) for track in lower_voices(window)] for window in held_out.windows]
    assert held_out.measure(silence)["phrasesClosed"] == 0
