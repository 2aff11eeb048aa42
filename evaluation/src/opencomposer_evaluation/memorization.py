"""Finds passages that were copied from the training pieces, in whatever key.

Two passages are the same when all accompaniment voices sound the same pitches at every step, after one transposition of
the whole passage. Whether a note is held or struck again does not matter, nor does the melody. A step at which no
voice sounds ends a passage: silence is no copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from opencomposer_music.voice_lines import REST, Lines

Hashes = npt.NDArray[np.uint64]

_FACTOR = np.uint64(0x9E3779B97F4A7C15)


def _mixed(values: Hashes) -> Hashes:
    """Spreads numbers over 64 bits (the finalizer of SplitMix64), so that sums of powers do not meet by chance."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(values ^ (values >> np.uint64(31)), dtype=np.uint64)


@dataclass(frozen=True)
class _Encoded:
    """A piece as numbers that no transposition changes: the chord of each step above its first sounding voice, and that
    voice's move from the step before. `sounding`: True where any voice sounds."""

    chords: Hashes
    moves: Hashes
    sounding: npt.NDArray[np.bool_]

    @staticmethod
    def of(lines: Lines) -> _Encoded:
        heard = lines != REST
        sounding = heard.any(axis=0)
        base = lines[np.argmax(heard, axis=0), np.arange(lines.shape[1])]
        relative = np.where(heard, lines - base + 128, 0).astype(np.uint64)
        chords = np.zeros(lines.shape[1], dtype=np.uint64)
        for voice in relative:
            chords = _mixed(chords * np.uint64(257) + voice + np.uint64(1))
        moves = np.zeros(lines.shape[1], dtype=np.uint64)
        moves[1:] = _mixed((np.diff(base) + 1000).astype(np.uint64))
        return _Encoded(chords, moves, sounding)

    def passages(self, steps: int) -> tuple[Hashes, npt.NDArray[np.bool_]]:
        """Returns a hash of the passage of `steps` steps from each step, and True where all of it sounds."""
        places = max(0, len(self.chords) - steps + 1)
        if places == 0:
            return np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.bool_)
        # The first step's move comes from before the passage. Arithmetic is modulo 2^64.
        powers = np.cumprod(np.full(steps, _FACTOR, dtype=np.uint64))
        chords = np.lib.stride_tricks.sliding_window_view(self.chords, steps) @ powers
        later = np.lib.stride_tricks.sliding_window_view(self.moves, steps)[:, 1:]
        moves = np.asarray(later @ powers[1:], dtype=np.uint64)
        silent = np.concatenate([[0], np.cumsum(~self.sounding)])
        return np.asarray(chords + _mixed(moves), dtype=np.uint64), silent[steps:] == silent[:places]


class PassageIndex:
    """All passages of the training pieces' accompaniments, looked up by length."""

    def __init__(self, pieces: Sequence[Lines], tunes: Sequence[str]) -> None:
        """pieces: accompaniment lines [voices, steps] of each; tunes: the tune that each piece harmonizes."""
        self._pieces = [_Encoded.of(lines) for lines in pieces]
        numbers = {tune: number for number, tune in enumerate(dict.fromkeys(tunes))}
        self._numbers = numbers
        self._tunes = [numbers[tune] for tune in tunes]
        self._by_length: dict[int, tuple[Hashes, npt.NDArray[np.int64], npt.NDArray[np.int64]]] = {}

    def _passages(self, steps: int) -> tuple[Hashes, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Returns sorted hashes of all passages of a length, each with the lowest and highest number of its tunes."""
        if steps not in self._by_length:
            hashes, tunes = [], []
            for piece, tune in zip(self._pieces, self._tunes, strict=True):
                found, valid = piece.passages(steps)
                hashes.append(found[valid])
                tunes.append(np.full(int(valid.sum()), tune, dtype=np.int64))
            every, owner = np.concatenate(hashes), np.concatenate(tunes)
            order = np.lexsort((owner, every))
            every, owner = every[order], owner[order]
            first = np.concatenate([[True], every[1:] != every[:-1]]) if len(every) else np.zeros(0, dtype=np.bool_)
            last = np.concatenate([first[1:], [True]]) if len(every) else first
            self._by_length[steps] = every[first], owner[first], owner[last]
        return self._by_length[steps]

    def copied(self, lines: Lines, steps: int, not_of: str | None = None) -> npt.NDArray[np.bool_]:
        """Returns for each step True if the passage of `steps` steps that begins there is in a training piece, at any
        place and in any transposition. `not_of`: a tune whose pieces are left out."""
        return self._found(_Encoded.of(lines), steps, not_of)

    def _found(self, piece: _Encoded, steps: int, not_of: str | None) -> npt.NDArray[np.bool_]:
        wanted, valid = piece.passages(steps)
        known, lowest, highest = self._passages(steps)
        if len(known) == 0:
            return np.zeros(len(wanted), dtype=np.bool_)
        place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        found = valid & (known[place] == wanted)
        if not_of is not None:
            own = self._numbers.get(not_of, -1)
            found &= (lowest[place] != own) | (highest[place] != own)
        return np.asarray(found, dtype=np.bool_)

    def longest_run(self, lines: Lines, not_of: str | None = None) -> int:
        """Returns the steps of the longest passage that is in a training piece, too. A part of a copied passage is
        copied, so the length is found by halving."""
        piece = _Encoded.of(lines)
        low, high = 0, lines.shape[1]
        while low < high:
            middle = (low + high + 1) // 2
            if self._found(piece, middle, not_of).any():
                low = middle
            else:
                high = middle - 1
        return low


@dataclass(frozen=True)
class MemorizationReport:
    """The copies in several pieces. windows: the number of windows that were looked up; copied_share: the share of them
    that is in a training piece; longest_run, median_run: the maximum and the median of the pieces' longest runs, in
    steps."""

    pieces: int
    windows: int
    copied_share: float
    pieces_with_copies: int
    longest_run: int
    median_run: float

    def to_json(self) -> dict[str, float]:
        """Returns the report with the member names of evaluation.json."""
        return {
            "pieces": self.pieces,
            "windows": self.windows,
            "copiedWindowShare": round(self.copied_share, 4),
            "piecesWithCopies": self.pieces_with_copies,
            "longestRunSteps": self.longest_run,
            "medianRunSteps": self.median_run,
        }


def sounding_places(lines: Lines, window: int, hop: int) -> npt.NDArray[np.int64]:
    """Returns the first steps, `hop` apart, of the windows that have no step at which all voices are silent."""
    silent = np.concatenate([[0], np.cumsum(~(lines != REST).any(axis=0))])
    starts = np.arange(0, max(0, lines.shape[1] - window + 1), hop)
    return np.asarray(starts[silent[starts + window] == silent[starts]], dtype=np.int64)


def report_memorization(
    index: PassageIndex, pieces: Sequence[Lines], tunes: Sequence[str | None], window: int, hop: int
) -> MemorizationReport:
    """Looks up every window of `window` steps, `hop` steps apart, that sounds throughout, and the longest run of each
    piece. `tunes`: for each piece the tune whose harmonizations do not count, or None."""
    copied: list[npt.NDArray[np.bool_]] = []
    runs: list[int] = []
    for lines, tune in zip(pieces, tunes, strict=True):
        copied.append(index.copied(lines, window, tune)[sounding_places(lines, window, hop)])
        runs.append(index.longest_run(lines, tune))
    every = np.concatenate(copied)
    return MemorizationReport(
        len(pieces),
        len(every),
        float(every.mean()) if len(every) else 0.0,
        sum(bool(found.any()) for found in copied),
        max(runs),
        float(np.median(runs)),
    )
