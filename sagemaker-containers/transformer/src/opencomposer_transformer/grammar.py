"""Which tokens may follow, so that whatever a network wants, what is written is a piece that keeps the limits.

Time only moves forward. At a place the voices come in their order, and a place is named only where something happens. A
BAR after the last bar, or END in it, ends the stretch. A limit on the length of a note or a rest is a step beyond which
time may not move before the voice has had an event. The notes that are given and still sound where the writing starts
are kept: their voices have no event before the note's end, and have one there, so that no given note is ever lengthened
or cut. It imports numpy only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
from opencomposer_music.time_signatures import BarShape

from opencomposer_transformer.events import (
    BAR,
    END,
    FIRST_POSITION,
    NOTHING,
    Vocabulary,
    VoicedPiece,
)

Mask = npt.NDArray[np.bool_]

Stop = Literal["end", "bar line", "gap"]
NEVER = 1 << 40
"""A step that no piece reaches."""


@dataclass(frozen=True)
class Stretch:
    """The music that is to be written: from a step up to a bar.

    stop: "end" is END anywhere in the last bar; "bar line" is where a BAR would follow the last bar; "gap" is END at
    the bar line where given music goes on.
    """

    bar_shape: BarShape
    first_step: int
    last_bar: int
    stop: Stop

    @property
    def stop_step(self) -> int:
        """Returns the step of the last bar line."""
        return (self.last_bar + 1) * self.bar_shape.steps


@dataclass(frozen=True)
class WritingLimits:
    """What a caller allows. Lengths are in sixteenths and count from where the writing starts.

    registers: the lowest and highest pitch that each voice may start, at least one pitch that the voice has.
    max_polyphony: how many written notes of one voice sound at once. silent_end: the last bar may be silent, and a
    stretch empty.
    """

    registers: tuple[tuple[int, int], ...]
    max_note: int | None = None
    max_rest: int | None = None
    max_polyphony: int | None = None
    silent_end: bool = False


@dataclass
class _VoiceState:
    """What a voice does. sounding: by pitch, the step at which the note has to have ended; kept: by pitch, the end of a
    given note; rest_deadline: the step at which a silent voice has to start a note."""

    sounding: dict[int, int] = field(default_factory=dict)
    kept: dict[int, int] = field(default_factory=dict)
    rest_deadline: int = NEVER

    def copy(self) -> _VoiceState:
        return _VoiceState(dict(self.sounding), dict(self.kept), self.rest_deadline)

    @property
    def deadline(self) -> int:
        """Returns the step at which the voice has to have an event."""
        return min(self.sounding.values()) if self.sounding else self.rest_deadline


def kept_notes(piece: VoicedPiece, present: Sequence[bool], first_step: int) -> tuple[dict[int, int], ...]:
    """Returns, for each voice, the ends by pitch of the notes that sound into a step or end at it."""
    return tuple(
        {
            note.pitch: note.onset + note.duration
            for note in notes
            if there and note.onset < first_step <= note.onset + note.duration
        }
        for notes, there in zip(piece.voices, present, strict=True)
    )


class Grammar:
    """The state after some tokens of a stretch, and the tokens that may follow.

    present: the voices that write. kept: see `kept_notes`.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        stretch: Stretch,
        limits: WritingLimits,
        present: Sequence[bool],
        kept: Sequence[dict[int, int]],
    ) -> None:
        self._vocabulary, self._stretch, self._limits = vocabulary, stretch, limits
        self._size = stretch.bar_shape.steps
        self._active = [voice for voice in range(vocabulary.voices) if present[voice]]
        self._monophonic = [vocabulary.line_up.is_monophonic(voice) for voice in range(vocabulary.voices)]
        self._onsets = [self._register(voice) for voice in range(vocabulary.voices)]
        # As if something had happened at the step before the first.
        self.bar, self._place = divmod(stretch.first_step - 1, self._size)
        self._named = False
        self._voice, self._rank = NOTHING, NOTHING
        self._closed: list[int] = []
        self.wrote = False
        self.finished = False
        rest = NEVER if limits.max_rest is None else stretch.first_step + limits.max_rest
        self._states = [_VoiceState(rest_deadline=rest) for _ in range(vocabulary.voices)]
        for voice in self._active:
            state = self._states[voice]
            state.kept = dict(kept[voice])
            # A note that lasts to the end of the stretch, or beyond it, needs no event.
            state.sounding = {pitch: end if end < stretch.stop_step else NEVER for pitch, end in kept[voice].items()}

    def _register(self, voice: int) -> slice:
        low, high = self._vocabulary.line_up.pitch_range(voice)
        lowest, highest = self._limits.registers[voice]
        lowest, highest = max(low, lowest), min(high, highest)
        if highest < lowest:
            asked = "{} to {}".format(*self._limits.registers[voice])
            raise ValueError(f"the register of voice {voice} holds none of its pitches {low} to {high}, it is {asked}")
        return slice(self._vocabulary.onset(voice, lowest), self._vocabulary.onset(voice, highest) + 1)

    def copy(self) -> Grammar:
        """Returns a grammar in the same state."""
        other = object.__new__(Grammar)
        other.__dict__.update(self.__dict__)
        other._states = [state.copy() for state in self._states]
        other._closed = list(self._closed)
        return other

    @property
    def step(self) -> int:
        """Returns the step at which time stands."""
        return self.bar * self._size + max(0, self._place)

    @property
    def place(self) -> int:
        """Returns the place in the bar, the bar's number of steps before the first place."""
        return self._size if self._place < 0 else self._place

    @property
    def next_voice(self) -> int:
        """Returns the first voice that may have an event at this place (see `is_at_place`)."""
        return self._voice + 1 if self._rank == NOTHING else self._voice

    @property
    def is_at_place(self) -> bool:
        """Returns True if voices may have events now."""
        return self._place >= 0 and self.step >= self._stretch.first_step

    def sounding(self, voice: int) -> int:
        """Returns the pitch that a monophonic voice sounds, or NOTHING."""
        return next(iter(self._states[voice].sounding), NOTHING)

    def open_tokens(self) -> Mask:
        """Returns the tokens that may follow, [size]; at least one may, unless the stretch is finished."""
        mask = np.zeros(self._vocabulary.size, dtype=np.bool_)
        if self.is_at_place:
            due = self._open_events(mask)
            if self._named:
                if self._may_end_at_place():
                    mask[END] = True
                return mask
            if due:
                return mask
        self._open_time(mask)
        return mask

    def push(self, token: int) -> None:
        """Takes the next token, which must be an open one."""
        if token == BAR and self.bar == self._stretch.last_bar:
            self.finished = True
        elif token == BAR:
            self.bar, self._place, self._named = self.bar + 1, -1, False
            self._voice, self._rank = NOTHING, NOTHING
        elif token == END:
            self.finished = True
        elif token < FIRST_POSITION + self._vocabulary.positions:
            self._place, self._named = token - FIRST_POSITION, True
            self._voice, self._rank = NOTHING, NOTHING
            self._closed = []
        else:
            self._push_event(token)

    def _push_event(self, token: int) -> None:
        vocabulary, step = self._vocabulary, self.step
        voice, pitch = int(vocabulary.voice_of[token]), int(vocabulary.pitch_of[token])
        state, starts = self._states[voice], bool(vocabulary.is_onset[token])
        if voice != self._voice:
            self._closed = []
        if self._monophonic[voice]:
            state.sounding.clear()
            state.kept.clear()
        else:
            state.kept.pop(pitch, None)
            if not starts:
                del state.sounding[pitch]
                self._closed.append(pitch)
        if starts:
            state.sounding[pitch] = NEVER if self._limits.max_note is None else step + self._limits.max_note
            self.wrote = True
        elif not state.sounding:
            state.rest_deadline = NEVER if self._limits.max_rest is None else step + self._limits.max_rest
        self._named = False
        self._voice = voice
        self._rank = NOTHING if self._monophonic[voice] else _rank(starts, pitch)

    def _open_events(self, mask: Mask) -> bool:
        """Opens the events of the voices that may have one now. Returns True if one of them has to."""
        step = self.step
        for voice in self._active:
            if voice < self.next_voice:
                continue
            if self._monophonic[voice]:
                self._open_monophonic(mask, voice, step)
            else:
                self._open_polyphonic(mask, voice, step, self._rank if voice == self._voice else NOTHING)
            if self._states[voice].deadline <= step:
                return True
        return False

    def _open_monophonic(self, mask: Mask, voice: int, step: int) -> None:
        state = self._states[voice]
        if state.kept and next(iter(state.kept.values())) > step:
            return
        mask[self._onsets[voice]] = True
        if state.sounding:
            mask[self._vocabulary.off(voice)] = True

    def _open_polyphonic(self, mask: Mask, voice: int, step: int, after: int) -> None:
        """Opens ends from low to high and then starts from low to high, each after the last one, and none after the
        last chance of a note that has to end now."""
        state, vocabulary, onsets = self._states[voice], self._vocabulary, self._onsets[voice]
        low, high = int(vocabulary.pitch_of[onsets.start]), int(vocabulary.pitch_of[onsets.stop - 1])
        until = min(
            (
                _rank(low <= pitch <= high, pitch)
                for pitch, deadline in state.sounding.items()
                if deadline <= step and _rank(low <= pitch <= high, pitch) > after
            ),
            default=NEVER,
        )
        held = {pitch for pitch, end in state.kept.items() if end > step}
        # All but the held notes count: they are written, or are given, end here, and would be written if repeated.
        most = len(vocabulary.pitch_of) if self._limits.max_polyphony is None else self._limits.max_polyphony
        excess = len(state.sounding) - len(held) - most
        ends = sorted(pitch for pitch in state.sounding if pitch not in held and _rank(False, pitch) > after)
        # Of too many notes so many have to end that no end may be skipped without which too few could.
        for pitch in ends[: len(ends) + 1 - excess] if excess > 0 else ends:
            if _rank(False, pitch) <= until:
                mask[vocabulary.off(voice, pitch)] = True
        if excess == 0:
            for pitch in state.sounding:
                if low <= pitch <= high and after < _rank(True, pitch) <= until:
                    mask[vocabulary.onset(voice, pitch)] = True
        elif excess < 0:
            first = max(low, after - _rank(True, 0) + 1)
            last = min(high, until - _rank(True, 0))
            if first <= last:
                mask[vocabulary.onset(voice, first) : vocabulary.onset(voice, last) + 1] = True
        for pitch in (*held, *(self._closed if voice == self._voice else ())):
            if low <= pitch <= high:
                mask[vocabulary.onset(voice, pitch)] = False

    def _open_time(self, mask: Mask) -> None:
        """Opens the tokens by which time moves on."""
        stretch, base = self._stretch, self.bar * self._size
        latest = min(self._states[voice].deadline for voice in self._active)
        free_from = min(self._voice_free_from(voice) for voice in self._active)
        first = max(self._place + 1, stretch.first_step - base, free_from - base)
        last = min(self._size - 1, latest - base)
        if first <= last:
            mask[FIRST_POSITION + first : FIRST_POSITION + last + 1] = True
        in_last = self.bar >= stretch.last_bar
        over = BAR if not in_last or stretch.stop == "bar line" else END
        if base + self._size <= latest and (not in_last or self._may_stop()):
            mask[over] = True
        if not mask.any():
            mask[over] = True

    def _may_stop(self) -> bool:
        if self._limits.silent_end:
            return True
        return self.wrote and (self._stretch.stop != "end" or self._sounds())

    def _may_end_at_place(self) -> bool:
        stretch = self._stretch
        in_last = stretch.stop == "end" and self.bar == stretch.last_bar and self._place > 0
        return in_last and self._voice == NOTHING and self._sounds() and (self.wrote or self._limits.silent_end)

    def _sounds(self) -> bool:
        return any(self._states[voice].sounding for voice in self._active)

    def _voice_free_from(self, voice: int) -> int:
        """Returns the first step at which a voice can have an event."""
        state = self._states[voice]
        if not state.kept:
            return 0
        if self._monophonic[voice]:
            return next(iter(state.kept.values()))
        # A note that was written can end, and of the pitches that are not kept one can start.
        if len(state.sounding) > len(state.kept):
            return 0
        pitches = self._vocabulary.pitch_of[self._onsets[voice]].tolist()
        return 0 if any(pitch not in state.kept for pitch in pitches) else min(state.kept.values())


def _rank(starts: bool, pitch: int) -> int:
    """Returns the place of an event among those of a polyphonic voice at one place."""
    return (128 if starts else 0) + pitch
