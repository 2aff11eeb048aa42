"""A piece as a sequence of events, which is what the network reads and writes.

    BAR  POS 0  ONSET soprano 67  ONSET bass 48  POS 8  ONSET soprano 69  OFF bass  BAR  …  END

Events stand in the order of time, at one place in that of the line-up's voices, from high to low. A place in the bar is
written only where something starts or ends. A note of a monophonic voice lasts until the voice's next event, so that
legato costs nothing; in a polyphonic voice each pitch has an OFF of its own. END says where all that sounds ends. Where
bars are to be filled in, what is after them comes first: GAP, what is after them, FILL, what is before them, the bars,
END. So the bars follow what is before them, as in any other piece ("SPM" in Bavarian et al. 2022, arXiv 2207.14255).

Beside each token stand side inputs: its place in the bar, how many bars are left, the density wanted, its musical time.
Every piece on the grid comes back exactly (`read_piece`). It imports numpy only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from opencomposer_music.model_metadata import Voice
from opencomposer_music.piano_roll import PITCHES, Note, is_monophonic, planes_to_notes
from opencomposer_music.time_signatures import BAR_SHAPES, BarShape, TimeSignature

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

PAD, END, BAR, GAP, FILL, FIRST_POSITION = range(6)
"""The tokens that are the same for every line-up. Those of the places in the bar follow from FIRST_POSITION."""

LEFT_UNKNOWN = 17
MOST_LEFT = 16
"""More bars left than so many count as so many."""
LEFT_VALUES = 18

DENSITY_LEVELS = 4
DENSITY_UNKNOWN = DENSITY_LEVELS
DENSITY_VALUES = DENSITY_LEVELS + 1

NOTHING = -1
"""The voice or pitch of a token that has none."""


@dataclass(frozen=True)
class LineUp:
    """What a model can write: its voices from high to low, and the time signatures that it knows.

    margin: so many semitones beyond a voice's range have tokens, too, for transposed training music and for what a user
    gives.
    """

    voices: tuple[Voice, ...]
    time_signatures: tuple[TimeSignature, ...] = ("4/4",)
    margin: int = 0

    def pitch_range(self, voice: int) -> tuple[int, int]:
        """Returns the lowest and the highest pitch for which a voice has tokens."""
        range_ = self.voices[voice]
        return max(0, range_.lowest_pitch - self.margin), min(PITCHES - 1, range_.highest_pitch + self.margin)

    def is_monophonic(self, voice: int) -> bool:
        """Returns True if a voice has one note at a time."""
        return self.voices[voice].head == "monophonic"


class Vocabulary:
    """The tokens of a line-up.

    `voice_of` and `pitch_of` [size] are NOTHING for tokens without; `is_onset` and `is_off` [size] tell the two kinds
    of tokens of a voice. `places` is the number of values of the side input `place`.
    """

    def __init__(self, line_up: LineUp) -> None:
        self.line_up = line_up
        self.bar_shapes = tuple(BAR_SHAPES[name] for name in line_up.time_signatures)
        self.positions = max(shape.steps for shape in self.bar_shapes)
        self.places = sum(shape.steps + 1 for shape in self.bar_shapes)
        voice_of = [NOTHING] * (FIRST_POSITION + self.positions)
        pitch_of = list(voice_of)
        self._first_onset: list[int] = []
        self._first_off: list[int] = []
        for voice in range(len(line_up.voices)):
            low, high = line_up.pitch_range(voice)
            self._first_onset.append(len(voice_of))
            voice_of += [voice] * (high - low + 1)
            pitch_of += range(low, high + 1)
        offs = len(voice_of)
        for voice in range(len(line_up.voices)):
            low, high = line_up.pitch_range(voice)
            self._first_off.append(len(voice_of))
            pitches = [NOTHING] if line_up.is_monophonic(voice) else list(range(low, high + 1))
            voice_of += [voice] * len(pitches)
            pitch_of += pitches
        self.size = len(voice_of)
        self.voice_of: Integers = np.array(voice_of, dtype=np.int64)
        self.pitch_of: Integers = np.array(pitch_of, dtype=np.int64)
        numbers = np.arange(self.size)
        self.is_onset: npt.NDArray[np.bool_] = (numbers >= FIRST_POSITION + self.positions) & (numbers < offs)
        self.is_off: npt.NDArray[np.bool_] = numbers >= offs

    @property
    def voices(self) -> int:
        """Returns the number of voices."""
        return len(self.line_up.voices)

    def onset(self, voice: int, pitch: int) -> int:
        """Returns the token of a note's start. Raises ValueError for a pitch outside the voice's range."""
        return self._first_onset[voice] + self._above_lowest(voice, pitch)

    def off(self, voice: int, pitch: int = NOTHING) -> int:
        """Returns the token of a note's end; of a monophonic voice it is the same for every pitch."""
        if self.line_up.is_monophonic(voice):
            return self._first_off[voice]
        return self._first_off[voice] + self._above_lowest(voice, pitch)

    def _above_lowest(self, voice: int, pitch: int) -> int:
        low, high = self.line_up.pitch_range(voice)
        if not low <= pitch <= high:
            raise ValueError(f"voice {voice} of the line-up holds the pitches {low} to {high}, not {pitch}")
        return pitch - low

    def place(self, bar_shape: BarShape, step: int) -> int:
        """Returns the side input for a step of a bar; the bar's number of steps stands for "before the first place".

        Each time signature has values of its own, so that the network knows by them in which one it is."""
        return self.first_place(bar_shape) + step

    def first_place(self, bar_shape: BarShape) -> int:
        """Returns the side input for the first step of a bar of this shape. Raises ValueError for an unknown one."""
        if bar_shape not in self.bar_shapes:
            known = ", ".join(self.line_up.time_signatures)
            asked = f"{bar_shape.beats} beats of {bar_shape.beat_steps} sixteenths"
            raise ValueError(f"the line-up knows {known}, not bars of {asked}")
        return sum(shape.steps + 1 for shape in self.bar_shapes[: self.bar_shapes.index(bar_shape)])


