"""Writes the accompaniment of a locked melody as lines, each of which is led as a voice.

A sampled piece is a texture: its chords are good, but nobody in it sings a line. Here it is only a draft, whose cells
are split into lines by their height. Then each line in turn is taken out, the network is asked what it would add to the
rest, and the best line through its probabilities is searched for, with regard to moves and parallels. It is Gibbs
sampling of voices (DeepBach, Hadjeres et al. 2017, arXiv 1612.01010), with a whole line as the unit, not a note.

It imports numpy only.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from opencomposer_music.dissonances import DISSONANT
from opencomposer_music.ending import Ending, EndingVoice, approach_of, last_notes, write_ending
from opencomposer_music.melody_register import floor_below
from opencomposer_music.piano_roll import ONSET, PITCHES, SOUNDING, Planes
from opencomposer_music.sigmoid import sigmoid
from opencomposer_music.voice_leading import IMPOSSIBLE, INTERVALS, LARGEST_STEP, MAX_MOVE, REST, Line, Table, best_line

from opencomposer_ar_cnn.cadences import cadence_scores, phrase_last_notes
from opencomposer_ar_cnn.editable_piece import EditablePiece, EditLimits, Floats
from opencomposer_ar_cnn.onsets import Cells, resolve_onsets
from opencomposer_ar_cnn.rewriting import EditEvent, Rewriting, WrittenLine
from opencomposer_ar_cnn.sampling_settings import MIN_TEMPERATURE, SamplingSettings

SWEEPS = 2
"""The number of times that every line is written anew beside the others."""
DENSITY_UNIT = 4
"""Densities are in units of so many pitches at once."""
MIN_ROOM = 5
"""The minimum number of semitones below the melody for each line. A very low melody gets fewer lines."""
UNISON = -6.0
"""The score of a pitch that sounds already at the step: possible, but seldom good."""
MIN_REST = 0.003
"""The minimum probability that a line rests at a step."""
MIN_REST_WITH_MELODY = 0.3
"""The minimum probability that a line rests where the melody does."""
CLASH = -2.5
"""What is earned by a pitch that lies, in any octave, a semitone from the melody's: nothing is heard sooner."""
LEAPT_INTO = -2.0
"""What is earned by a second or a seventh with another line, in any octave, that either of the two leaps into."""
REST_COST = 8.0
"""The cost of each step at which a line rests while the melody sounds."""
SIXTEENTH_COST = 2.0
"""The cost of a change inside an eighth."""
STEP_PARALLEL = -6.0
"""What is earned by a fifth or an octave that two lines keep while both move, from one sixteenth to the next. Moves in
opposite directions count, too: a twelfth after a fifth sounds as bare."""
BEAT_PARALLEL = -6.0
"""The same from one beat to the next."""
CADENCE = 2.0
"""What is earned by a tone that makes a cadence where a phrase ends (see `cadences`)."""
NOISE = 0.4
"""The size of the random numbers that are added to the scores, for each degree of temperature above the lowest."""
NOISE_STEPS = 2
"""The number of steps for which a random number is held."""

SEMITONES = (1, 11)
"""A semitone from a pitch, modulo the octave."""
FIFTH = 7
OCTAVE = 0


class Part(NamedTuple):
    """The name and the range of a line, as the network hears it, and what its leaps cost (see MOVES)."""

    name: str
    lowest_pitch: int
    highest_pitch: int
    moves: int


MOVES = (
    (0, 0, 0, -1.436, -0.679, -0.918, -2.955, -1.538, -2.078, -1.822, -3.446, -2.881, -1.28),
    (0, 0, 0, -1.224, -1.145, -0.721, -1.536, -0.903, -1.941, -1.735, -4, -4, -0.712),
    (0, 0, 0, -1.143, -1.067, -0.269, -1.438, -0.326, -2.162, -2.545, -2.831, -2.573, -0.157),
)
"""What alto, tenor and bass earn by a move of 0 to 12 semitones; a longer one earns LONG_LEAP. It is the logarithm of
how much more rarely they move so in Bach's chorales than chance would have it, as `learn_voice_leading` counts it in
the 257 training pieces of the data set's first version."""
LONG_LEAP = -4.0
"""What a move of more than an octave earns."""
MOVE_WEIGHT = 2.0
"""The weight of MOVES and LONG_LEAP."""

