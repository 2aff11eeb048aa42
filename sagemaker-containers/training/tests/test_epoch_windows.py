"""The windows that an epoch learns, with their order and their keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from opencomposer_music.piano_roll import SOUNDING, Note, notes_to_planes
from opencomposer_training.dataset import Dataset, Piece, Window, gather_windows, spread_windows, training_windows
from opencomposer_training.epoch_windows import FORGOTTEN_PHRASE_ENDS, EpochWindows

LEARNING_SIZES = json.loads((Path(__file__).resolve().parents[3] / "contracts/cases/learning-sizes.json").read_text())[
    "cases"
]


def piece(number: int, bars: int, low: int = 60, high: int = 72) -> Piece:
    """Returns two voices that hold one pitch each."""
    steps = bars * 16
    voices = [notes_to_planes([Note(0, steps, pitch)], steps) for pitch in (high, low)]
    return Piece.of_planes(f"piece-{number}", "train", f"tune-{number}", np.stack(voices))


PIECES = [piece(0, 9), piece(1, 2), piece(2, 17)]


def windows(seed: int = 1, batch_size: int = 4) -> EpochWindows:
    return EpochWindows(PIECES, bars=4, hop=2, batch_size=batch_size, seed=seed)


def of_epoch(made: EpochWindows, epoch: int) -> list[Window]:
    return [window for batch in range(made.batches(epoch)) for window in made.batch(epoch, batch)]


@pytest.mark.parametrize("epoch", [0, 1])
def test_an_epoch_has_every_window_and_whole_batches(epoch: int) -> None:
    learned = of_epoch(windows(), epoch)
    all_windows = training_windows(PIECES, 4, 2, epoch)
    assert set(learned) == set(all_windows)
    assert len(learned) % 4 == 0 and 0 <= len(learned) - len(all_windows) < 4


def test_the_order_is_of_seed_and_epoch_and_of_nothing_that_was_asked_before() -> None:
    made = windows()
    first = of_epoch(made, 0)
    assert of_epoch(made, 1) != first
    assert of_epoch(made, 0) == first == of_epoch(windows(), 0)
    assert of_epoch(windows(seed=2), 0) != first


def test_a_cut_keeps_every_note_in_the_window_of_the_keyboard() -> None:
    made = windows()
    rng = np.random.default_rng(0)
    shifts = set()
    for _ in range(60):
        planes = made.cut(Window(0, 2), rng, lowest=57, pitches=19, reach=6)
        assert planes.shape == (2, 2, 64, 19)
        high, low = (int(np.nonzero(voice[SOUNDING].any(axis=0))[0][0]) for voice in planes)
        assert high - low == 12
        shifts.add(low + 57 - 60)
    assert shifts == {-3, -2, -1, 0, 1, 2, 3}


def test_phrase_ends_are_those_of_the_window_and_some_are_forgotten() -> None:
    steps = 9 * 16
    melody = notes_to_planes([Note(onset, 8, 60) for onset in range(0, steps, 8)], steps)
    marked = Piece.of_planes("marked", "train", "tune", np.stack([melody, melody]), (24, 56, 88, 136))
    made = EpochWindows([marked], bars=4, hop=2, batch_size=1, seed=0)
    rng = np.random.default_rng(0)
    told = [made.phrase_ends(Window(0, 1), rng) for _ in range(400)]
    first, second = (np.mean([ends[at : at + 8].all() for ends in told]) for at in (8, 40))
    assert all(ends.shape == (64,) for ends in told)
    assert all(not ends[np.r_[0:8, 16:40, 48:64]].any() for ends in told)
    assert first == pytest.approx(1 - FORGOTTEN_PHRASE_ENDS, abs=0.06)
    assert second == pytest.approx(1 - FORGOTTEN_PHRASE_ENDS, abs=0.06)
    assert all(ends[8:16].all() == ends[8:16].any() for ends in told)


def test_a_window_beyond_the_end_of_its_piece_has_no_phrase_end_there() -> None:
    ends = windows().phrase_ends(Window(1, 0), np.random.default_rng(1))
    assert ends.shape == (64,) and not ends[32:].any()


def test_spread_windows_cover_what_there_is_without_overlap() -> None:
    every = spread_windows(PIECES, 4, 100)
    assert every == training_windows(PIECES, 4, 4, 0)
    few = spread_windows(PIECES, 4, 3)
    assert (few[0], few[-1]) == (every[0], every[-1])
    assert len(few) == len(set(few)) == 3
    assert [planes.shape for planes in gather_windows(PIECES, 4, 3)] == [(2, 2, 64, 128)] * 3


@pytest.mark.parametrize(
    ("low", "high", "reach", "unit"), [(60, 72, 0, 8), (40, 80, 6, 16), (0, 127, 6, 8), (0, 1, 0, 8)]
)
def test_the_window_of_the_keyboard_is_narrow_and_holds_everything(low: int, high: int, reach: int, unit: int) -> None:
    data = Dataset((("High", 0), ("Low", 0)), (True, True), (False, False), (piece(0, 1, low, high),))
    lowest, pitches = data.keyboard_window(reach, unit)
    assert 0 <= lowest <= max(0, low - reach)
    assert min(127, high + reach) <= lowest + pitches - 1 <= 127
    assert pitches % unit == 0 and 2 * unit <= pitches
    assert pitches < max(2 * unit + 1, high - low + 1 + 2 * reach + unit)


@pytest.mark.parametrize("case", LEARNING_SIZES, ids=lambda case: str(case["name"]))
def test_an_epoch_is_as_large_as_it_is_estimated(case: dict[str, Any]) -> None:
    pieces = [piece(number, bars) for number, bars in enumerate(case["pieces"])]
    assert len(training_windows(pieces, case["windows"]["bars"], case["windows"]["hop"], 0)) == case["count"]
