"""Checks that a melody is in the time signature in which its model was trained."""

from __future__ import annotations

from opencomposer_music.contract import shown
from opencomposer_music.model_metadata import Limits
from opencomposer_music.time_signatures import time_signature_of

from opencomposer_serving.failures import BrokenField, InvocationFailure
from opencomposer_serving.invocation import Melody


def check_time_signature(melody: Melody, limits: Limits) -> None:
    """Raises InvocationFailure BAD_REQUEST, which names both, where the melody has other bars than the model's."""
    if melody.bar == limits.bar:
        return
    wanted, given = limits.bar, time_signature_of(melody.bar)
    own = time_signature_of(wanted)
    allowed = f"{wanted.beats}, in beats of {wanted.beat_steps} steps, which is {own}"
    raise InvocationFailure(
        "BAD_REQUEST",
        f"this model was trained in {own}, the melody is in {given}",
        [BrokenField("/melody/beatsPerBar", shown(melody.bar.beats), allowed)],
    )
