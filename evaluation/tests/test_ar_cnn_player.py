"""Networks that are played in batches, and the baselines that edit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from opencomposer_ar_cnn.generation import run_network
from opencomposer_ar_cnn.rewriting_session import rewrite
from opencomposer_evaluation.accompanists import RandomEdits, Silence, scale_of
from opencomposer_evaluation.ar_cnn_player import (
    HARMONIZATION,
    ArCnnPlayer,
    edit_counts,
    load_player,
    note_set,
    settings_of_call,
)
from opencomposer_evaluation.corpus import choose_windows, repeated
from opencomposer_music.piano_roll import SOUNDING
from opencomposer_music.technique_document import load_technique
from opencomposer_testing.tiny_music import random_piece
from opencomposer_testing.tiny_network import TinyNetwork

PIECES = [random_piece(seed, bars) for seed, bars in ((0, 2), (1, 3), (2, 2), (3, 2))]
MELODIES = [piece.planes[0] for piece in PIECES]


def tiny_player() -> ArCnnPlayer:
    return load_player(TinyNetwork(level=-8).file())


def test_many_at_once_are_what_the_container_makes_of_each() -> None:
    settings = replace(HARMONIZATION, sampling_iterations=10)
    player = tiny_player().with_settings(settings)
    limits = player.network.metadata.edit_limits
    many = player.rewrite_many(MELODIES, [5, 6, 7, 8])
    for number, (melody, found) in enumerate(zip(MELODIES, many, strict=True)):
        alone = rewrite(
            lambda planes, density: run_network(player.network, planes, density),
            melody,
            settings=settings,
            limits=limits,
            seed=5 + number,
        )
        assert alone.events
        assert [event[:5] for event in found.events] == [event[:5] for event in alone.events]
        assert (found.planes == alone.planes).all()
    assert all(
        (np.any([track[SOUNDING] for track in one], axis=0) | m[SOUNDING] == two.planes[SOUNDING]).all()
        for one, two, m in zip(player.accompany_many(MELODIES, [5, 6, 7, 8]), many, MELODIES, strict=True)
    )


def test_a_call_has_the_container_s_defaults_but_for_what_it_names() -> None:
    defaults = load_technique("ar-cnn").parameters.defaults
    call = settings_of_call(temperature=2.5)
    assert (call.temperature, call.max_notes_added) == (2.5, defaults["maxNotesAdded"])
    assert HARMONIZATION.melody_lock
    assert HARMONIZATION.sampling_iterations == defaults["samplingIterations"]


def test_a_locked_melody_is_told_to_be_kept_and_a_corrupted_one_is_not() -> None:
    player = tiny_player()
    (written,) = player.rewrite_many(MELODIES[:1], [0])
    details = edit_counts(MELODIES[0], written)
    assert details["melodyKept"] == details["melodyKept.of"] == len(note_set(MELODIES[0]))
    assert details["addedCells"] == sum(1 if event.kind == "add" else -1 for event in written.events)
    (free,) = player.with_settings(settings_of_call(temperature=6.0, melodyLock=False)).rewrite_many(MELODIES[:1], [0])
    assert edit_counts(MELODIES[0], free)["melodyKept"] < details["melodyKept.of"]


def test_random_edits_are_as_many_as_asked_for_and_in_the_scale() -> None:
    player = RandomEdits(PIECES, [0, 70])
    melody = MELODIES[1]
    (none,), (some,) = player.accompany(melody, 0), player.accompany(melody, 1)
    assert not none.any()
    cells = np.argwhere(some[SOUNDING])
    assert len(cells) == 70
    assert {int(pitch) % 12 for _, pitch in cells} <= scale_of(melody)
    assert not (some[SOUNDING] & melody[SOUNDING]).any()
    assert (player.accompany(melody, 1)[0] == some).all()
    assert not Silence().accompany(melody, 0)[0].any()


def test_windows_are_repeated_until_there_are_enough() -> None:
    windows = choose_windows(PIECES, 2, 1, 100)
    more = repeated(windows, len(windows) + 2)
    assert len(more) == len(windows) + 2
    assert (more.planes[: len(windows)] == windows.planes).all()
    assert (more.planes[-1] == windows.planes[-1]).all()
    assert more.owners[-1] == windows.owners[-1]
    assert repeated(windows, 1) is windows
