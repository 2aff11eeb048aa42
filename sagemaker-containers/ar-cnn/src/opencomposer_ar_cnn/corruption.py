"""Corrupts music, so that the network learns to restore it: notes are taken out and wrong ones are put in, in the ways
that occur in real use.

The published method (ES-Net, arXiv 2008.08927, and its sample code) removes and adds single cells anywhere on the
keyboard. Music that people bring, and music that the sampler has half written, lacks whole voices, bars or notes, and
its wrong notes stand near the right ones; such examples taught the same network far better
(docs/experiments/ar-cnn.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from opencomposer_music.piano_roll import ONSET, SOUNDING
from opencomposer_music.time_signatures import COMMON_TIME, BarShape
from opencomposer_training.dataset import VoicePlanes

from opencomposer_ar_cnn.onsets import Cells, before, possible_ties

LOCKED_SHARE = 0.5
OTHER_LOCKED_VOICE_SHARE = 0.2
"""The share of the locked examples in which another voice than the melody is given."""
LOCKED_BARS_SHARE = 0.25
"""The share of the locked examples in which some bars are given whole, like the bars outside of a region."""
FEWER_VOICES_SHARE = 0.15
"""The share of the examples whose music itself has fewer voices, so that the network learns what the density means."""
CLEAN_SHARE = 0.25
"""The share of the examples without a wrong note."""
MAX_WRONG_NOTES = 0.3
"""The maximum number of wrong notes for each right one."""
WRONG_INTERVALS = np.array([-12, -7, -5, -4, -3, -2, -2, -1, -1, 1, 1, 2, 2, 3, 4, 5, 7, 12])
WRONG_LENGTHS = np.array([1, 1, 1, 2, 2, 3, 4, 4, 8])
REMOVALS = ("voices", "bars", "blocks", "notes", "cells")
DENSITY_UNIT = 4.0
"""The density that the network sees is the mean number of sounding pitches, in units of four."""


@dataclass(frozen=True)
class Example:
    """One training example. All arrays are [steps, pitches].

    roll, onsets: the corrupted music as it is now; original: the music as the user brought it, before anyone edited it;
    locked: the cells that must stay; target, target_onsets: the composer's music; density: the target's density.
    """

    roll: Cells
    onsets: Cells
    original: Cells
    locked: Cells
    target: Cells
    target_onsets: Cells
    density: float

    @property
    def difference(self) -> Cells:
        """Returns the cells that are to be toggled: the symmetric difference of the roll and the target."""
        return self.roll ^ self.target


def merge(planes: VoicePlanes) -> tuple[Cells, Cells]:
    """Merges all voices into one roll and returns the sounding cells and the onsets. Where one voice holds a pitch that
    another voice begins, there is an onset."""
    return _anywhere(planes[:, SOUNDING]), _anywhere(planes[:, ONSET])


def _anywhere(cells: npt.NDArray[np.bool_]) -> Cells:
    """Returns the union of the voices: [voices, steps, pitches] -> [steps, pitches]."""
    return np.asarray(cells.any(axis=0), dtype=np.bool_)


def density_of(sounding: Cells) -> float:
    """Returns the mean number of sounding pitches a step, in units of four."""
    return float(sounding.sum() / len(sounding) / DENSITY_UNIT)


def corrupt(planes: VoicePlanes, rng: np.random.Generator, bar: BarShape = COMMON_TIME) -> Example:
    """Makes a random training example of one window [voices, 2, steps, pitches] of such bars; voice 0 is the melody."""
    planes = _fewer_voices(planes, rng)
    target, target_onsets = merge(planes)
    locked_voices = _choose_locks(planes, bar, rng)
    locked = _anywhere(planes[:, SOUNDING] & locked_voices[:, :, np.newaxis])
    removed = _choose_removals(planes, float(rng.random()), bar, rng) & ~locked_voices
    roll = _anywhere(planes[:, SOUNDING] & ~removed[:, :, np.newaxis]) | locked
    given_steps = locked_voices.all(axis=0)
    share = 0.0 if rng.random() < CLEAN_SHARE else float(rng.random()) ** 2 * MAX_WRONG_NOTES
    count = round(share * int(target_onsets.sum()))
    wrong, wrong_onsets, replaced = _wrong_notes(target, target_onsets, count, rng)
    wrong[given_steps] = False
    roll = (roll & ~(replaced & ~locked)) | wrong
    onsets = _hide_repeats(roll, target_onsets & target, wrong_onsets, locked, rng)
    return Example(
        roll=roll,
        onsets=onsets,
        original=_choose_original(roll, locked, rng),
        locked=locked,
        target=target,
        target_onsets=target_onsets,
        density=density_of(target),
    )


def _fewer_voices(planes: VoicePlanes, rng: np.random.Generator) -> VoicePlanes:
    voices = len(planes)
    if voices < 3 or rng.random() >= FEWER_VOICES_SHARE:
        return planes
    others = rng.permutation(np.arange(1, voices))[: int(rng.integers(1, voices - 1))]
    return np.asarray(planes[np.sort(np.append(others, 0))], dtype=np.bool_)


def _choose_locks(planes: VoicePlanes, bar: BarShape, rng: np.random.Generator) -> Cells:
    """Chooses where each voice is given, [voices, steps]."""
    voices, _, steps, _ = planes.shape
    locked = np.zeros((voices, steps), dtype=np.bool_)
    if rng.random() >= LOCKED_SHARE:
        return locked
    voice = int(rng.integers(1, voices)) if voices > 1 and rng.random() < OTHER_LOCKED_VOICE_SHARE else 0
    locked[voice] = True
    if rng.random() < LOCKED_BARS_SHARE:
        bars = -(-steps // bar.steps)
        first, last = np.sort(rng.integers(0, bars + 1, size=2))
        inside = np.zeros(steps, dtype=np.bool_)
        inside[first * bar.steps : last * bar.steps] = True
        locked[:, inside if rng.random() < 0.5 else ~inside] = True
    return locked


def _choose_removals(planes: VoicePlanes, rate: float, bar: BarShape, rng: np.random.Generator) -> Cells:
    """Chooses where each voice is missing, [voices, steps]; about `rate` of all cells are."""
    voices, _, steps, _ = planes.shape
    kind = REMOVALS[int(rng.integers(len(REMOVALS)))]
    if kind == "voices":
        return np.repeat(rng.random((voices, 1)) < rate, steps, axis=1)
    if kind == "bars":
        bars = -(-steps // bar.steps)
        # In half of the examples all voices are missing together, which makes a gap in the piece; else each has its own
        # gaps.
        chance = rng.random((1 if rng.random() < 0.5 else voices, bars)) < rate
        return np.repeat(np.broadcast_to(chance, (voices, bars)), bar.steps, axis=1)[:, :steps]
    if kind == "blocks":
        length = int(rng.integers(2, 13))
        chance = rng.random((voices, steps // length + 2)) < rate
        offset = int(rng.integers(length))
        return np.repeat(chance, length, axis=1)[:, offset : offset + steps]
    if kind == "notes":
        indices = np.cumsum(planes[:, ONSET].any(axis=2), axis=1)
        chance = rng.random((voices, steps + 1)) < rate
        return chance[np.arange(voices)[:, np.newaxis], indices]
    return np.asarray(rng.random((voices, steps)) < rate, dtype=np.bool_)


def _wrong_notes(
    target: Cells, target_onsets: Cells, count: int, rng: np.random.Generator
) -> tuple[Cells, Cells, Cells]:
    """Draws up to `count` notes near the music that do not belong to it. Returns their cells, their first cells, and
    the cells of the right notes that half of them replace."""
    steps, pitches = target.shape
    wrong = np.zeros_like(target)
    wrong_onsets = np.zeros_like(target)
    replaced = np.zeros_like(target)
    sounding = np.argwhere(target)
    if count == 0 or len(sounding) == 0:
        return wrong, wrong_onsets, replaced
    chosen = sounding[rng.integers(len(sounding), size=count)]
    intervals = WRONG_INTERVALS[rng.integers(len(WRONG_INTERVALS), size=count)]
    lengths = WRONG_LENGTHS[rng.integers(len(WRONG_LENGTHS), size=count)]
    replaces = rng.random(count) < 0.5
    for (step, pitch), interval, length, replace in zip(chosen, intervals, lengths, replaces, strict=True):
        if not 0 <= pitch + interval < pitches:
            continue
        first, last = int(step), min(int(step + length), steps)
        if replace:
            # The wrong note replaces a right one and lasts from that note's first cell to its last.
            first = _note_begin(target_onsets[:, pitch], int(step))
            last = _note_end(target[:, pitch], target_onsets[:, pitch], int(step))
            replaced[first:last, pitch] = True
        wrong[first:last, pitch + interval] = True
        wrong_onsets[first, pitch + interval] = True
    # A note of the music itself cannot be wrong.
    wrong &= ~target
    return wrong, wrong_onsets & wrong, replaced


def _note_begin(onsets: npt.NDArray[np.bool_], step: int) -> int:
    begins = np.flatnonzero(onsets[: step + 1])
    return int(begins[-1]) if len(begins) else 0


def _note_end(sounding: npt.NDArray[np.bool_], onsets: npt.NDArray[np.bool_], step: int) -> int:
    ends = np.flatnonzero(~sounding[step + 1 :] | onsets[step + 1 :])
    return step + 1 + int(ends[0]) if len(ends) else len(sounding)


def _hide_repeats(
    roll: Cells, right_onsets: Cells, wrong_onsets: Cells, locked: Cells, rng: np.random.Generator
) -> Cells:
    """Returns the onsets that the network sees. Some repeated notes look held, because the network must learn to tell
    them apart. The onsets of locked notes stay visible."""
    touching = possible_ties(roll)
    hidden = touching & ~locked & (rng.random(roll.shape) < rng.random())
    onsets = roll & ((right_onsets & ~hidden) | wrong_onsets | ~before(roll))
    return np.asarray(onsets, dtype=np.bool_)


def _choose_original(roll: Cells, locked: Cells, rng: np.random.Generator) -> Cells:
    """Draws the music that the user might have brought and of which `roll` is a later state."""
    chance = rng.random()
    if locked.any() and chance < 0.5:
        return locked.copy()
    if chance < 0.75:
        return roll.copy()
    # Some of the sounding cells count as added by the network itself since then.
    steps = len(roll)
    length = int(rng.integers(2, 33))
    added = np.repeat(rng.random(steps // length + 1) < rng.random(), length)[:steps]
    return (roll & ~added[:, np.newaxis]) | locked
