"""The arranger on tunes that people bring: its lines and figures by hand, the report, and the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from opencomposer_evaluation import command
from opencomposer_evaluation.arranged_tunes import (
    OWN_FAULTS,
    Arrangement,
    ArrangerFailed,
    arrange_tunes,
    arrangement_report,
    bare_bars,
    judge_arrangements,
    lines_of_band,
    own_figures,
)
from opencomposer_evaluation.user_tunes import UserTune, load_tunes
from opencomposer_music.piano_roll import Note
from opencomposer_music.voice_lines import REST

WALTZ = UserTune("waltz", "3/4", "", 3, 2, (Note(0, 12, 76), Note(12, 12, 72)))
C_MAJOR = [[0, 12, 60], [0, 12, 64], [0, 12, 67], [12, 12, 60], [12, 12, 64], [12, 12, 67]]


def test_a_band_is_heard_as_a_line_for_each_tone_at_once() -> None:
    chords = [[0, 4, 60], [0, 4, 64], [4, 8, 62], [8, 4, 65]]
    lines = lines_of_band(WALTZ, 24, [{"notes": chords}, {"notes": [[0, 24, 36]]}])
    assert lines.pitches[:, 0].tolist() == [76, 64, 60, 36]
    assert lines.pitches[:, 4].tolist() == [76, 62, REST, 36]
    assert lines.pitches[:, 8].tolist() == [76, 62, 65, 36]
    assert lines.bass.tolist() == [36] * 24
    assert lines.onsets[:, 0].all()
    assert lines.onsets[:, 8].tolist() == [False, False, True, False]


def test_the_faults_of_four_part_writing_are_left_out() -> None:
    names = {fault.name for fault in OWN_FAULTS}
    assert len(names) == 8
    assert names.isdisjoint({"parallels", "leapt-into dissonance", "texture breaks off"})


def test_the_bass_counts_in_the_tunes_own_bars_and_until_its_last_note() -> None:
    held = lines_of_band(WALTZ, 24, [{"notes": C_MAJOR}, {"notes": [[0, 24, 36]]}])
    assert own_figures(held, 12)["frozen bass"] == 1
    assert own_figures(held, 6)["frozen bass"] == 2


def test_a_bar_of_the_tune_without_accompaniment_is_counted() -> None:
    # The tune begins with the third beat of the first of four bars, which may be bare, and ends in the fourth.
    tune = UserTune("upbeat", "3/4", "", 3, 4, (Note(8, 16, 76), Note(24, 18, 72)))
    assert bare_bars(lines_of_band(tune, 48, [{"notes": [[12, 1, 60], [28, 2, 60], [36, 6, 60]]}]), 12) == 0
    # The second of the three bars that count is bare: a rest of the band from 13 to 36.
    silent = lines_of_band(tune, 48, [{"notes": [[12, 1, 60], [36, 6, 60]]}])
    assert bare_bars(silent, 12) == pytest.approx(1 / 3)
    assert own_figures(silent, 12)["bars without accompaniment"] == pytest.approx(1 / 3)


def test_a_tune_that_is_the_bass_is_buried_by_what_lies_below_it() -> None:
    tune = UserTune("bass", "very low", "", 3, 2, (Note(0, 12, 40), Note(12, 12, 36)))
    above = lines_of_band(tune, 24, [{"notes": C_MAJOR}])
    figures = own_figures(above, 12, tune_is_bass=True)
    assert (figures["tune buried"], figures["frozen bass"], figures["gulf"]) == (0, 0, 0)
    assert own_figures(above, 12)["tune buried"] == 1
    # A note of six steps lies below the tune, which has 24.
    crossed = lines_of_band(tune, 24, [{"notes": C_MAJOR}, {"notes": [[0, 6, 28]]}])
    assert own_figures(crossed, 12, tune_is_bass=True)["tune buried"] == 0.25


def test_the_last_note_of_the_tune_speaks_for_its_key() -> None:
    # A, D, C, B, G and A again, long: in A minor the leading note G sharp is at home, in G major it is not.
    pitches = (69, 69, 74, 72, 71, 67, 69)
    tune = UserTune("long", "sparse", "", 4, 7, tuple(Note(16 * at, 16, pitch) for at, pitch in enumerate(pitches)))
    leading = lines_of_band(tune, 112, [{"notes": [[0, 112, 56]]}, {"notes": [[0, 112, 40]]}])
    assert own_figures(leading, 16)["out of key"] == 0


def test_a_tune_is_free_when_no_style_has_a_fault() -> None:
    good = lines_of_band(WALTZ, 24, [{"notes": C_MAJOR}, {"notes": [[0, 12, 48], [12, 12, 36]]}])
    buried = lines_of_band(WALTZ, 24, [{"notes": [[0, 24, 84]]}, {"notes": [[0, 12, 48], [12, 12, 36]]}])
    arrangements = [Arrangement(0, "pop", 0, good), Arrangement(0, "waltz", 0, good), Arrangement(1, "pop", 0, buried)]
    results = judge_arrangements([WALTZ, WALTZ], arrangements)
    assert [result.is_free for result in results] == [True, False]
    assert "tune buried" in results[1].styles[0].faults
    text = arrangement_report(results).markdown()
    assert "**1 of 2** (goal: all; not reached)" in text
    assert "not played" in text


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (("no-such-program",), "^no-such-program is not installed$"),
        (("sh", "-c", "echo broken >&2; exit 3"), "ended with 3: broken$"),
        (("echo", "no JSON"), "wrote no arrangements"),
    ],
)
def test_an_arranger_that_cannot_be_run_says_why(program: tuple[str, ...], message: str) -> None:
    with pytest.raises(ArrangerFailed, match=message):
        arrange_tunes([WALTZ], program=program)


def test_the_arranger_plays_every_style_of_a_time_signature_under_every_seed() -> None:
    saints = next(tune for tune in load_tunes() if tune.name == "When the Saints")
    arrangements = arrange_tunes([saints, WALTZ], seeds=2)
    styles = [(one.tune, one.style, one.seed) for one in arrangements]
    assert styles == [
        (tune, style, seed)
        for tune, names in enumerate((("pop", "rock", "jazz", "bossa"), ("pop", "rock", "jazz", "bossa", "waltz")))
        for style in names
        for seed in range(2)
    ]
    for one in arrangements:
        tune = (saints, WALTZ)[one.tune]
        assert one.lines.steps == tune.bars * tune.beats_per_bar * 4
        assert [(note.onset, note.pitch) for note in one.lines.notes(0)] == [
            (note.onset, note.pitch) for note in tune.notes
        ]


def test_the_command_judges_the_arranger_on_the_tunes_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        command.main(["arranger"])
    assert "it is judged with --tunes alone" in capsys.readouterr().err
    monkeypatch.setattr(command, "load_tunes", lambda: [WALTZ])
    assert command.main(["arranger", "--tunes", "--output", str(tmp_path)]) == 0
    found = json.loads((tmp_path / "tunes.json").read_text())["arrangedTunes"]
    assert found["tunes"] == len(found["results"]) == 1
    assert list(found["results"][0]["styles"]) == ["pop", "rock", "jazz", "bossa", "waltz"]
    assert (tmp_path / "tunes.md").read_text() in capsys.readouterr().out


def test_the_command_says_that_node_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert command.main(["arranger", "--tunes"]) == 2
    assert capsys.readouterr().err == "cannot evaluate: node is not installed\n"
