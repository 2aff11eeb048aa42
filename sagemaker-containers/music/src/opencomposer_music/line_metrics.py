"""Metrics of music that is heard as lines: whether its phrases close, and how its dissonances come about.

Both are ratios of two counts over all windows together, because a single window has few phrases and few dissonances.
Metrics of single notes and chords are in `metrics`. It imports numpy only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np

from opencomposer_music.cadences import count_closes
from opencomposer_music.dissonances import count_dissonances
from opencomposer_music.piano_roll import SOUNDING, Planes
from opencomposer_music.voice_lines import VoiceLines, as_voices, lines_of_tracks


def lines_of_music(melody: Planes, tracks: Sequence[Planes]) -> VoiceLines:
    """Returns a melody and its accompaniment, planes [2, steps, 128] each, as the lines that a listener follows.

    Each track of single notes is a line. If any track has chords, all tracks together are one texture, which is split
    by register.
    """
    if all(int(track[SOUNDING].sum(axis=1).max(initial=0)) <= 1 for track in tracks):
        return lines_of_tracks([melody, *tracks])
    return as_voices(melody, [np.asarray(np.any(tracks, axis=0))])


def measure_lines(windows: Iterable[tuple[VoiceLines, Collection[int]]]) -> dict[str, float]:
    """Returns the metrics of windows, by the names of the progress line.

    windows: the lines of each window, and the steps at which its melody notes start that end a phrase.
    phrasesClosed: phrases that end by V-I or vii-I / phrases (see `cadences`); absent where no phrase ends.
    leaptIntoDissonancesPerBar: dissonances that a line leaps into / bars (see `dissonances`); absent without a bar.
    Raises ValueError where no melody note starts at an end.
    """
    closed = phrases = leapt_into = 0
    bars = 0.0
    for lines, phrase_ends in windows:
        closes = count_closes(lines, phrase_ends)
        closed += closes["closed"]
        phrases += closes["phrases"]
        leapt_into += count_dissonances(lines)["leaptInto"]
        bars += lines.bars
    metrics: dict[str, float] = {}
    if phrases:
        metrics["phrasesClosed"] = closed / phrases
    if bars:
        metrics["leaptIntoDissonancesPerBar"] = leapt_into / bars
    return metrics
