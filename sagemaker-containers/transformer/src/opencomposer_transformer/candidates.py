"""Several continuations of the same music, written side by side, and the choice of the best. It imports numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from opencomposer_music.cadences import resting_chord
from opencomposer_music.keys import find_key
from opencomposer_music.piano_roll import Note

from opencomposer_transformer.events import BAR, END, NOTHING, Floats, Vocabulary, VoicedPiece
from opencomposer_transformer.grammar import Grammar, Mask
from opencomposer_transformer.sampling import DrawSettings, ParallelMotion, draw

GUARDED_TEMPERATURE = 0.5
"""Below this temperature a bar may not close that equals one of the GUARDED_BARS before it. Above it the trial's bars
did not repeat."""
GUARDED_BARS = 4


@dataclass(frozen=True)
class Writer:
    """How all candidates of a request are written.

    most_tokens: after so many tokens of its own a candidate only lets time go on, so that no network can write for
    ever.
    """

    vocabulary: Vocabulary
    settings: DrawSettings
    parallels: ParallelMotion | None
    most_tokens: int


class Candidate:
    """One continuation while it is written. Its random numbers are those of (seed, number)."""

    def __init__(self, writer: Writer, grammar: Grammar, seed: int, number: int) -> None:
        self._writer, self.grammar = writer, grammar
        self._uniforms = np.random.default_rng([seed, number])
        self.tokens: list[int] = []
        self._likelihood = 0.0
        self._before = self._pitches()
        self._moved: dict[int, int] = {}
        self._bar: list[int] = []
        self._bars: list[tuple[int, ...]] = []

    @property
    def mean_likelihood(self) -> float:
        """Returns the log probability a token."""
        return self._likelihood / max(1, len(self.tokens))

    def take(self, logits: Floats) -> None:
        """Draws the next token. Raises NotFinite."""
        writer, grammar = self._writer, self.grammar
        favor = None if writer.parallels is None else writer.parallels.favor(grammar, self._before, self._moved)
        token, likelihood = draw(
            logits, self._guarded(grammar.open_tokens()), writer.settings, self._uniforms.random(), favor
        )
        self._likelihood += likelihood
        self._note(token)
        grammar.push(token)
        self.tokens.append(token)

    def _guarded(self, mask: Mask) -> Mask:
        """Takes tokens away that would repeat a bar, or go on for ever, where others are open."""
        if len(self.tokens) >= self._writer.most_tokens:
            moving = np.zeros_like(mask)
            moving[[BAR, END]] = mask[[BAR, END]]
            return moving if moving.any() else mask
        if self._writer.settings.temperature < GUARDED_TEMPERATURE and tuple(self._bar) in self._bars[-GUARDED_BARS:]:
            going_on = mask.copy()
            going_on[[BAR, END]] = False
            return going_on if going_on.any() else mask
        return mask

    def _note(self, token: int) -> None:
        vocabulary = self._writer.vocabulary
        if token == BAR:
            if self.tokens:
                self._bars.append(tuple(self._bar))
            self._bar = []
            return
        self._bar.append(token)
        voice = int(vocabulary.voice_of[token])
        if voice == NOTHING:
            self._before, self._moved = self._pitches(), {}
        elif vocabulary.is_onset[token]:
            old, new = self._before.get(voice, NOTHING), int(vocabulary.pitch_of[token])
            if NOTHING != old != new:
                self._moved[voice] = new

    def _pitches(self) -> dict[int, int]:
        """Returns the pitch that each monophonic voice sounds."""
        vocabulary, grammar = self._writer.vocabulary, self.grammar
        voices = [voice for voice in range(vocabulary.voices) if vocabulary.line_up.is_monophonic(voice)]
        return {voice: pitch for voice in voices if (pitch := grammar.sounding(voice)) != NOTHING}


class EndingGrade(NamedTuple):
    """How well a continuation ends, the most important first."""

    rests_on_triad: bool
    is_on_tonic: bool
    is_held: bool


def grade_ending(voices: Sequence[Sequence[Note]], tonic: int, beat_steps: int) -> EndingGrade:
    """Returns how music ends: on a triad over its root, or for one voice alone on any tone; with the tonic in the bass;
    and with every last note held for a beat. Music without a note has no good ending."""
    notes = [note for written in voices for note in written]
    stop = max((note.onset + note.duration for note in notes), default=0)
    last = [note for note in notes if note.onset + note.duration == stop]
    if not last:
        return EndingGrade(False, False, False)
    pitches = [note.pitch for note in last]
    alone = sum(1 for written in voices if written) == 1
    return EndingGrade(
        alone or resting_chord(pitches) is not None,
        min(pitches) % 12 == tonic,
        min(note.duration for note in last) >= beat_steps,
    )


def tonic_of(piece: VoicedPiece) -> int:
    """Returns the pitch class of the tonic of the key that a piece is in."""
    sounding = [np.full(note.duration, note.pitch) for notes in piece.voices for note in notes]
    return find_key(np.concatenate(sounding)[np.newaxis] if sounding else np.zeros((1, 0), dtype=np.int64)).tonic


def best_of(likelihoods: Sequence[float], endings: Sequence[EndingGrade] | None = None) -> int:
    """Returns the number of the best candidate: by its ending, if endings are asked for, and then by its likelihood."""
    grades = [sum(grade) for grade in endings] if endings is not None else [0] * len(likelihoods)
    return max(range(len(likelihoods)), key=lambda number: (grades[number], likelihoods[number], -number))