BEAT_MOVES = (
    (-0.5, 0.44, 0.07, -0.48, -0.16, -0.71, -2.86, -1.64, -1.8, -1.69, -3.6, -4, -1.55),
    (-0.71, 0.45, 0.22, -0.26, -0.2, -0.67, -1.45, -0.82, -1.62, -1.66, -2.9, -3.98, -0.94),
    (-1.54, 0.93, 0.2, 0.33, -0.06, -0.17, -1.1, -0.08, -1.91, -2.25, -2.27, -1.9, -0.01),
)
"""What alto, tenor and bass earn by 0 to 12 semitones between the first pitches of two beats in a row; more earn
LONG_LEAP. For 0 it is the logarithm of how much more often they stay than move in these chorales, for the others that
of how much more often they move so than chance would have it."""
STAY_WEIGHT = 0.5
"""The weight of staying."""
BEAT_MOVE_WEIGHT = 0.5
"""The weight of the other BEAT_MOVES."""

MEZZO = Part("Mezzo-soprano", 57, 79, 0)
ALTO = Part("Alto", 55, 76, 0)
TENOR = Part("Tenor", 48, 70, 1)
BARITONE = Part("Baritone", 43, 66, 1)
BASS = Part("Bass", 36, 64, 2)
PARTS = (
    (BASS,),
    (ALTO, BASS),
    (ALTO, TENOR, BASS),
    (ALTO, TENOR, BARITONE, BASS),
    (MEZZO, ALTO, TENOR, BARITONE, BASS),
)
"""The lines from the highest to the lowest, for one line to five."""


