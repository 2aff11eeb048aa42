"""The accompanists of a melody: the interface of those that are judged, and simple ones to compare them with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from opencomposer_music.metrics import MAJOR_SCALE, chroma
from opencomposer_music.piano_roll import ONSET, PITCHES, SOUNDING, STEPS_PER_BAR, STEPS_PER_BEAT, Planes
from opencomposer_music.voice_lines import line_of
from opencomposer_training.dataset import Piece

from opencomposer_evaluation.corpus import cut_steps


class Accompanist(Protocol):
    """Anything that writes the other voices for a melody."""

    def accompany(self, melody: Planes, seed: int) -> Sequence[Planes]:
        """Returns planes [2, steps, 128] of each accompaniment voice. `steps`, that of the melody, is a whole number of
        bars. The same seed gives the same notes."""
        ...


@runtime_checkable
class ManyAtOnce(Protocol):
    """An accompanist that is quicker when many melodies are played together."""

    def accompany_many(self, melodies: Sequence[Planes], seeds: Sequence[int]) -> Sequence[Sequence[Planes]]:
        """Returns for each melody with its seed the same as accompany()."""
        ...


def accompany_many(player: Accompanist, melodies: Sequence[Planes], seeds: Sequence[int]) -> Sequence[Sequence[Planes]]:
    """Returns the accompaniment of each melody with its seed, all at once where the player can do that."""
    if isinstance(player, ManyAtOnce):
        return player.accompany_many(melodies, seeds)
    return [player.accompany(melody, seed) for melody, seed in zip(melodies, seeds, strict=True)]


@dataclass(frozen=True)
class InSeparateWindows:
    """Plays a melody in windows of `bars` bars, each without its context and with its own random numbers."""

    player: Accompanist
    bars: int

    def accompany(self, melody: Planes, seed: int) -> Sequence[Planes]:
        (played,) = self.accompany_many([melody], [seed])
        return played

    def accompany_many(self, melodies: Sequence[Planes], seeds: Sequence[int]) -> Sequence[Sequence[Planes]]:
        length = self.bars * STEPS_PER_BAR
        starts_of_all = [range(0, melody.shape[1], length) for melody in melodies]
        windows = accompany_many(
            self.player,
            [
                cut_steps(melody, start, length)
                for melody, starts in zip(melodies, starts_of_all, strict=True)
                for start in starts
            ],
            # The seeds of windows must not coincide with those of other pieces, so a large odd number spreads them.
            [
                seed + 1_000_003 * (start // length)
                for seed, starts in zip(seeds, starts_of_all, strict=True)
                for start in starts
            ],
        )
        parts = iter(windows)
        return [
            [np.concatenate(voice, axis=1) for voice in zip(*(next(parts) for _ in starts), strict=True)]
            for starts in starts_of_all
        ]


def usual_range(pieces: Sequence[Piece], voices: Sequence[int]) -> tuple[int, int]:
    """Returns the two pitches between which the middle nine tenths of these voices' sounding steps lie."""
    heard = np.sum([piece.planes[list(voices), SOUNDING].sum(axis=(0, 1)) for piece in pieces], axis=0)
    share = np.cumsum(heard) / heard.sum()
    return int(np.searchsorted(share, 0.05)), int(np.searchsorted(share, 0.95))


def scale_of(melody: Planes) -> set[int]:
    """Returns the pitch classes of the major scale that holds most of a melody."""
    classes = chroma(melody[SOUNDING]).sum(axis=0)
    root = max(range(12), key=lambda key: int(sum(classes[(key + degree) % 12] for degree in MAJOR_SCALE)))
    return {(root + degree) % 12 for degree in MAJOR_SCALE}


class RandomInScale:
    """Plays quarter notes at random from the major scale that holds most of the melody, each voice in its usual
    register. Its metrics are those of any accompanist that knows the key and the voices' ranges but does not listen
    to harmony. Of drums it plays any that the training pieces have."""

    def __init__(self, training: Sequence[Piece]) -> None:
        first = training[0].planes
        self._ranges = [usual_range(training, [voice]) for voice in range(1, first.shape[0])]
        self._kits: dict[int, list[int]] = {
            int(voice) - 1: np.flatnonzero(
                np.any([piece.planes[voice, SOUNDING].any(axis=0) for piece in training], axis=0)
            ).tolist()
            for voice in np.flatnonzero(training[0].notes.drums)
        }

    def accompany(self, melody: Planes, seed: int) -> Sequence[Planes]:
        rng = np.random.Generator(np.random.PCG64(seed))
        scale = scale_of(melody)
        tracks: list[Planes] = []
        for index, (low, high) in enumerate(self._ranges):
            kit = self._kits.get(index)
            choices = [pitch for pitch in range(low, high + 1) if pitch % 12 in scale] if kit is None else kit
            length = STEPS_PER_BEAT if kit is None else 1
            planes = np.zeros_like(melody)
            for start in range(0, melody.shape[1], STEPS_PER_BEAT):
                pitch = choices[int(rng.integers(len(choices)))]
                planes[SOUNDING, start : start + length, pitch] = True
                planes[ONSET, start, pitch] = True
            tracks.append(planes)
        return tracks


