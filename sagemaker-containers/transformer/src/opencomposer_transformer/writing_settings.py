"""The parameters of a composition as the code uses them.

It imports nothing heavier than numpy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from opencomposer_music.parameter_set import ParameterValue
from opencomposer_music.piano_roll import PITCHES, STEPS_PER_BEAT
from opencomposer_music.technique_document import load_technique
from opencomposer_music.time_signatures import BarShape

from opencomposer_transformer import TECHNIQUE
from opencomposer_transformer.events import DENSITY_UNKNOWN, LineUp
from opencomposer_transformer.generation import Wishes
from opencomposer_transformer.grammar import WritingLimits
from opencomposer_transformer.sampling import DrawSettings, SamplingTechnique

REGISTER_MARGIN = 2
"""A voice may go so many semitones beyond the range that it has in the training music."""
MAX_POLYPHONY = 8
"""So many notes of a polyphonic voice are written to sound at once."""


class NoPitchToWrite(Exception):
    """A voice that should go on has no pitch between the lowest and the highest that may be added.

    allowed: the pitches that the voice can write, as the user's track has them.
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
    ) -> Wishes:
        """Returns the settings as wishes at a tempo. Raises NoPitchToWrite.

        shifts: the semitones that each voice is heard above the user's track; present: the voices that go on.
        """
        step = seconds_of_bar(bar_shape, tempo) / bar_shape.steps
        heard = self.input_duration / seconds_of_bar(bar_shape, tempo)
        return Wishes(
            DrawSettings(self.sampling_technique, self.sampling_threshold, self.creative_risk),
            WritingLimits(
                tuple(self._register(line_up, voice, shifts[voice], present[voice]) for voice in range(len(shifts))),
                max_note=_steps(self.maximum_note_length, step),
                max_rest=_steps(self.maximum_rest_time, step),
                max_polyphony=MAX_POLYPHONY,
            ),
            seed=seed,
            candidates=self.candidates,
            cadence=self.cadence,
            density=self.density - 1 if self.density else DENSITY_UNKNOWN,
            context_bars=max(1, round(heard)) if self.input_duration else None,
        )

    def _register(self, line_up: LineUp, voice: int, shift: int, present: bool) -> tuple[int, int]:
        """Returns the pitches that a voice may write, as the model has them."""
        range_, (low, high) = line_up.voices[voice], line_up.pitch_range(voice)
        # Where an extreme shift leaves nothing of its range, the voice may use all that it has tokens for.
        lowest, highest = max(low, shift), min(high, PITCHES - 1 + shift)
        usual = range_.lowest_pitch - REGISTER_MARGIN, range_.highest_pitch + REGISTER_MARGIN
        if max(lowest, usual[0]) <= min(highest, usual[1]):
            lowest, highest = max(lowest, usual[0]), min(highest, usual[1])
        wanted = max(lowest, self.lowest_pitch + shift), min(highest, self.highest_pitch + shift)
        if wanted[0] <= wanted[1]:
            return wanted
        if present:
            raise NoPitchToWrite(range_.name, lowest - shift, highest - shift)
        return lowest, highest


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
        candidates=int(parameters["candidates"]),
    )