def parts_for(piece: EditablePiece, settings: SamplingSettings, limits: EditLimits) -> Sequence[Part]:
    """Returns the lines that the piece gets: as many as make up the density that is wanted, but not more than the
    training music has pitches at once (times the density, where that is over 1) or than have room below the melody."""
    sounds = piece.original.any(axis=1)
    given = round(float(piece.original[sounds].sum(axis=1).mean())) if sounds.any() else 0
    wanted = round(limits.density * settings.density * DENSITY_UNIT)
    count = min(wanted, limits.polyphony_at(settings.density)) - given
    if sounds.any() and not settings.above_melody:
        lowest_lines = floor_below(piece.melody)
        median = float(np.median(piece.melody[sounds]))
        count = min(count, int(median - lowest_lines) // MIN_ROOM)
    return PARTS[min(max(count, 1), len(PARTS)) - 1]


class PlannedLine(NamedTuple):
    """A line that is to be written: its part, its lowest and its highest pitch where the piece stands, and the cells in
    which it may sound, [steps, 128]."""

    part: Part
    lowest_pitch: int
    highest_pitch: int
    cells: Cells


def plan_lines(piece: EditablePiece, settings: SamplingSettings, limits: EditLimits) -> list[PlannedLine]:
    """Returns the lines that the piece gets, from the highest to the lowest.

    The outer lines come first: where there is no room for all lines, the inner ones rest.
    """
    parts = parts_for(piece, settings, limits)
    floor = floor_below(piece.melody)
    given = piece.original.sum(axis=1)
    planned: list[PlannedLine] = []
    for index, part in enumerate(parts):
        lowest = max(part.lowest_pitch - piece.shift, floor)
        highest = max(part.highest_pitch - piece.shift, lowest + INTERVALS)
        cells = piece.editable.copy()
        cells[:, :lowest] = cells[:, highest + 1 :] = False
        cells[given + _rank(index, len(parts)) >= limits.polyphony_at(settings.density)] = False
        planned.append(PlannedLine(part, lowest, highest, cells))
    return planned


def _rank(index: int, count: int) -> int:
    """Returns how many of `count` lines come before a line: the bass is the first, then they go from the highest on."""
    return 0 if index == count - 1 else index + 1


def split_into_lines(cells: Cells, centers: Sequence[float]) -> list[Line]:
    """Returns the cells as lines from the highest to the lowest, one for each center. The lines never cross.

    Where fewer pitches sound than there are lines, each goes to a line near it. Where more sound, the inner ones are
    left out.
    """
    lines = np.full((len(centers), len(cells)), REST, dtype=np.int64)
    choices: dict[tuple[int, ...], tuple[int, ...]] = {}
    for step in np.flatnonzero(cells.any(axis=1)):
        pitches = tuple(int(pitch) for pitch in np.flatnonzero(cells[step])[::-1])
        if len(pitches) > len(centers):
            pitches = (*pitches[: len(centers) - 1], pitches[-1])
        if pitches not in choices:
            choices[pitches] = _nearest_lines(pitches, centers)
        lines[list(choices[pitches]), step] = pitches
    return list(lines)


def _nearest_lines(pitches: Sequence[int], centers: Sequence[float]) -> tuple[int, ...]:
    """Returns the line of each pitch, in order, so that they are as near to their lines' centers as they can be."""

    def distance(chosen: Sequence[int]) -> float:
        return sum(abs(pitch - centers[index]) for pitch, index in zip(pitches, chosen, strict=True))

    return min(itertools.combinations(range(len(centers)), len(pitches)), key=distance)


class LineSession:
    """One piece whose lines are being written. `planes()` returns the network's next input, `advance()` takes its
    output, as those of EditSession do."""

    def __init__(
        self,
        piece: EditablePiece,
        draft: Rewriting,
        *,
        lines: Sequence[PlannedLine],
        settings: SamplingSettings,
        rng: np.random.Generator,
    ) -> None:
        """draft: the piece as it was sampled without the caller's limits of how much is edited; lines: see
        plan_lines."""
        self._piece = piece
        self._settings = settings
        self._rng = rng
        self.density = piece.density
        self._parts = [line.part for line in lines]
        added = draft.planes[SOUNDING] & ~piece.original
        self._lines = split_into_lines(added, [(line.lowest_pitch + line.highest_pitch) / 2 for line in lines])
        steps = np.arange(len(added))
        self._onsets = [
            (line != REST) & draft.planes[ONSET][steps, np.minimum(line, PITCHES - 1)] for line in self._lines
        ]
        self._allowed = self._allowed_cells([line.cells.copy() for line in lines])
        self._draft_passes = draft.passes
        self._last_notes = phrase_last_notes(piece)
        # Bass first: what is said of the others depends on it.
        self._turns = [index for _ in range(SWEEPS) for index in reversed(range(len(self._parts)))]
        self._turn = 0
        self._written: set[int] = set()
        # What the network said of each line in its last turn: the logits, and the probability that a cell should sound.
        self._logits: dict[int, Table] = {}
        self._wanted: dict[int, Table] = {}
        self._events: list[EditEvent] = []
        self._expected = draft.expected_edits
        self.finished = settings.sampling_iterations == 0

    def planes(self) -> Floats:
        """Returns the network's next input, [4 or 5, steps, 128]: the piece without the line whose turn it is."""
        return self._piece.planes(*self._roll(set(range(len(self._parts))) - {self._turns[self._turn]}))

    def advance(self, toggle: Floats, onset: Floats) -> None:
        """Takes the network's output for `planes()`, which must be finite."""
        index = self._turns[self._turn]
        logits = self._piece.from_model(toggle).astype(np.float64)
        repeats = self._piece.from_model(onset) > 0
        before, _ = self._roll(self._written)
        others, _ = self._roll(set(range(len(self._parts))) - {index})
        toggled = sigmoid(logits)
        wanted = np.where(others, 1 - toggled, toggled)
        line = self._best_line(index, logits, others, wanted)
        self._lines[index] = line
        self._onsets[index] = _line_onsets(line, repeats)
        self._written.add(index)
        after, _ = self._roll(self._written)
        self._record(before, after, wanted)
        self._expected = float(np.where(after, 1 - wanted, wanted)[self._piece.editable].sum())
        self._logits[index], self._wanted[index] = logits, wanted
        self.finished = self._turn + 1 == len(self._turns)
        if self.finished and self._settings.ending:
            self._end()
        self._turn += 1

    def result(self) -> Rewriting:
        """Returns the piece with its lines and the edits that wrote them."""
        roll, onsets = self._roll(self._written)
        piece = self._piece
        resolved = resolve_onsets(
            roll,
            original=piece.original,
            original_onsets=piece.original_onsets,
            locked=piece.locked,
            repeats=onsets,
        )
        lines = [
            WrittenLine(part.name, _line_planes(self._lines[index], self._onsets[index]))
            for index, part in enumerate(self._parts)
            if index in self._written
        ]
        passes = self._draft_passes + self._turn
        return Rewriting(np.stack([roll, resolved]), tuple(self._events), passes, self._expected, tuple(lines))

    def _allowed_cells(self, allowed: list[Cells]) -> list[Cells]:
        """Returns the cells in which each line may sound, [steps, 128] each, where not all that is planned may be
        written. A line for which only a part is left enters late, so that the music grows towards its end.

        allowed: the cells in which each line may sound by the plan, which are changed in place.
        """
        piece, settings = self._piece, self._settings
        whole = sum(int(cells.any(axis=1).sum()) for cells in allowed)
        left = min(
            settings.in_proportion(settings.max_notes_added, piece.bars),
            settings.in_proportion(settings.edits_per_pass, piece.bars) * settings.sampling_iterations,
            int(np.ceil(whole * settings.share_of_the_way)),
        )
        for index in sorted(range(len(allowed)), key=lambda index: _rank(index, len(allowed))):
            steps = np.flatnonzero(allowed[index].any(axis=1))
            if len(steps) > left:
                entry = int(steps[len(steps) - left]) if left else len(piece.editable)
                beat_steps = piece.bar.beat_steps
                allowed[index][: -(-entry // beat_steps) * beat_steps] = False
                steps = steps[len(steps) - left :] if left else steps[:0]
            left -= len(steps)
        return allowed

    def _roll(self, lines: set[int]) -> tuple[Cells, Cells]:
        """Returns the cells of the given music and of these lines, and those that start a note, [steps, 128] each."""
        roll, onsets = self._piece.original.copy(), self._piece.original_onsets.copy()
        for index in lines:
            steps = np.flatnonzero(self._lines[index] != REST)
            roll[steps, self._lines[index][steps]] = True
            starts = np.flatnonzero(self._onsets[index])
            onsets[starts, self._lines[index][starts]] = True
        return roll, onsets

    def _best_line(self, index: int, logits: Table, others: Cells, wanted: Table) -> Line:
        """Returns the best line through the network's logits that crosses no other line.

        others: the cells of the given music and the other lines; wanted: the probability that a cell should sound. All
        are [steps, 128].
        """
        piece = self._piece
        lines = [line for other, line in enumerate(self._lines) if other != index]
        allowed = self._allowed[index] & self._between_neighbors(index) & (wanted >= self._settings.min_probability)
        scores = np.full((len(logits), PITCHES + 1), IMPOSSIBLE)
        cadences = cadence_scores(
            piece, self._last_notes, lines, bass=self._lines[-1], is_bass=index == len(self._lines) - 1
        )
        likelihoods = np.where(others, UNISON, -np.logaddexp(0.0, -logits)) + CADENCE * cadences
        likelihoods[_cells_at(piece.melody, SEMITONES)] += CLASH
        given = [piece.melody, *lines]
        dissonant = [_cells_at(other, DISSONANT) for other in given]
        for other, cells in zip(given, dissonant, strict=True):
            likelihoods[cells & _leaps(other)[:, np.newaxis]] += LEAPT_INTO
        scores[:, :PITCHES][allowed] = likelihoods[allowed]
        sounds = np.where(allowed & ~others, wanted, 0.0).sum(axis=1)
        least = np.where(piece.melody == REST, MIN_REST_WITH_MELODY, MIN_REST)
        scores[:, REST] = np.log(np.clip(1.0 - sounds, least, 1.0)) - REST_COST * (piece.melody != REST)
        # The numbers are drawn at every temperature, so that one line's numbers never depend on another's.
        drawn = self._rng.gumbel(size=(-(-len(scores) // NOISE_STEPS), PITCHES + 1))
        risk = self._settings.softmax_temperature - MIN_TEMPERATURE
        scores += NOISE * risk * np.repeat(drawn, NOISE_STEPS, axis=0)[: len(scores)]
        return best_line(
            scores,
            _moves_table(self._parts[index].moves),
            SIXTEENTH_COST,
            given,
            _parallels(STEP_PARALLEL),
            beat_parallels=_parallels(BEAT_PARALLEL),
            beat_moves=_beat_moves_table(self._parts[index].moves),
            contrary=True,
            leaps=LEAPT_INTO * np.sum(dissonant, axis=0),
            beat_steps=piece.bar.beat_steps,
        )

    def _end(self) -> None:
        """Writes the last chord, if it lies in the region that may be edited. Its edits belong to the last pass."""
        piece = self._piece
        given = np.stack([piece.original, piece.original_onsets])
        last = last_notes(given)
        if last is None or not piece.editable[last.start].any():
            return
        stop = int(np.flatnonzero(piece.editable.any(axis=1))[-1]) + 1
        approach = slice(approach_of(last.start), last.start)
        voices: list[EndingVoice] = []
        for index, line in enumerate(self._lines):
            allowed = self._allowed[index] & (self._wanted[index] >= self._settings.min_probability)
            liking = -np.logaddexp(0.0, -self._logits[index][last.start : stop]).mean(axis=0)
            at_end, before = (np.logical_and.reduce(allowed[steps]) for steps in (slice(last.start, stop), approach))
            voices.append(EndingVoice(line, at_end, before, liking))
        ended = write_ending(given, voices, stop)
        if ended is not None:
            for index in range(len(self._lines)):
                self._end_line(index, ended)

    def _end_line(self, index: int, ended: Ending) -> None:
        """Takes over the end of a line, with the edits that lead to it."""
        before, _ = self._roll(self._written)
        line = ended.lines[index]
        self._lines[index] = line
        self._onsets[index][ended.chords[0] :] = False
        self._onsets[index][[step for step in ended.chords if line[step] != REST]] = True
        after, _ = self._roll(self._written)
        self._record(before, after, self._wanted[index])

    def _between_neighbors(self, index: int) -> Cells:
        """Returns the cells between the lines above and below a line, [steps, 128]. A unison with them is between."""
        steps = len(self._piece.melody)
        highest = np.full(steps, PITCHES - 1)
        for line in self._lines[:index]:
            highest = np.where(line != REST, np.minimum(highest, line), highest)
        lowest = np.zeros(steps, dtype=np.int64)
        for line in self._lines[index + 1 :]:
            lowest = np.where(line != REST, np.maximum(lowest, line), lowest)
        pitches = np.arange(PITCHES)
        return np.asarray((pitches >= lowest[:, np.newaxis]) & (pitches <= highest[:, np.newaxis]), dtype=np.bool_)

    def _record(self, before: Cells, after: Cells, wanted: Table) -> None:
        """Adds the edits from one state of the piece to the next. At each step what goes makes room for what comes."""
        steps, pitches = np.nonzero(before ^ after)
        order = sorted(zip(steps.tolist(), pitches.tolist(), strict=True), key=lambda at: (at[0], after[at], at[1]))
        for step, pitch in order:
            removed = bool(before[step, pitch])
            probability = float(wanted[step, pitch])
            self._events.append(
                EditEvent(
                    step,
                    pitch,
                    "remove" if removed else "add",
                    False,
                    self._turn,
                    round(1 - probability if removed else probability, 6),
                )
            )


def _moves_table(voice: int) -> Table:
    table = np.full(MAX_MOVE + 1, LONG_LEAP)
    table[: len(MOVES[voice])] = MOVES[voice]
    return MOVE_WEIGHT * table


def _beat_moves_table(voice: int) -> Table:
    table = np.full(MAX_MOVE + 1, BEAT_MOVE_WEIGHT * LONG_LEAP)
    table[: len(BEAT_MOVES[voice])] = BEAT_MOVE_WEIGHT * np.array(BEAT_MOVES[voice])
    table[0] = STAY_WEIGHT * BEAT_MOVES[voice][0]
    return table


def _cells_at(line: Line, intervals: Sequence[int]) -> Cells:
    """Returns the cells that lie at one of these intervals above or below a line, in any octave, [steps, 128]."""
    distance = np.abs(np.arange(PITCHES) - line[:, np.newaxis]) % INTERVALS
    return np.asarray(np.isin(distance, intervals) & (line != REST)[:, np.newaxis], dtype=np.bool_)


def _leaps(line: Line) -> npt.NDArray[np.bool_]:
    """Returns the steps at which a line has leapt to its pitch, [steps]."""
    sounds = line != REST
    leapt = np.zeros(len(line), dtype=np.bool_)
    leapt[1:] = sounds[1:] & sounds[:-1] & (np.abs(np.diff(line)) > LARGEST_STEP)
    return leapt


def _parallels(earned: float) -> Table:
    table = np.zeros(INTERVALS)
    table[[OCTAVE, FIFTH]] = earned
    return table


def _line_onsets(line: Line, repeats: Cells) -> npt.NDArray[np.bool_]:
    """Returns the steps at which a line's notes start: where its pitch changes, and where the network repeats it."""
    sounds = np.asarray(line != REST, dtype=np.bool_)
    starts = sounds.copy()
    held = sounds[1:] & (line[1:] == line[:-1])
    steps = np.flatnonzero(held) + 1
    starts[steps] = repeats[steps, line[steps]]
    return starts


def _line_planes(line: Line, onsets: npt.NDArray[np.bool_]) -> Planes:
    """Returns a line as planes, [2, steps, 128]."""
    planes = np.zeros((2, len(line), PITCHES), dtype=np.bool_)
    steps = np.flatnonzero(line != REST)
    planes[SOUNDING, steps, line[steps]] = True
    starts = np.flatnonzero(onsets)
    planes[ONSET, starts, line[starts]] = True
    return planes
