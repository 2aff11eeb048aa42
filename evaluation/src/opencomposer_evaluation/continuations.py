"""Those who go on with held-out music: the Transformer and the n-gram by one grammar, and real music that is looked up.

Music is planes [voices, 2, steps, 128]. A window is a prime of PRIME_BARS bars and the NEW_BARS bars behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from opencomposer_music.parameter_set import ParameterValue
from opencomposer_music.piano_roll import ONSET, PITCHES, SOUNDING, STEPS_PER_BAR, Note, notes_to_planes, transposed
from opencomposer_music.time_signatures import COMMON_TIME
from opencomposer_music.voice_lines import REST, Lines, lines_of
from opencomposer_training.dataset import Piece, VoicePlanes, cut_window, training_windows
from opencomposer_transformer.events import VoicedPiece
from opencomposer_transformer.generation import NextTokens, Written, extend
from opencomposer_transformer.model_metadata import TransformerMetadata
from opencomposer_transformer.writing_settings import WritingSettings, writing_settings

PRIME_BARS = 8
NEW_BARS = 8
BARS = PRIME_BARS + NEW_BARS
PRIME_STEPS = PRIME_BARS * STEPS_PER_BAR
TEMPO = 100.0
"""The tempo by which parameters in seconds are understood: a sixteenth lasts 0.15 s."""
THREADS = 2
OPEN = "open"


def cut_music(music: VoicePlanes, first_bar: int, last_bar: int) -> VoicePlanes:
    """Returns bars first_bar..last_bar - 1. What sounds into them starts with them, and ends with them."""
    cut = music[:, :, first_bar * STEPS_PER_BAR : last_bar * STEPS_PER_BAR].copy()
    cut[:, ONSET, 0] |= cut[:, SOUNDING, 0]
    return cut


def prime_of(window: VoicePlanes) -> VoicePlanes:
    """Returns the bars of a window that are given."""
    return cut_music(window, 0, PRIME_BARS)


def continuation_of(window: VoicePlanes) -> VoicePlanes:
    """Returns the bars of a window behind its prime."""
    return cut_music(window, PRIME_BARS, BARS)


def planes_of(voices: Sequence[Sequence[Note]], first_bar: int, last_bar: int) -> VoicePlanes:
    """Returns the notes of voices that start in bars first_bar..last_bar - 1."""
    first, steps = first_bar * STEPS_PER_BAR, (last_bar - first_bar) * STEPS_PER_BAR
    return np.stack(
        [
            notes_to_planes([note._replace(onset=note.onset - first) for note in notes], steps)
            if notes
            else np.zeros((2, steps, PITCHES), dtype=np.bool_)
            for notes in voices
        ]
    )


class Continuer(Protocol):
    """Anything that goes on with music."""

    def go_on(self, prime: VoicePlanes, seed: int) -> VoicePlanes:
        """Returns the NEW_BARS bars that follow a prime. The same seed gives the same notes."""
        ...


def go_on_with_all(player: Continuer, primes: Sequence[VoicePlanes]) -> list[VoicePlanes]:
    """Returns what follows each prime, whose seed is its number. Several threads share the work."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(player.go_on, primes, range(len(primes))))


@dataclass(frozen=True)
class EventContinuer:
    """Goes on event by event, by the product's grammar and its way to draw.

    listener: makes what says which event may come next, anew for each prime; settings: the parameters of the calls.
    """

    listener: Callable[[], NextTokens]
    metadata: TransformerMetadata
    settings: WritingSettings

    def with_parameters(self, **parameters: ParameterValue) -> EventContinuer:
        """Returns the same with the parameters of a call that names these; the others have their defaults."""
        return replace(self, settings=settings_of_call(**parameters))

    def write(self, prime: VoicePlanes, seed: int, present: Sequence[bool] | None = None) -> Written:
        """Writes the bars after a prime. present: the voices that go on, all by default."""
        voices = [True] * len(prime) if present is None else present
        wishes = self.settings.wishes(self.metadata.line_up, [0] * len(prime), voices, COMMON_TIME, TEMPO, seed)
        piece = VoicedPiece.of_planes(COMMON_TIME, prime)
        return extend(self.listener(), self.metadata, piece, voices, BARS, wishes, seam=PRIME_STEPS)

    def go_on(self, prime: VoicePlanes, seed: int) -> VoicePlanes:
        return planes_of(self.write(prime, seed).voices, PRIME_BARS, BARS)


def settings_of_call(**parameters: ParameterValue) -> WritingSettings:
    """Returns the settings of a call that asks for NEW_BARS bars and names these parameters."""
    return writing_settings({"extensionBars": NEW_BARS, **parameters})


class NearestContinuation:
    """Finds the training bars that are most like a prime, in any transposition of up to MAX_SHIFT semitones, and goes
    on with the composer's own next bars in the same transposition (retrieval). It always plays real music, which was
    written for another beginning.

    The most alike bars have the most steps and voices with the same pitch (or both silent).
    """

    MAX_SHIFT = 6

    def __init__(self, training: Sequence[Piece]) -> None:
        long = [piece for piece in training if piece.bars >= BARS] or list(training)
        places = training_windows(long, BARS, 1, 0)
        self._windows = [cut_window(long[place.piece], place.start_bar, BARS, 0, PITCHES) for place in places]
        self._primes = np.stack([lines_of(list(prime_of(window))) for window in self._windows])
        self._tunes = np.array([long[place.piece].tune for place in places])

    def go_on(self, prime: VoicePlanes, seed: int) -> VoicePlanes:
        """Returns the music behind the most alike bars. The seed changes nothing."""
        return self.go_on_without(prime, None)

    def go_on_without(self, prime: VoicePlanes, not_of: str | None) -> VoicePlanes:
        """Does the same as go_on(), but takes nothing from pieces of the tune `not_of`."""
        lines, allowed = lines_of(list(prime)), self._tunes != (not_of or "")
        best, chosen, by = -1, 0, 0
        for shift in sorted(range(-self.MAX_SHIFT, self.MAX_SHIFT + 1), key=lambda shift: (abs(shift), shift)):
            equal = (self._primes == _moved(lines, -shift)).sum(axis=(1, 2))
            equal = np.where(allowed, equal, -1)
            index = int(np.argmax(equal))
            if equal[index] > best:
                best, chosen, by = int(equal[index]), index, shift
        return transposed(continuation_of(self._windows[chosen]), by, fill=np.bool_(False))


def _moved(lines: Lines, semitones: int) -> Lines:
    return np.where(lines == REST, REST, lines + semitones)
