"""Forty tunes of twelve kinds, such as people bring: what the models were never trained on (user_tunes.json).

Music is written as notes of sixteenths: "C4:4" is a quarter note on middle C, "-:4" a rest of that length. Traditional
tunes are in the public domain and were written down from memory; the others were written for this list.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib import resources

from opencomposer_music.piano_roll import STEPS_PER_BEAT, Note

_PITCH_CLASSES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTALS = {"": 0, "#": 1, "b": -1}
_NOTE_OR_REST = re.compile(r"(?:(?P<name>[A-G])(?P<accidental>[#b]?)(?P<octave>\d)|-):(?P<steps>[1-9]\d*)")


class MalformedTune(ValueError):
    """A tune is not in the notation of this list. The message names what is wrong and what is allowed."""


@dataclass(frozen=True)
class UserTune:
    """A tune: its name, its kind, where it is from, the beats of a bar, the number of its bars, its notes."""

    name: str
    kind: str
    source: str
    beats_per_bar: int
    bars: int
    notes: tuple[Note, ...]


def load_tunes() -> list[UserTune]:
    """Returns the tunes of the list, kind by kind. Raises MalformedTune."""
    text = resources.files("opencomposer_evaluation").joinpath("user_tunes.json").read_text(encoding="utf-8")
    tunes: list[UserTune] = []
    for tune in json.loads(text):
        notes, bars = read_music(tune["music"], tune["beatsPerBar"])
        tunes.append(UserTune(tune["name"], tune["kind"], tune["source"], tune["beatsPerBar"], bars, tuple(notes)))
    return tunes


def read_music(passages: list[str], beats_per_bar: int) -> tuple[list[Note], int]:
    """Returns the notes of passages in the notation of this list, and their number of bars. A passage is one or more
    whole bars. Raises MalformedTune."""
    notes: list[Note] = []
    bar = beats_per_bar * STEPS_PER_BEAT
    onset = 0
    for passage in passages:
        begin = onset
        for token in passage.split():
            found = _NOTE_OR_REST.fullmatch(token)
            if found is None:
                raise MalformedTune(f'"{token}" is no note: one is written as C4:4, F#5:2 or Bb3:16, a rest as -:4')
            if found["name"] is not None:
                notes.append(Note(onset, int(found["steps"]), _pitch(found)))
            onset += int(found["steps"])
        if onset == begin or (onset - begin) % bar:
            raise MalformedTune(f'"{passage}" has {onset - begin} sixteenths; it needs whole bars of {bar}')
    return notes, onset // bar


def _pitch(found: re.Match[str]) -> int:
    above = _PITCH_CLASSES[found["name"]] + _ACCIDENTALS[found["accidental"]]
    return above + 12 * (int(found["octave"]) + 1)