class RandomEdits:
    """Adds cells at random, of the major scale that holds most of the melody and of the accompaniment's register. It
    stands for a network that knows the key, the register and how much is missing, and nothing else."""

    def __init__(self, training: Sequence[Piece], counts: Sequence[int]) -> None:
        """counts: the number of cells to add, by seed."""
        self._range = usual_range(training, range(1, training[0].planes.shape[0]))
        self._counts = counts

    def accompany(self, melody: Planes, seed: int) -> Sequence[Planes]:
        rng = np.random.Generator(np.random.PCG64(seed))
        scale = scale_of(melody)
        low, high = self._range
        free = np.zeros_like(melody[SOUNDING])
        free[:, [pitch for pitch in range(low, high + 1) if pitch % 12 in scale]] = True
        places = np.flatnonzero(free & ~melody[SOUNDING])
        planes = np.zeros_like(melody)
        chosen = rng.choice(places, min(self._counts[seed], len(places)), replace=False)
        planes[SOUNDING].reshape(-1)[chosen] = True
        planes[ONSET, 0] = planes[SOUNDING, 0]
        planes[ONSET, 1:] = planes[SOUNDING, 1:] & ~planes[SOUNDING, :-1]
        return [planes]


class Silence:
    """Adds nothing, so that only the melody sounds."""

    def accompany(self, melody: Planes, seed: int) -> Sequence[Planes]:
        return [np.zeros_like(melody)]


@dataclass(frozen=True)
class Found:
    """The training window with the nearest melody: its piece, first step, and the transposition that makes it fit."""

    piece: int
    start: int
    shift: int
    equal_steps: int


class NearestWindow:
    """Finds the training window with the nearest melody, in any transposition of up to two octaves, and plays the
    composer's own lower voices of that window in the same transposition (retrieval).

    The nearest melody has the most steps with the same pitch (or both silent); then most steps that agree on whether a
    note starts; then the smallest transposition. It always plays real music, which was written for another melody.
    """

    MAX_SHIFT = 24

    def __init__(self, training: Sequence[Piece], bars: int) -> None:
        self._pieces = tuple(training)
        self._steps = bars * STEPS_PER_BAR
        self._silence = -1000
        lines, onsets, self._places = [], [], list[tuple[int, int]]()
        for index, piece in enumerate(self._pieces):
            line = self._with_silence(piece.planes[0])
            piece_onsets = piece.planes[0, ONSET].any(axis=1)
            for start in range(0, max(1, len(line) - self._steps + 1), STEPS_PER_BAR):
                window, window_onsets = line[start : start + self._steps], piece_onsets[start : start + self._steps]
                missing = self._steps - len(window)
                lines.append(np.pad(window, (0, missing), constant_values=self._silence))
                onsets.append(np.pad(window_onsets, (0, missing)))
                self._places.append((index, start))
        self._lines = np.stack(lines)
        self._onsets = np.stack(onsets)
        self._tunes = np.array([self._pieces[piece].tune for piece, _ in self._places])

    def _with_silence(self, planes: Planes) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
        line = line_of(planes)
        return np.where(line < 0, self._silence, line).astype(np.int16)

    def find(self, melody: Planes, not_of: str | None = None) -> Found:
        """Returns the nearest window for a melody of at most the windows' length. `not_of`: a tune whose pieces are
        left out."""
        line = self._with_silence(melody)
        steps = len(line)
        silent = line == self._silence
        agreeing_onsets = (self._onsets[:, :steps] == melody[ONSET].any(axis=1)).sum(axis=1)
        best, found = -1, Found(0, 0, 0, 0)
        for shift in sorted(range(-self.MAX_SHIFT, self.MAX_SHIFT + 1), key=lambda s: (abs(s), s)):
            wanted = np.where(silent, self._silence, line - shift)
            equal = (self._lines[:, :steps] == wanted).sum(axis=1)
            score = np.where(self._tunes == not_of, -1, equal * (steps + 1) + agreeing_onsets)
            index = int(np.argmax(score))
            if score[index] > best:
                best = int(score[index])
                found = Found(*self._places[index], shift, int(equal[index]))
        return found

    def accompany(self, melody: Planes, seed: int) -> Sequence[Planes]:
        """Plays the nearest window. The seed changes nothing. Longer melodies are taken window by window."""
        return self.accompany_without(melody, None)

    def accompany_without(self, melody: Planes, not_of: str | None) -> Sequence[Planes]:
        """Does the same as accompany(), but takes nothing from pieces of the tune `not_of`."""
        parts: list[list[Planes]] = []
        for start in range(0, melody.shape[1], self._steps):
            cut = cut_steps(melody, start, self._steps)
            found = self.find(cut, not_of)
            parts.append(self._lower_voices(found, cut.shape[1]))
        return [np.concatenate(voice, axis=1) for voice in zip(*parts, strict=True)]

    def _lower_voices(self, found: Found, steps: int) -> list[Planes]:
        tracks: list[Planes] = []
        piece = self._pieces[found.piece]
        for voice, own in enumerate(piece.planes[1:], start=1):
            # The pitches of drums are no tones.
            shift = 0 if piece.notes.drums[voice] else found.shift
            source = cut_steps(own, found.start, steps)
            planes = np.zeros((2, steps, PITCHES), dtype=np.bool_)
            low, high = max(0, -shift), min(PITCHES, PITCHES - shift)
            planes[:, : source.shape[1], low + shift : high + shift] = source[:, :, low:high]
            tracks.append(planes)
        return tracks
