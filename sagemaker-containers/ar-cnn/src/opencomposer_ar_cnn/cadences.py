"""What speaks for a close where a phrase of the melody ends: a last chord in root position, and its dominant before it.

The network hears single cells, and a cadence is a matter of two chords. So a line that is being written gets a little
more for the tones that, with the other lines as they are, make a triad in root position under the last note, and the
dominant of its root before that note, where the melody allows it.

It imports numpy only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from opencomposer_music.piano_roll import PITCHES
from opencomposer_music.voice_leading import REST, Line, Table

from opencomposer_ar_cnn.editable_piece import EditablePiece

TRIADS = ((0, 4, 7), (0, 3, 7))
DOMINANT = (0, 4, 7, 10)
FIFTH = 7
APPROACH_STEPS = 2
"""The number of steps before the last note of a phrase in which the dominant is favored."""


class LastNote(NamedTuple):
    """A note of the melody that ends a phrase: its first step, and the first step after it."""

    onset: int
    end: int


def phrase_last_notes(piece: EditablePiece) -> list[LastNote]:
    """Returns the melody's notes that end a phrase."""
    melody = piece.melody
    starts = piece.original_onsets[np.arange(len(melody)), np.minimum(melody, PITCHES - 1)]
    onsets = np.flatnonzero(starts & piece.phrase_ends & (melody != REST))
    # Where the note is no longer the melody's pitch, or no longer marked, it has ended.
    changes = np.flatnonzero(np.diff(np.where(piece.phrase_ends, melody, REST), append=-1)) + 1
    ends = changes[np.searchsorted(changes, onsets, side="right")]
    return [LastNote(int(onset), int(end)) for onset, end in zip(onsets, ends, strict=True)]


def cadence_scores(
    piece: EditablePiece, notes: Iterable[LastNote], others: Sequence[Line], *, bass: Line, is_bass: bool
) -> Table:
    """Returns 1 for each cell of a line that makes a cadence, and 0 for all others, [steps, 128].

    notes: those that end a phrase; others: the other lines, without the melody; bass: the lowest line as it is;
    is_bass: True if the scores are for that line.
    """
    steps = len(piece.melody)
    classes = np.arange(PITCHES) % 12
    scores = np.zeros((steps, PITCHES))
    for onset, end in notes:
        sounding = {int(line[onset]) % 12 for line in (piece.melody, *others) if line[onset] != REST}
        if is_bass:
            roots = [root for root in range(12) if _is_triad(sounding, root)]
            scores[onset:end, np.isin(classes, roots)] = 1.0
        elif bass[onset] != REST:
            root = int(bass[onset]) % 12
            wanted = [tone for tone in range(12) if _is_triad({*sounding, tone}, root)]
            scores[onset:end, np.isin(classes, wanted)] = 1.0
        if bass[onset] == REST:
            continue
        dominant = (int(bass[onset]) + FIFTH) % 12
        for step in range(max(0, onset - APPROACH_STEPS), onset):
            if piece.melody[step] != REST and (int(piece.melody[step]) - dominant) % 12 in DOMINANT:
                tones = [dominant] if is_bass else [(dominant + tone) % 12 for tone in DOMINANT]
                scores[step, np.isin(classes, tones)] = 1.0
    return scores


def _is_triad(classes: Iterable[int], root: int) -> bool:
    """Returns True if pitch classes are tones of one major or minor triad on a root."""
    above = {(tone - root) % 12 for tone in classes}
    return any(above <= set(triad) for triad in TRIADS)
