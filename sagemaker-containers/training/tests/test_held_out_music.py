"""The music that every epoch is measured on."""

from __future__ import annotations

import numpy as np
import pytest
from opencomposer_music.piano_roll import Planes
from opencomposer_testing.tiny_music import random_piece
from opencomposer_training.dataset import Dataset, Split, VoicePlanes
from opencomposer_training.held_out_music import HeldOutMusic

NAMES = ("Soprano", "Alto", "Tenor", "Bass")


def dataset(*splits: Split) -> Dataset:
    pieces = tuple(random_piece(seed, 8, split=split) for seed, split in enumerate(splits))
    return Dataset(tuple((name, 52) for name in NAMES), (True,) * len(NAMES), pieces)


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
