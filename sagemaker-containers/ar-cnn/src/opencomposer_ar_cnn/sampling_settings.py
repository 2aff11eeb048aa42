"""The parameters of a composition as the code uses them.

It imports nothing heavier than the technique's document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from opencomposer_music.parameter_set import ParameterValue
from opencomposer_music.technique_document import load_technique

from opencomposer_ar_cnn import TECHNIQUE

ORIGINAL_BARS = 8
"""The length of every piece of the original AR-CNN, for which its counts of notes are meant."""
ALL_ITERATIONS = 100
"""The number of sampling iterations that go all the way."""
MAX_PASSES = 100
"""The maximum number of passes in which several edits each are made."""
MIN_RISK, MAX_RISK = 0.5, 6.0
"""The ends of the parameter `temperature`, which are the original's."""
MIN_TEMPERATURE, MAX_TEMPERATURE = 0.5, 1.5
"""The temperatures of the softmax at these ends, where several edits are made in a pass. Beyond 1.5 hundreds of
unlikely edits leave little of the input."""


@dataclass(frozen=True)
class SamplingSettings:
    """The caller's parameters, in the order and with the meanings of the README.

    Their defaults are in contracts/techniques/ar-cnn.json. The counts are for eight bars; a longer piece has them in
    proportion. Bars count from 1; last_bar 0 means the last bar of the piece. `max_passes` is not the caller's: a
    training ends the sampling of a network that has learned little by it.
    """

    max_percentage_of_initial_notes_removed: int
    max_notes_added: int
    sampling_iterations: int
    temperature: float
    edits_per_pass: int
    melody_lock: bool
    voice_leading: bool
    above_melody: bool
    beyond_melody: bool
    ending: bool
    first_bar: int
    last_bar: int
    lowest_pitch: int
    highest_pitch: int
    density: float
    min_probability: float
    max_passes: int = MAX_PASSES

    def in_proportion(self, count: int, bars: int) -> int:
        """Returns what a count for eight bars is in a piece of `bars` bars."""
        return count * max(bars, ORIGINAL_BARS) // ORIGINAL_BARS

    @property
    def writes_lines(self) -> bool:
        """Returns True if what is added is written as lines, each a voice of its own."""
        return self.melody_lock and self.voice_leading

    @property
    def share_of_the_way(self) -> float:
        """Returns how much of all edits is made, 0 to 1."""
        return min(1.0, self.sampling_iterations / ALL_ITERATIONS)

    @property
    def softmax_temperature(self) -> float:
        """Returns the temperature of the softmax. One edit a pass has the parameter itself, as the original."""
        if self.edits_per_pass == 1:
            return self.temperature
        risk = (self.temperature - MIN_RISK) / (MAX_RISK - MIN_RISK)
        return MIN_TEMPERATURE + (MAX_TEMPERATURE - MIN_TEMPERATURE) * risk


def sampling_settings(given: Mapping[str, ParameterValue]) -> SamplingSettings:
    """Returns the settings of a request that names these parameters; the others have their defaults."""
    parameters = {**load_technique(TECHNIQUE).parameters.defaults, **given}
    return SamplingSettings(
        max_percentage_of_initial_notes_removed=int(parameters["maxPercentageOfInitialNotesRemoved"]),
        max_notes_added=int(parameters["maxNotesAdded"]),
        sampling_iterations=int(parameters["samplingIterations"]),
        temperature=float(parameters["temperature"]),
        edits_per_pass=int(parameters["editsPerPass"]),
        melody_lock=bool(parameters["melodyLock"]),
        voice_leading=bool(parameters["voiceLeading"]),
        above_melody=bool(parameters["aboveMelody"]),
        beyond_melody=bool(parameters["beyondMelody"]),
        ending=bool(parameters["ending"]),
        first_bar=int(parameters["firstBar"]),
        last_bar=int(parameters["lastBar"]),
        lowest_pitch=int(parameters["lowestPitch"]),
        highest_pitch=int(parameters["highestPitch"]),
        density=float(parameters["density"]),
        min_probability=float(parameters["minProbability"]),
    )
