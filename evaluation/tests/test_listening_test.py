"""The blind listening test: who is heard in which order, what a page shows, and what answers amount to."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_evaluation.listening.command import main
from opencomposer_evaluation.listening.harmonizations import (
    ACCOMPANIMENT,
    MELODY,
    PLAYERS,
    PlayedNote,
    harmonize,
    pieces_of_0_2,
)
from opencomposer_evaluation.listening.page import key_document, listening_page, played_document
from opencomposer_evaluation.listening.score import (
    MalformedAnswers,
    Preference,
    preferences,
    read_answers,
    read_key,
    result_in_words,
    sign_test,
    wilson_interval,
)
from opencomposer_evaluation.listening.trials import KINDS, PAIRS, Kind, TooManyTrials, Trial, draw_trials
from opencomposer_music.piano_roll import Note, notes_to_planes
from opencomposer_training.dataset import Piece

PIECES = [f"bwv-{number}" for number in range(1, 11)]
TRIALS = [Trial("bwv-1", "ours", "before"), Trial("bwv-2", "bach", "ours"), Trial("bwv-1", "before", "bach")]
MUSIC: Mapping[str, Mapping[Kind, Sequence[PlayedNote]]] = {
    piece: {
        "bach": [(0, 4, 60, MELODY), (0, 4, 48, ACCOMPANIMENT)],
        "ours": [(0, 4, 60, MELODY), (0, 4, 52, ACCOMPANIMENT)],
        "before": [(0, 4, 60, MELODY), (0, 4, 55, ACCOMPANIMENT)],
    }
    for piece in ("bwv-1", "bwv-2")
}


@given(st.integers(1, len(PIECES)), st.integers(0, 2**31 - 1))
def test_each_pair_is_asked_equally_often_in_both_orders_and_never_twice_about_a_piece(each: int, seed: int) -> None:
    trials = draw_trials(PIECES, 3 * each, seed)
    assert trials == draw_trials(PIECES, 3 * each, seed)
    for pair in PAIRS:
        asked = [trial for trial in trials if {trial.first, trial.second} == set(pair)]
        assert len(asked) == each
        assert len({trial.piece for trial in asked}) == each
        assert abs(Counter(trial.first for trial in asked)[pair[0]] - each / 2) <= 0.5


def test_seeds_give_other_orders_and_no_piece_follows_itself() -> None:
    orders = [draw_trials(PIECES, 18, seed) for seed in range(20)]
    assert len({tuple(order) for order in orders}) == 20
    assert all(one.piece != other.piece for order in orders for one, other in pairwise(order))


@pytest.mark.parametrize("count", [-3, 0, 1, 17, 33])
def test_a_number_of_trials_that_does_not_fit_is_named_with_what_is_allowed(count: int) -> None:
    with pytest.raises(TooManyTrials, match=f"--trials is {count}.*multiple of 3.*at most 30"):
        draw_trials(PIECES, count, 0)


def test_the_page_plays_both_of_each_pair_and_says_nowhere_who_wrote_them() -> None:
    test = played_document(TRIALS, MUSIC)
    page = listening_page(test)
    assert '"trials":[{"first":[[0,4,60,0],[0,4,52,1]],"second":[[0,4,60,0],[0,4,55,1]]}' in page
    for secret in ("bwv", '"ours"', '"before"', '"bach"', "Bach", "0.2"):
        assert secret not in page
    assert "Nobody had taken this test" in " ".join(page.split())
    for outside in ("http://", "https://", "fetch(", "XMLHttpRequest", "@import", "src="):
        assert outside not in page


def test_the_key_belongs_to_its_page_and_names_all() -> None:
    test = played_document(TRIALS, MUSIC)
    key = key_document(test, TRIALS, technique="ar-cnn", seed=5, model_sha256="a" * 64)
    assert key["test"] == test["id"]
    assert key["trials"][1] == {"piece": "bwv-2", "first": "bach", "second": "ours"}  # type: ignore[index]
    assert played_document(TRIALS[:2], MUSIC)["id"] != test["id"]


class OneNote:
    """Adds one voice that holds C3 for two steps."""

    def accompany(self, melody: np.ndarray, seed: int) -> list[np.ndarray]:
        return [notes_to_planes([Note(0, 2, 48)], melody.shape[1])]


def test_a_piece_has_its_melody_thrice_and_three_accompaniments() -> None:
    voices = [[Note(0, 4, 72)], [Note(0, 4, 64)], [Note(4, 4, 55), Note(0, 4, 52)]]
    piece = Piece.of_planes("bwv-1", "test", "bwv-1", np.stack([notes_to_planes(voice, 16) for voice in voices]))
    music = harmonize(piece, OneNote(), [[(0, 8, 40, ACCOMPANIMENT)]])
    tune = (0, 4, 72, MELODY)
    assert music["bach"] == [(0, 4, 52, 1), (0, 4, 64, 1), tune, (4, 4, 55, 1)]
    assert music["ours"] == [(0, 2, 48, 1), tune]
    assert music["before"] == [tune, (0, 8, 40, 1)]


@pytest.mark.parametrize("technique", sorted(PLAYERS))
def test_the_music_of_release_0_2_is_there_for_ten_pieces(technique: str) -> None:
    pieces = pieces_of_0_2(technique)
    assert len(pieces) == 10
    for tracks in pieces.values():
        notes = [note for track in tracks for note in track]
        assert len(notes) > 100
        assert all(onset >= 0 and duration > 0 and 0 <= pitch < 128 for onset, duration, pitch, _ in notes)


def test_intervals_by_hand() -> None:
    # Eight of ten: the center is (0.8 + 0.19207) / 1.38415, the half width 0.22653.
    assert wilson_interval(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson_interval(0, 5) == pytest.approx((0, 0.4345), abs=1e-4)
    assert wilson_interval(5, 5) == pytest.approx((0.5655, 1), abs=1e-4)


def test_the_sign_test_by_hand() -> None:
    # Of ten tosses: 1 + 10 + 45 of 1024 ways have at most two heads, and as many at most two tails.
    assert sign_test(8, 10) == pytest.approx(112 / 1024)
    assert sign_test(2, 10) == sign_test(8, 10)
    assert sign_test(5, 10) == 1


@given(st.integers(1, 60), st.data())
def test_an_interval_holds_its_share_and_is_the_mirror_of_its_opposite(count: int, data: st.DataObject) -> None:
    wins = data.draw(st.integers(0, count))
    low, high = wilson_interval(wins, count)
    assert 0 <= low <= wins / count <= high <= 1
    other_low, other_high = wilson_interval(count - wins, count)
    assert (1 - other_high, 1 - other_low) == pytest.approx((low, high))


def test_preferences_are_counted_whichever_was_heard_first() -> None:
    found = preferences(TRIALS, [{0: "first", 1: "second", 2: "same"}, {0: "second", 1: "first"}])
    assert found == [
        Preference("ours", "before", 1, 1, 0),
        Preference("ours", "bach", 1, 1, 0),
        Preference("before", "bach", 0, 0, 1),
    ]
    text = result_in_words(found, 2)
    assert "| ours now – release 0.2 | 1 | 1 | 0 | 0.50 [0.09, 0.91] | 1.000 |" in text
    assert "| release 0.2 – Bach | 0 | 0 | 1 | no answer prefers one | – |" in text
    assert "2 listeners" in text


@given(st.lists(st.dictionaries(st.integers(0, 2), st.sampled_from(["first", "second", "same"])), max_size=5))
def test_every_answer_is_counted_once(answers: list[dict[int, str]]) -> None:
    found = preferences(TRIALS, answers)  # type: ignore[arg-type]
    assert sum(one.decided + one.same for one in found) == sum(map(len, answers))


def write_test(folder: Path) -> Path:
    """Writes the key of a test, and returns its path."""
    test = played_document(TRIALS, MUSIC)
    key = key_document(test, TRIALS, technique="ar-cnn", seed=5, model_sha256="a" * 64)
    path = folder / "key.json"
    path.write_text(json.dumps(key))
    return path


def write_answers(folder: Path, answers: object, test: object | None = None) -> Path:
    """Writes answers as the page exports them, and returns their path."""
    path = folder / "answers.json"
    path.write_text(
        json.dumps({"test": played_document(TRIALS, MUSIC)["id"] if test is None else test} | {"answers": answers})
    )
    return path


def test_answers_are_scored_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = write_test(tmp_path)
    answers = write_answers(tmp_path, [{"trial": 1, "choice": "first", "playsOfA": 1, "playsOfB": 2}])
    assert main(["--score", str(answers), "--key", str(key)]) == 0
    assert "| ours now – release 0.2 | 1 | 0 | 0 | 1.00 [0.21, 1.00] | 1.000 |" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ("none", "answers is 'none', allowed is a list"),
        ([3], "allowed is a list of objects"),
        ([{"trial": 0, "choice": "first"}], r"answers\[0\]\.trial is 0, allowed is 1 to 3"),
        ([{"trial": True, "choice": "first"}], r"answers\[0\]\.trial is True"),
        ([{"trial": 4, "choice": "first"}], r"answers\[0\]\.trial is 4"),
        ([{"trial": 1, "choice": "ours"}], r"choice is 'ours', allowed is first, second, same"),
        ([{"trial": 1, "choice": "same"}, {"trial": 1, "choice": "same"}], r"answers\[1\]\.trial is 1 a second time"),
    ],
)
def test_broken_answers_are_named_with_what_is_allowed(tmp_path: Path, answers: object, message: str) -> None:
    test, trials = read_key(write_test(tmp_path))
    with pytest.raises(MalformedAnswers, match=message):
        read_answers(write_answers(tmp_path, answers), test, len(trials))


def test_answers_to_another_test_and_files_that_are_none_end_the_command_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = str(write_test(tmp_path))
    assert main(["--score", str(write_answers(tmp_path, [], "another")), "--key", key]) == 2
    assert "the key is of the test" in capsys.readouterr().err
    answers = write_answers(tmp_path, [])
    assert main(["--score", str(answers), str(answers), "--key", key]) == 2
    assert "names a file twice" in capsys.readouterr().err
    assert main(["--score", str(tmp_path / "no.json"), "--key", key]) == 2
    assert "no.json" in capsys.readouterr().err
    answers.write_text("{")
    assert main(["--score", str(answers), "--key", key]) == 2
    assert "is not JSON" in capsys.readouterr().err


def test_without_a_data_set_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "test"
    assert main(["--dataset", str(tmp_path), "--output", str(output)]) == 2
    assert "there is no data set" in capsys.readouterr().err
    assert not output.exists()


def test_every_kind_is_compared_with_every_other() -> None:
    assert {frozenset(pair) for pair in PAIRS} == {frozenset((a, b)) for a in KINDS for b in KINDS if a != b}