@dataclass(frozen=True)
class VoicedPiece:
    """A piece whose notes are given to the voices of a line-up: in each voice by onset and pitch, and no pitch overlaps
    itself. Every note ends inside the bars."""

    bar_shape: BarShape
    bars: int
    voices: tuple[tuple[Note, ...], ...]

    @property
    def steps(self) -> int:
        """Returns the length in sixteenths."""
        return self.bars * self.bar_shape.steps

    @cached_property
    def end(self) -> int:
        """Returns the step at which the music ends: that of the last note where it lies in the last bar, or else that
        of the last bar line."""
        last = max((note.onset + note.duration for notes in self.voices for note in notes), default=0)
        return last if last > self.steps - self.bar_shape.steps else self.steps

    @staticmethod
    def of_planes(bar_shape: BarShape, planes: npt.NDArray[np.bool_]) -> VoicedPiece:
        """Returns the piece of planes [voices, 2, steps, 128]."""
        voices = tuple(tuple(planes_to_notes(voice)) for voice in planes)
        return VoicedPiece(bar_shape, planes.shape[2] // bar_shape.steps, voices)


def without_overlaps(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Returns notes as a voice holds them: sorted, and a note ends where the next one of its pitch starts.

    Of several notes that start together at one pitch the longest stays. Velocities are kept.
    """
    sorted_ = sorted(notes, key=lambda note: (note.onset, note.pitch, -note.duration))
    kept: list[Note] = []
    last_of: dict[int, int] = {}
    for note in sorted_:
        before = last_of.get(note.pitch)
        if before is not None:
            earlier = kept[before]
            if earlier.onset == note.onset:
                continue
            if earlier.onset + earlier.duration > note.onset:
                kept[before] = earlier._replace(duration=note.onset - earlier.onset)
        last_of[note.pitch] = len(kept)
        kept.append(note)
    return tuple(kept)


def density_levels(
    piece: VoicedPiece, present: Sequence[bool], edges: Sequence[float], *, before: int | None = None
) -> Integers:
    """Returns the level of density of each bar, [bars]: by how many notes start in it in a voice that is present.

    edges: the three onsets a bar and voice that part the four levels. before: the first step that is not counted.
    """
    counts = np.zeros(piece.bars)
    for notes, counted in zip(piece.voices, present, strict=True):
        onsets = [note.onset for note in notes if counted and (before is None or note.onset < before)]
        np.add.at(counts, np.array(onsets, dtype=np.int64) // piece.bar_shape.steps, 1)
    return np.searchsorted(np.asarray(edges), counts / max(1, sum(present)), side="right").astype(np.int64)


class EventColumns(NamedTuple):
    """Events of sequences side by side with the side inputs of each, [batch, events] each, as a network hears them."""

    tokens: Integers
    places: Integers
    left: Integers
    density: Integers
    times: Integers


@dataclass(frozen=True, eq=False)
class EventSequence:
    """Tokens [T] with the side inputs of each [T], the bar of each [T], and which voices there are, [voices]."""

    tokens: Integers
    places: Integers
    left: Integers
    density: Integers
    times: Integers
    bars: Integers
    voices: Floats

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def columns(self) -> EventColumns:
        """Returns the sequence as a batch of one."""
        parts = (self.tokens, self.places, self.left, self.density, self.times)
        return EventColumns(*(part[np.newaxis] for part in parts))

    def cut(self, length: int) -> EventSequence:
        """Returns the first `length` tokens."""
        parts = (self.tokens, self.places, self.left, self.density, self.times, self.bars)
        tokens, places, left, density, times, bars = (part[:length] for part in parts)
        return EventSequence(tokens, places, left, density, times, bars, self.voices)


class _Rows(NamedTuple):
    """Tokens with the step and the bar of each, in order."""

    tokens: Integers
    steps: Integers
    bars: Integers

    @staticmethod
    def single(token: int, step: int, bar: int) -> _Rows:
        return _Rows(*(np.array([value], dtype=np.int64) for value in (token, step, bar)))


class EventWriter:
    """Writes one piece, or parts of it, as events.

    present: the voices that there are, [voices]. The others are neither written nor expected.
    shift: semitones by which the music is transposed.

    Raises ValueError if a voice holds what the line-up does not know.
    """

    def __init__(self, vocabulary: Vocabulary, piece: VoicedPiece, present: Sequence[bool], shift: int = 0) -> None:
        if not len(piece.voices) == len(present) == vocabulary.voices:
            raise ValueError(
                f"the line-up has {vocabulary.voices} voices, the piece {len(piece.voices)}, "
                f"and of {len(present)} it is said whether they are present"
            )
        self._vocabulary, self._piece, self._present = vocabulary, piece, tuple(map(bool, present))
        self._first_place = vocabulary.first_place(piece.bar_shape)
        rows: list[tuple[int, int, int, int, int]] = []
        self._notes: list[tuple[int, int, int, int]] = []
        for voice, notes in enumerate(piece.voices):
            if not present[voice]:
                continue
            monophonic = vocabulary.line_up.is_monophonic(voice)
            if monophonic and not is_monophonic(notes):
                raise ValueError(f"voice {voice} of the line-up is monophonic, but has several notes at once")
            starts = {(note.onset, NOTHING if monophonic else note.pitch) for note in notes}
            for note in notes:
                end, pitch = note.onset + note.duration, note.pitch + shift
                token = vocabulary.onset(voice, pitch)
                rows.append((note.onset, voice, 1, pitch, token))
                self._notes.append((note.onset, end, voice, token))
                if (end, NOTHING if monophonic else note.pitch) not in starts:
                    rows.append((end, voice, 0, pitch, vocabulary.off(voice, pitch)))
        rows.sort()
        table = np.array(rows, dtype=np.int64).reshape(-1, 5)
        self._steps, self._order, self._tokens = table[:, 0], table[:, 1:4], table[:, 4]

    def whole(self, first_bar: int = 0, *, told_left: bool = False, density: Integers | None = None) -> EventSequence:
        """Returns the piece from a bar to its end, with END. What is held into the first bar starts there."""
        rows = [self._bars(first_bar, self._piece.bars, restart=True), self._ending()]
        return self._sequence(rows, self._piece.bars if told_left else None, density)

    def until(
        self, step: int, first_bar: int = 0, *, bars: int | None = None, density: Integers | None = None
    ) -> EventSequence:
        """Returns the piece from a bar up to a step, without END: what a continuation goes on from.

        bars: the number of bars at the end, where it is told how many are left.
        """
        last = -(-step // self._piece.bar_shape.steps)
        return self._sequence([self._bars(first_bar, last, restart=True, until=step)], bars, density)

    def around(
        self, gap: tuple[int, int], first_bar: int = 0, last_bar: int | None = None, *, density: Integers | None = None
    ) -> EventSequence:
        """Returns GAP, what is after the bars gap[0]..gap[1] - 1, FILL, and what is before them.

        What is held into the bars after the gap starts there.
        """
        return self._sequence(self._around(gap, first_bar, last_bar), None, density)

    def filled(
        self,
        gap: tuple[int, int],
        first_bar: int = 0,
        last_bar: int | None = None,
        *,
        density: Integers | None = None,
    ) -> EventSequence:
        """Returns the piece with the bars gap[0]..gap[1] - 1 last: `around`, these bars, END."""
        rows = [*self._around(gap, first_bar, last_bar), self._bars(*gap, restart=False)]
        if gap[1] < self._piece.bars:
            rows.append(_Rows.single(END, gap[1] * self._piece.bar_shape.steps, gap[1] - 1))
        else:
            rows.append(self._ending())
        return self._sequence(rows, None, density)

    def _around(self, gap: tuple[int, int], first_bar: int, last_bar: int | None) -> list[_Rows]:
        steps, bars = self._piece.bar_shape.steps, self._piece.bars
        last = bars if last_bar is None else last_bar
        rows = [_Rows.single(GAP, gap[1] * steps, gap[1])]
        if gap[1] < last:
            rows.append(self._bars(gap[1], last, restart=True))
            if last == bars and self._piece.end % steps:
                rows.append(self._position(self._piece.end, bars - 1))
        return [
            *rows,
            _Rows.single(FILL, first_bar * steps, first_bar),
            self._bars(first_bar, gap[0], restart=True),
        ]

    def _position(self, step: int, bar: int) -> _Rows:
        return _Rows.single(FIRST_POSITION + step % self._piece.bar_shape.steps, step, bar)

    def _ending(self) -> _Rows:
        last, end = self._piece.bars - 1, self._piece.end
        rows = [self._position(end, last)] if end % self._piece.bar_shape.steps else []
        return _joined([*rows, _Rows.single(END, end, last)])

    def _bars(self, first: int, last: int, *, restart: bool, until: int | None = None) -> _Rows:
        """Returns BARs, places and events of bars first..last - 1, or up to a step.

        restart: what is held into the first bar starts there, and nothing ends there. Without `until` the end of the
        whole piece is left to END.
        """
        size = self._piece.bar_shape.steps
        low, high = first * size, last * size if until is None else until
        inside = (self._steps >= low) & (self._steps < high)
        if until is None:
            inside &= self._steps != self._piece.end
        steps, order, tokens = self._steps[inside], self._order[inside], self._tokens[inside]
        if restart and low > 0:
            started = (steps != low) | (order[:, 1] == 1)
            steps, order, tokens = steps[started], order[started], tokens[started]
            held = [
                (voice, 1, int(self._vocabulary.pitch_of[token]), token)
                for start, end, voice, token in self._notes
                if start < low < end
            ]
            added = np.array(held, dtype=np.int64).reshape(-1, 4)
            steps = np.concatenate([steps, np.full(len(added), low, dtype=np.int64)])
            order, tokens = np.concatenate([order, added[:, :3]]), np.concatenate([tokens, added[:, 3]])
        places = np.unique(steps)
        lines = np.arange(first, last, dtype=np.int64) * size
        at = np.concatenate([lines, places, steps])
        kind = np.repeat([0, 1, 2], [len(lines), len(places), len(steps)])
        nothing = np.zeros((len(lines) + len(places), 3), dtype=np.int64)
        rank = np.concatenate([nothing, order])
        every = np.concatenate([np.full(len(lines), BAR), FIRST_POSITION + places % size, tokens])
        sorted_ = np.lexsort((rank[:, 2], rank[:, 1], rank[:, 0], kind, at))
        return _Rows(every[sorted_].astype(np.int64), at[sorted_], at[sorted_] // size)

    def _sequence(self, parts: Sequence[_Rows], bars: int | None, density: Integers | None) -> EventSequence:
        rows, size = _joined(parts), self._piece.bar_shape.steps
        places = np.where(np.isin(rows.tokens, (BAR, GAP, FILL)), size, rows.steps % size) + self._first_place
        left = np.full(len(rows.tokens), LEFT_UNKNOWN, dtype=np.int64)
        if bars is not None:
            left = np.minimum(bars - 1 - rows.bars, MOST_LEFT)
        told = np.full(len(rows.tokens), DENSITY_UNKNOWN, dtype=np.int64)
        if density is not None:
            told = density[np.clip(rows.bars, 0, len(density) - 1)]
        voices = np.array(self._present, dtype=np.float32)
        return EventSequence(rows.tokens, places, left, told, rows.steps, rows.bars, voices)


def _joined(parts: Sequence[_Rows]) -> _Rows:
    return _Rows(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


class NoteReader:
    """Reads the notes out of tokens, one after the other.

    first_step: where the first token stands; in the middle of a bar it names a place. `notes`: of each voice, in the
    order in which they end; END ends all that sounds, and so does `finish`.
    """

    def __init__(self, vocabulary: Vocabulary, bar_shape: BarShape, first_step: int = 0) -> None:
        self._vocabulary, self._size = vocabulary, bar_shape.steps
        self.bar = (first_step - 1) // bar_shape.steps
        self.notes: list[list[Note]] = [[] for _ in range(vocabulary.voices)]
        self._sounding: list[dict[int, int]] = [{} for _ in range(vocabulary.voices)]
        self._place = 0
        self._before_end = False

    def read(self, token: int) -> None:
        """Takes the next token."""
        vocabulary = self._vocabulary
        if token == BAR:
            self.bar, self._place = self.bar + 1, 0
        elif token == END:
            self.finish(self.bar * self._size + self._place if self._before_end else (self.bar + 1) * self._size)
        elif vocabulary.is_onset[token]:
            voice, pitch = int(vocabulary.voice_of[token]), int(vocabulary.pitch_of[token])
            self._stop(voice, None if vocabulary.line_up.is_monophonic(voice) else pitch, self.step)
            self._sounding[voice][pitch] = self.step
        elif vocabulary.is_off[token]:
            pitch = int(vocabulary.pitch_of[token])
            self._stop(int(vocabulary.voice_of[token]), None if pitch == NOTHING else pitch, self.step)
        else:
            self._place = token - FIRST_POSITION
        self._before_end = FIRST_POSITION <= token < FIRST_POSITION + vocabulary.positions

    @property
    def step(self) -> int:
        """Returns the step at which the next event of a voice stands."""
        return self.bar * self._size + self._place

    def finish(self, step: int) -> None:
        """Ends all that sounds."""
        for voice in range(len(self._sounding)):
            self._stop(voice, None, step)

    def _stop(self, voice: int, pitch: int | None, step: int) -> None:
        sounding = self._sounding[voice]
        for one in list(sounding) if pitch is None else [pitch]:
            start = sounding.pop(one, None)
            if start is not None and step > start:
                self.notes[voice].append(Note(start, step - start, one))


def read_piece(vocabulary: Vocabulary, bar_shape: BarShape, tokens: Iterable[int]) -> VoicedPiece:
    """Returns the piece that tokens from a first BAR to END say."""
    reader = NoteReader(vocabulary, bar_shape)
    for token in tokens:
        reader.read(int(token))
    return VoicedPiece(bar_shape, reader.bar + 1, tuple(tuple(sorted(notes)) for notes in reader.notes))
