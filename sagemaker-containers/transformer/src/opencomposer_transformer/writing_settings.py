"""The parameters of a composition as the code uses them.

It imports nothing heavier than numpy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from opencomposer_music.parameter_set import ParameterValue
from opencomposer_music.piano_roll import PITCHES, STEPS_PER_BEAT, Note
from opencomposer_music.technique_document import load_technique
from opencomposer_music.time_signatures import BarShape

from opencomposer_transformer import TECHNIQUE
from opencomposer_transformer.events import DENSITY_UNKNOWN, LineUp
from opencomposer_transformer.generation import Wishes
from opencomposer_transformer.grammar import WritingLimits
from opencomposer_transformer.sampling import DrawSettings, SamplingTechnique
from opencomposer_transformer.voice_assignment import VoiceAssignment

REGISTER_MARGIN = 2
"""A voice may go so many semitones beyond the range that it has in the training music, or in the user's track where
its register is kept."""
OCTAVE = 12
MAX_POLYPHONY = 8
"""So many notes of a polyphonic voice are written to sound at once."""


class NoPitchToWrite(Exception):
    """A voice that should go on has no pitch between the lowest and the highest that may be added, in no octave. It
    needs a model whose voice has fewer pitches than an octave.

    lowest, highest: the pitches that the voice can write, as the user's track has them.
    """

    def __init__(self, voice: str, lowest: int, highest: int) -> None:
        super().__init__(voice)
        self.voice, self.lowest, self.highest = voice, lowest, highest


@dataclass(frozen=True)
class WritingSettings:
    """The caller's parameters, in the order and with the meanings of the technique's document.

    Durations are in seconds. `extension_bars`, `density`, and durations but the extension's are 0 for none.
    """

    sampling_technique: SamplingTechnique
    sampling_threshold: float
    creative_risk: float
    input_duration: float
    track_extension_duration: float
    extension_bars: int
    maximum_rest_time: float
    maximum_note_length: float
    cadence: bool
    all_voices: bool
    density: int
    lowest_pitch: int
    highest_pitch: int
    keep_register: bool
    candidates: int

    def added_bars(self, bar_shape: BarShape, tempo: float) -> int:
        """Returns the number of bars that are added at a tempo, at least one."""
        return self.extension_bars or max(1, round(self.track_extension_duration / seconds_of_bar(bar_shape, tempo)))

    def wishes(
        self,
        line_up: LineUp,
        shifts: Sequence[int],
        present: Sequence[bool],
        bar_shape: BarShape,
        tempo: float,
        seed: int,
        heard: Sequence[Sequence[Note]] = (),
    ) -> Wishes:
        """Returns the settings as wishes at a tempo. Raises NoPitchToWrite.

        shifts: the semitones that each voice writes above what the user gets (`placed_shifts`); present: the voices
        that go on; heard: the notes that each voice hears, where its register may be kept.
        """
        step = seconds_of_bar(bar_shape, tempo) / bar_shape.steps
        context = self.input_duration / seconds_of_bar(bar_shape, tempo)
        return Wishes(
            DrawSettings(self.sampling_technique, self.sampling_threshold, self.creative_risk),
            WritingLimits(
                tuple(
                    self._register(line_up, voice, shifts[voice], present[voice], heard[voice] if heard else ())
                    for voice in range(len(shifts))
                ),
                max_note=_steps(self.maximum_note_length, step),
                max_rest=_steps(self.maximum_rest_time, step),
                max_polyphony=MAX_POLYPHONY,
            ),
            seed=seed,
            candidates=self.candidates,
            cadence=self.cadence,
            density=self.density - 1 if self.density else DENSITY_UNKNOWN,
            context_bars=max(1, round(context)) if self.input_duration else None,
        )

    def placed_shifts(self, line_up: LineUp, assignment: VoiceAssignment) -> tuple[int, ...]:
        """Returns, for each voice, the semitones that it writes above what the user gets.

        They are those by which it is heard, unless the pitches that may be added lie elsewhere: then what is written is
        moved by as few octaves as leave it enough of them, or as much as there is. Enough is an octave, and in a
        register that is kept half of the track's own span: a limit that takes less of it moves nothing.
        """
        shifts = []
        for voice, shift in enumerate(assignment.shifts):
            moves = sorted(range(-PITCHES // OCTAVE * OCTAVE, PITCHES, OCTAVE), key=lambda by: (abs(by), -by))
            move = 0
            for register, wanted in self._registers(line_up, voice, assignment.heard.voices[voice]):
                widths = {by: _width(self._between_limits(register, shift - by)) for by in moves}
                enough = min(wanted, max(widths.values()))
                if enough > 0:
                    move = next(by for by in moves if widths[by] >= enough)
                    break
            shifts.append(shift - move)
        return tuple(shifts)

    def _registers(self, line_up: LineUp, voice: int, heard: Sequence[Note]) -> list[tuple[tuple[int, int], int]]:
        """Returns the pitches among which a voice may write, as the model has them, each with how many of them are
        enough: the first of which something is left is taken."""
        range_, tokens = line_up.voices[voice], line_up.pitch_range(voice)
        usual = range_.lowest_pitch - REGISTER_MARGIN, range_.highest_pitch + REGISTER_MARGIN
        registers = [(_overlap(tokens, usual), OCTAVE), (tokens, OCTAVE)]
        if self.keep_register and heard:
            pitches = [note.pitch for note in heard]
            own = min(pitches), max(pitches)
            kept = own[0] - REGISTER_MARGIN, own[1] + REGISTER_MARGIN
            registers.insert(0, (_overlap(tokens, kept), (_width(own) + 1) // 2))
        return registers

    def _between_limits(self, register: tuple[int, int], shift: int) -> tuple[int, int]:
        """Returns what is left of a register, as the model has it, between the lowest and the highest pitch."""
        return _overlap(register, (self.lowest_pitch + shift, self.highest_pitch + shift))

    def _register(
        self, line_up: LineUp, voice: int, shift: int, present: bool, heard: Sequence[Note]
    ) -> tuple[int, int]:
        registers = self._registers(line_up, voice, heard)
        left = [self._between_limits(register, shift) for register, _ in registers]
        chosen = next((register for register in left if _width(register) > 0), None)
        if chosen is not None:
            return chosen
        if present:
            lowest, highest = registers[-1][0]
            raise NoPitchToWrite(line_up.voices[voice].name, lowest - shift, highest - shift)
        return registers[0][0]


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return max(one[0], other[0]), min(one[1], other[1])


def _width(register: tuple[int, int]) -> int:
    """Returns the number of pitches of a register, 0 or less for none."""
    return register[1] - register[0] + 1


def seconds_of_bar(bar_shape: BarShape, tempo: float) -> float:
    """Returns how long a bar lasts. tempo: quarter notes a minute."""
    return bar_shape.steps / STEPS_PER_BEAT * 60 / tempo


def _steps(seconds: float, step: float) -> int | None:
    """Returns a limit in sixteenths, at least one; 0 is none."""
    return max(1, int(seconds / step + 1e-9)) if seconds else None


def writing_settings(given: Mapping[str, ParameterValue]) -> WritingSettings:
    """Returns the settings of a request that names these parameters; the others have their defaults."""
    parameters = {**load_technique(TECHNIQUE).parameters.defaults, **given}
    return WritingSettings(
        sampling_technique=cast(SamplingTechnique, str(parameters["samplingTechnique"])),
        sampling_threshold=float(parameters["samplingThreshold"]),
        creative_risk=float(parameters["creativeRisk"]),
        input_duration=float(parameters["inputDuration"]),
        track_extension_duration=float(parameters["trackExtensionDuration"]),
        extension_bars=int(parameters["extensionBars"]),
        maximum_rest_time=float(parameters["maximumRestTime"]),
        maximum_note_length=float(parameters["maximumNoteLength"]),
        cadence=parameters["ending"] == "cadence",
        all_voices=parameters["voices"] == "all",
        density=int(parameters["density"]),
        lowest_pitch=int(parameters["lowestPitch"]),
        highest_pitch=int(parameters["highestPitch"]),
        keep_register=bool(parameters["keepRegister"]),
        candidates=int(parameters["candidates"]),
    )
