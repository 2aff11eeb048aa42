"""Writes the end of a piece: a triad in root position, held from the last note of what is given to its end.

Models seldom end a piece. Their voices move on under the last note, and often come to rest on an inversion. So the last
chord is written here, by rule: which triad it is, and how the voices sing it, so that they get there without parallel
fifths or octaves and without wide leaps. If they cannot, or if the chord before is not its dominant and the tune allows
a dominant, the beat before is written anew, too, unless the tune begins within it.

It imports numpy only.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from opencomposer_music.keys import Key, find_key
from opencomposer_music.metrics import MAJOR_SCALE
from opencomposer_music.piano_roll import (
    ONSET,
    PITCHES,
    SOUNDING,
    Planes,
    first_onset,
)
from opencomposer_music.time_signatures import COMMON_TIME, BarShape
from opencomposer_music.voice_leading import REST, Line, Table, line_of

Pitches = npt.NDArray[np.bool_]
"""Boolean array [128]."""
Voicings = npt.NDArray[np.int64]
"""Ways to sing one chord, [voicings, voices]: a pitch or REST for each voice, from the highest voice to the lowest."""

KEY_BARS = 8
"""The number of bars before the last note whose tones say in which key the piece ends."""
FIFTH = 7
FOURTH = 5
MAJOR_THIRD, MINOR_THIRD = 4, 3
DOMINANT_SEVENTH = 10
SCALES = {"major": MAJOR_SCALE, "minor": (0, 2, 3, 5, 7, 8, 10, 11)}
"""The degrees of a key, in semitones above its tonic. A minor key has two sevenths: its own and the leading tone."""

# What is paid, in units of about a step that sounds a little worse. None of them was learned: they say which rule of
# four-part writing goes before which.
PARALLEL = 30.0
"""Two voices keep a fifth or an octave while both move in one direction."""
CONTRARY_PARALLEL = 8.0
"""The same in opposite directions, which cadences allow themselves now and then."""
WIDE_LEAP = 40.0
"""A voice moves by more than an octave."""
LEAPS = (0.0, 0.2, 0.2, 0.6, 0.6, 1.0, 3.0, 1.5, 4.0, 4.0, 5.0, 5.0, 5.0)
"""A voice moves by 0 to 12 semitones."""
BASS_LEAPS = (0.5, 0.5, 0.5, 0.8, 0.8, 0.0, 3.0, 0.3, 4.0, 4.0, 4.0, 5.0, 1.0)
SILENCE = 15.0
"""A voice that sang is silent."""
NO_THIRD = 25.0
NO_FIFTH = 2.0
DOUBLED_THIRD = 2.0
UNISON = 2.0
GULF = 3.0
"""Two voices above the bass are more than an octave apart."""
DISLIKED = 0.5
"""Each nat by which the model likes another pitch better."""
MAX_DISLIKED = 3.0
NO_DOMINANT = 8.0
"""The chord before the last one is not its dominant."""
REWRITTEN_APPROACH = 3.0
"""The beat before the last chord is written anew."""
MAX_VOICINGS = 100
"""The maximum number of voicings of a chord that are compared."""


@dataclass(frozen=True, eq=False)
class EndingVoice:
    """A voice that is to end.

    line: as the model wrote it, [steps]; if it rests in the whole piece, it goes on resting. last: the pitches that it
    may hold in the last chord, [128]; before: those in the beat before it, [128]. liking: how much the model likes each
    pitch in the last chord, [128], as a logarithm.
    """

    line: Line
    last: Pitches
    before: Pitches
    liking: Table


class LastNotes(NamedTuple):
    """The last notes of what is given: the step at which they begin, and the one at which they have ended."""

    start: int
    stop: int


class Triad(NamedTuple):
    """A major or minor triad: the pitch class of its root, and the size of its third in semitones."""

    root: int
    third: int

    @property
    def classes(self) -> frozenset[int]:
        """Returns its three pitch classes."""
        return frozenset((self.root, (self.root + self.third) % 12, (self.root + FIFTH) % 12))


@dataclass(frozen=True, eq=False)
class Ending:
    """The voices with their ending: their lines [steps], the steps at which the chords begin that were written, and the
    triad of the last one. It is the last chord alone, or the one before it, too. Before them the lines are as they
    were."""

    lines: Sequence[Line]
    chords: Sequence[int]
    triad: Triad


def last_notes(given: Planes) -> LastNotes | None:
    """Returns the last notes of planes [2, steps, 128], None where nothing sounds."""
    onsets = np.flatnonzero((given[ONSET] & given[SOUNDING]).any(axis=1))
    sounding = np.flatnonzero(given[SOUNDING].any(axis=1))
    return LastNotes(int(onsets[-1]), int(sounding[-1]) + 1) if len(onsets) else None


def approach_of(start: int, beat_steps: int = COMMON_TIME.beat_steps) -> int:
    """Returns the step at which the beat of `beat_steps` begins that leads to a chord at step `start`."""
    return max(0, start - 1) // beat_steps * beat_steps


def last_triads(key: Key, sounding: Iterable[int]) -> list[Triad]:
    """Returns the triads that hold all pitch classes that sound, the best to end on first.

    It is the tonic triad if the tune ends on one of its tones. Otherwise it is the dominant, the subdominant, the triad
    of the key that has the tune's note as its root, another triad of the key, or any other. Where what sounds makes no
    triad, there is none.
    """
    wanted = frozenset(sounding)
    third = MAJOR_THIRD if key.mode == "major" else MINOR_THIRD
    best = [
        Triad(key.tonic, third),
        Triad(key.tonic, MAJOR_THIRD + MINOR_THIRD - third),
        Triad((key.tonic + FIFTH) % 12, MAJOR_THIRD),
        Triad((key.tonic + FOURTH) % 12, third),
    ]
    scale = {(key.tonic + degree) % 12 for degree in SCALES[key.mode]}
    others = [Triad(root, size) for root in range(12) for size in (MAJOR_THIRD, MINOR_THIRD)]
    others.sort(key=lambda triad: (len(triad.classes - scale), triad.root not in wanted, (triad.root - key.tonic) % 12))
    return [triad for triad in dict.fromkeys([*best, *others]) if wanted <= triad.classes]


def write_ending(given: Planes, voices: Sequence[EndingVoice], stop: int, bar: BarShape = COMMON_TIME) -> Ending | None:
    """Returns the voices with the last chord of the piece, None where there is none to write: nothing is given, what is
    given ends on no triad, or no voice may sing one.

    given: planes [2, steps, 128]; voices: from the highest to the lowest, which is the bass; stop: the step at which
    the chord ends, after which the voices rest; bar: the shape of the piece's bars.
    """
    last = last_notes(given)
    if last is None or not voices:
        return None
    lines = [voice.line for voice in voices]
    may_sing = [voice.last & (voice.line != REST).any() for voice in voices]
    first = max(0, last.start - KEY_BARS * bar.steps)
    tune = line_of(given)
    key = find_key(np.stack([line[first : last.start] for line in (tune, *lines)]), int(tune[last.start]))
    sounding = [int(pitch) for pitch in np.flatnonzero(given[SOUNDING, last.start])]
    passage = _Passage(given, voices, may_sing, last.start, bar.beat_steps)
    chosen: _Choice | None = None
    for triad in last_triads(key, (pitch % 12 for pitch in sounding)):
        found = passage.best(triad, sounding, key)
        if found is not None and (chosen is None or found.last[-1] != REST):
            chosen = found
        if chosen is not None and (chosen.last[-1] != REST or not may_sing[-1].any()):
            break
    if chosen is None or (chosen.last == REST).all():
        return None
    start = last.start if chosen.before is None else approach_of(last.start, bar.beat_steps)
    ended: list[Line] = []
    for index, line in enumerate(lines):
        written = line.copy()
        if chosen.before is not None:
            written[start : last.start] = chosen.before[index]
        written[last.start : stop] = chosen.last[index]
        written[stop:] = REST
        ended.append(written)
    chords = (last.start,) if chosen.before is None else (start, last.start)
    return Ending(ended, chords, chosen.triad)


@dataclass(frozen=True, eq=False)
class _Choice:
    """The last chord, [voices], with its triad, the chord before it if that is written anew, and what they cost."""

    triad: Triad
    last: Line
    before: Line | None
    cost: float


class _Passage:
    """The way of voices into the last chord, which begins at step `start`."""

    def __init__(
        self,
        given: Planes,
        voices: Sequence[EndingVoice],
        may_sing: Sequence[Pitches],
        start: int,
        beat_steps: int,
    ) -> None:
        """may_sing: the pitches that each voice may hold in the last chord."""
        self._given = given
        self._voices = voices
        self._may_sing = may_sing
        self._tune = line_of(given)
        self._start = start
        self._beat_steps = beat_steps
        self._approach = approach_of(start, beat_steps)

    def best(self, triad: Triad, sounding: Sequence[int], key: Key) -> _Choice | None:
        """Returns the best way to end on a triad. sounding: the given pitches that sound in it."""
        start = self._start
        likings = [_disliked(voice) for voice in self._voices]
        used = [voice.line[start] != REST for voice in self._voices]
        chords, costs = _voicings(triad.root, triad.classes, self._may_sing, likings, used, sounding)
        if len(chords) == 0:
            return None
        costs = costs + _thirds_and_fifths(chords, triad, sounding)
        # The chord before as it is: its last step, and the last beat before, which is heard as strongly.
        total = costs + self._way_from(start - 1, chords, moves=True)[0]
        beat = -(-start // self._beat_steps) * self._beat_steps
        total = total + self._way_from(beat - self._beat_steps, chords, moves=False)[0]
        led = self._has_dominant(triad)
        at = int(total.argmin())
        best = _Choice(triad, chords[at], None, float(total[at]) + (0.0 if led else NO_DOMINANT))
        if not first_onset(self._given) <= self._approach < start or (led and best.cost - costs[at] < PARALLEL):
            return best
        for root, classes in self._chords_before(triad, key):
            before = self._rewritten(root, classes)
            if before is None:
                continue
            voicings, ways = before
            is_dominant = root == _dominant_of(triad)
            way = ways[:, np.newaxis] + costs + REWRITTEN_APPROACH + (0.0 if is_dominant else NO_DOMINANT)
            way = way + self._way(voicings, chords, self._tune[start - 1], moves=True)
            way = way + self._way(voicings, chords, self._tune[self._approach], moves=False)
            one, two = divmod(int(way.argmin()), len(chords))
            if way[one, two] < best.cost:
                best = _Choice(triad, chords[two], voicings[one], float(way[one, two]))
        return best

    def _has_dominant(self, triad: Triad) -> bool:
        """Returns True if the dominant of a triad sounds in root position just before it."""
        if self._start == 0:
            return False
        step = self._start - 1
        voices = [int(voice.line[step]) for voice in self._voices if voice.line[step] != REST]
        pitches = [*voices, *(int(pitch) for pitch in np.flatnonzero(self._given[SOUNDING, step]))]
        root = _dominant_of(triad)
        above = {(pitch - root) % 12 for pitch in pitches}
        return {0, MAJOR_THIRD} <= above <= {0, MAJOR_THIRD, FIFTH, DOMINANT_SEVENTH} and min(pitches) % 12 == root

    def _chords_before(self, triad: Triad, key: Key) -> Iterator[tuple[int, frozenset[int]]]:
        """Yields the root and the pitch classes of chords that lead to the last one and hold all given tones."""
        beat = self._given[SOUNDING, self._approach : self._start]
        sounding = {int(pitch) % 12 for pitch in np.flatnonzero(beat.any(axis=0))}
        dominant = _dominant_of(triad)
        seventh = (dominant + DOMINANT_SEVENTH) % 12
        classes = Triad(dominant, MAJOR_THIRD).classes
        if sounding <= classes | {seventh}:
            yield dominant, classes
        subdominant = Triad((triad.root + FOURTH) % 12, MAJOR_THIRD if key.mode == "major" else MINOR_THIRD)
        if sounding <= subdominant.classes:
            yield subdominant.root, subdominant.classes

    def _rewritten(self, root: int, classes: frozenset[int]) -> tuple[Voicings, Table] | None:
        """Returns ways to sing a chord in the beat before the last one, and what each costs; None if there is none."""
        beat = slice(self._approach, self._start)
        used = [bool((voice.line[beat] != REST).any()) for voice in self._voices]
        likings = [np.zeros(PITCHES) for _ in self._voices]
        allowed = [voice.before & sings for voice, sings in zip(self._voices, used, strict=True)]
        if any(sings and not pitches.any() for sings, pitches in zip(used, allowed, strict=True)):
            return None
        given = [int(pitch) for pitch in np.flatnonzero(self._given[SOUNDING, beat].any(axis=0))]
        voicings, costs = _voicings(root, classes, allowed, likings, used, given)
        # Nobody falls silent just before the end.
        whole = ((voicings != REST) | ~np.array(used)).all(axis=1)
        voicings, costs = voicings[whole], costs[whole]
        if len(voicings) == 0:
            return None
        costs = costs + self._way_from(self._approach - 1, voicings, moves=True, to=self._approach)[0]
        before = self._approach - self._beat_steps
        return voicings, costs + self._way_from(before, voicings, moves=False, to=self._approach)[0]

    def _way_from(self, step: int, chords: Voicings, *, moves: bool, to: int | None = None) -> Table:
        """Returns what the way costs from what is sung at a step to each chord, [1, chords]."""
        if step < 0:
            return np.zeros((1, len(chords)))
        before = np.array([[voice.line[step] for voice in self._voices]], dtype=np.int64)
        return self._way(before, chords, self._tune[step], moves=moves, to=to)

    def _way(
        self, before: Voicings, after: Voicings, tune_before: np.int64, *, moves: bool, to: int | None = None
    ) -> Table:
        """Returns what the way costs from each chord to each other, [before, after]: parallels and, with `moves`,
        leaps."""
        tune_after = self._tune[self._start if to is None else to]
        one = np.column_stack([np.full(len(before), tune_before), before])[:, np.newaxis, :]
        two = np.column_stack([np.full(len(after), tune_after), after])[np.newaxis, :, :]
        distance = np.where((one == REST) | (two == REST), 0, two - one)
        cost = np.zeros(distance.shape[:2])
        for first, second in itertools.combinations(range(one.shape[2]), 2):
            was = np.abs(one[..., first] - one[..., second]) % 12
            becomes = np.abs(two[..., first] - two[..., second]) % 12
            kept = (was == becomes) & ((was == 0) | (was == FIFTH))
            direction = np.sign(distance[..., first]) * np.sign(distance[..., second])
            cost += np.where(kept & (direction > 0), PARALLEL, 0.0)
            cost += np.where(kept & (direction < 0), CONTRARY_PARALLEL, 0.0)
        if moves:
            sizes = np.abs(distance[..., 1:])
            bass = sizes.shape[2] - 1
            for voice in range(sizes.shape[2]):
                table = np.array([*(BASS_LEAPS if voice == bass else LEAPS), WIDE_LEAP])
                cost += table[np.minimum(sizes[..., voice], len(table) - 1)]
        return cost


def _dominant_of(triad: Triad) -> int:
    return (triad.root + FIFTH) % 12


def _disliked(voice: EndingVoice) -> Table:
    """Returns what each pitch costs because the model likes another better, [128]."""
    if not voice.last.any():
        return np.zeros(PITCHES)
    best = voice.liking[voice.last].max()
    return np.asarray(np.clip(DISLIKED * (best - voice.liking), 0.0, MAX_DISLIKED), dtype=np.float64)


def _voicings(
    root: int,
    classes: frozenset[int],
    allowed: Sequence[Pitches],
    costs: Sequence[Table],
    used: Sequence[bool],
    given: Sequence[int],
) -> tuple[Voicings, Table]:
    """Returns ways to sing a chord in root position in which no voice crosses another, and what each costs.

    allowed, costs: for each voice, from the highest to the lowest, the pitches that it may sing, and what they cost;
    used: whether it sang until then; given: the pitches that sound beside the voices.
    """
    in_chord = np.isin(np.arange(PITCHES) % 12, list(classes))
    found, spent = np.zeros((1, 0), dtype=np.int64), np.zeros(1)
    highest = np.full(1, -1)  # the highest pitch of each way as yet
    bass = len(allowed) - 1
    for index in reversed(range(len(allowed))):
        wanted = np.arange(PITCHES) % 12 == root if index == bass else in_chord
        pitches = np.append(np.flatnonzero(allowed[index] & wanted), REST)
        price = np.append(costs[index], SILENCE if used[index] else 0.0)[pitches]
        total = spent[:, np.newaxis] + price
        rests = pitches == REST
        above = pitches[np.newaxis, :] - highest[:, np.newaxis]
        voiced = (highest >= 0)[:, np.newaxis] & ~rests
        total = total + np.where(voiced & (above == 0), UNISON, 0.0)
        if index < bass - 1:
            total = total + np.where(voiced & (above > 12), GULF, 0.0)
        ways, chosen = np.nonzero(~voiced | (above >= 0))
        order = np.argsort(total[ways, chosen], kind="stable")[: MAX_VOICINGS * (1 if index == 0 else 4)]
        ways, chosen = ways[order], chosen[order]
        found = np.column_stack([pitches[chosen], found[ways]])
        spent = total[ways, chosen]
        highest = np.where(rests[chosen], highest[ways], pitches[chosen])
    lowest = np.minimum(found.min(axis=1), min(given, default=REST))
    rooted = (lowest != REST) & (lowest % 12 == root)
    return found[rooted], spent[rooted]


def _thirds_and_fifths(chords: Voicings, triad: Triad, given: Sequence[int]) -> Table:
    """Returns what is paid for tones of the triad that are missing or doubled, [chords]."""
    third = (np.where(chords == REST, -1, chords % 12) == (triad.root + triad.third) % 12).sum(axis=1)
    third = third + sum(pitch % 12 == (triad.root + triad.third) % 12 for pitch in given)
    fifth = (np.where(chords == REST, -1, chords % 12) == (triad.root + FIFTH) % 12).any(axis=1)
    fifth = fifth | any(pitch % 12 == (triad.root + FIFTH) % 12 for pitch in given)
    return np.where(third == 0, NO_THIRD, DOUBLED_THIRD * np.maximum(third - 1, 0)) + np.where(fifth, 0.0, NO_FIFTH)
