"""The plane of the input that says where phrases end, in files that have it and in those of version 0.2."""

from __future__ import annotations

import numpy as np
import pytest
from opencomposer_ar_cnn.generation import load_network, rewrite_notes
from opencomposer_ar_cnn.model_metadata import parse_metadata
from opencomposer_ar_cnn.rewriting_session import RewritingSession
from opencomposer_ar_cnn.sampling_settings import sampling_settings
from opencomposer_music.phrase_ends import derive_phrase_end_steps
from opencomposer_music.piano_roll import Note, Planes, notes_to_planes
from opencomposer_serving.failures import ModelRejected
from opencomposer_testing.tiny_network import TinyNetwork

HEARING = load_network(TinyNetwork(hears_phrase_ends=True).file(), 1)
OF_0_2 = load_network(TinyNetwork().file(), 1)
MELODY = [Note(step, 4, 72 + step % 5) for step in range(0, 128, 4)]
PIECE = notes_to_planes(MELODY, 128)


def session(
    piece: Planes, *, hears: bool, phrase_ends: np.ndarray[tuple[int], np.dtype[np.bool_]] | None = None
) -> RewritingSession:
    return RewritingSession(
        piece,
        settings=sampling_settings({}),
        limits=(HEARING if hears else OF_0_2).metadata.edit_limits,
        rng=np.random.default_rng(0),
        phrase_ends=phrase_ends,
    )


def test_a_network_hears_where_the_piece_s_phrases_end_in_every_pass() -> None:
    ends = derive_phrase_end_steps(PIECE)
    assert 0 < ends.sum() < 64
    made = session(PIECE, hears=True)
    for _ in range(2):
        planes = made.planes()
        assert planes.shape == (5, 128, 128)
        assert (planes[4] == ends[:, np.newaxis]).all()
        made.advance(np.full((128, 128), -3, dtype=np.float32), np.zeros((128, 128), dtype=np.float32))


def test_phrase_ends_that_the_data_set_states_come_first() -> None:
    stated = np.arange(128) < 8
    assert (session(PIECE, hears=True, phrase_ends=stated).planes()[4] == stated[:, np.newaxis]).all()


def test_a_piece_out_of_the_network_s_reach_is_moved_and_its_phrase_ends_are_not() -> None:
    low = notes_to_planes([note._replace(pitch=note.pitch - 60) for note in MELODY], 128)
    planes = session(low, hears=True).planes()
    assert planes[0].sum() == 128
    assert (planes[4] == derive_phrase_end_steps(PIECE)[:, np.newaxis]).all()


def test_a_network_of_version_0_2_gets_four_planes_and_re_writes_as_before() -> None:
    assert session(PIECE, hears=False).planes().shape == (4, 128, 128)
    written = rewrite_notes(OF_0_2, MELODY, 8, sampling_settings({}), 3)
    assert len(written.events) > 0


@pytest.mark.parametrize("says", [False, True])
def test_a_file_whose_metadata_contradicts_its_input_is_refused(says: bool) -> None:
    model = TinyNetwork(hears_phrase_ends=not says).message()
    model.metadata_props[0].value = TinyNetwork(hears_phrase_ends=says).metadata().to_json()
    with pytest.raises(ModelRejected, match=f"its input planes has shape .*, expected .*any, {5 if says else 4}, any"):
        load_network(model.SerializeToString(), 1)


def test_the_metadata_says_it_only_where_it_is_so() -> None:
    for network in (HEARING, OF_0_2):
        text = network.metadata.to_json()
        assert ("phraseEnds" in text) == network.metadata.hears_phrase_ends
        assert parse_metadata(text) == network.metadata
