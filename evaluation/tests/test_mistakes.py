"""Wrong notes: the way in which they are made, and the way in which restored ones are counted."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from opencomposer_evaluation.mistakes import MAX_INTERVAL, count_restored, make_mistakes
from opencomposer_music.piano_roll import Note, notes_to_planes, planes_to_notes
from opencomposer_testing.tiny_music import random_piece

TEXTURE = np.any(random_piece(0, 4).planes, axis=0)
NOTES = planes_to_notes(TEXTURE)


@given(st.integers(0, 1000), st.floats(0, 1))
@hypothesis_settings(max_examples=30, deadline=None)
def test_mistakes_are_as_many_as_asked_for_and_stand_beside_right_notes(seed: int, rate: float) -> None:
    corrupted = make_mistakes(TEXTURE, rate, np.random.default_rng(seed))
    # Where everything around a note is taken, there is no room for a mistake, so there may be fewer.
    assert round(rate * len(NOTES)) * 0.8 - 1 <= len(corrupted.wrong) <= round(rate * len(NOTES))
    assert sorted([*corrupted.kept, *corrupted.replaced]) == sorted(NOTES)
    assert sorted(planes_to_notes(corrupted.planes)) == sorted([*corrupted.kept, *corrupted.wrong])
    assert not {note[:3] for note in corrupted.wrong} & {note[:3] for note in NOTES}
    for wrong in corrupted.wrong:
        assert any(
            (note.onset, note.duration) == (wrong.onset, wrong.duration)
            and abs(note.pitch - wrong.pitch) <= MAX_INTERVAL
            for note in NOTES
        )


def test_restoration_is_counted_by_hand() -> None:
    first, second, third = Note(0, 4, 60), Note(4, 4, 62), Note(8, 8, 64)
    original = notes_to_planes([first, second, third], 16)
    corrupted = make_mistakes(original, 0, np.random.default_rng(0))
    assert (corrupted.planes == original).all()
    assert count_restored(corrupted, original)["hitsAfter"] == 3

    for seed in range(20):
        corrupted = make_mistakes(original, 0.34, np.random.default_rng(seed))
        if corrupted.replaced:
            break
    (wrong,) = corrupted.wrong
    untouched = count_restored(corrupted, corrupted.planes)
    assert (untouched["hitsBefore"], untouched["notesBefore"]) == (2, 6)
    assert untouched["hitsAfter"] == untouched["hitsBefore"]
    assert (untouched["wrongRemoved"], untouched["rightLost"], untouched["restored"]) == (0, 0, 0)
    perfect = count_restored(corrupted, original)
    assert (perfect["hitsAfter"], perfect["notesAfter"]) == (3, 6)
    assert (perfect["wrongRemoved"], perfect["rightLost"], perfect["restored"]) == (1, 0, 1)
    silence = count_restored(corrupted, np.zeros_like(original))
    assert (silence["hitsAfter"], silence["wrongRemoved"], silence["rightLost"]) == (0, 1, 2)
    # Half of a wrong note is still there, so it is not removed.
    half = notes_to_planes([*corrupted.kept, wrong._replace(duration=wrong.duration // 2)], 16)
    assert count_restored(corrupted, half)["wrongRemoved"] == 0
