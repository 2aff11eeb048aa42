"""Tunes that people bring: the list, the faults by hand, and the command."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from opencomposer_evaluation.command import main
from opencomposer_evaluation.tune_evaluation import judge_tunes, tune_report
from opencomposer_evaluation.tune_faults import FAULTS, OTHER_FIGURES, mean_figures, tonic_missed
from opencomposer_evaluation.user_tunes import MalformedTune, UserTune, load_tunes, read_music
from opencomposer_music.piano_roll import Note, is_monophonic
from opencomposer_music.voice_lines import REST, VoiceLines
from opencomposer_testing.quarters import quarters
from opencomposer_testing.tiny_generator import TinyGenerator
from opencomposer_testing.tiny_network import TinyNetwork

# C major twice, G major, C major, a quarter each.
HYMN = ([72, 76, 67, 72], [67, 67, 62, 64], [64, 60, 59, 60], [48, 48, 55, 48])


def faults_of(*voices: list[int]) -> set[str]:
    figures = mean_figures([quarters(*voices)])
    return {fault.name for fault in FAULTS if fault.is_at_fault(figures[fault.name])}


def test_the_list_has_forty_tunes_of_twelve_kinds() -> None:
    tunes = load_tunes()
    assert len(tunes) == len({tune.name for tune in tunes}) == 40
    kinds = Counter(tune.kind for tune in tunes)
    assert len(kinds) == 12
    assert min(kinds.values()) >= 3
    for tune in tunes:
        assert is_monophonic(tune.notes)
        assert tune.notes[-1].onset + tune.notes[-1].duration <= tune.bars * tune.beats_per_bar * 4
        assert tune.source.endswith("in the public domain") or tune.source == "written for this list"


def test_music_by_hand() -> None:
    assert read_music(["C4:4 -:4 F#5:8", "Bb3:16"], 4) == ([Note(0, 4, 60), Note(8, 8, 78), Note(16, 16, 58)], 2)
    assert read_music(["E4:12"], 3) == ([Note(0, 12, 64)], 1)


@pytest.mark.parametrize(
    ("passage", "message"),
    [
        ("C4:4 H4:12", '"H4:12" is no note: one is written as C4:4, F#5:2 or Bb3:16, a rest as -:4'),
        ("C4:0 C4:16", '"C4:0" is no note'),
        ("C4:4 C4:8", '"C4:4 C4:8" has 12 sixteenths; it needs whole bars of 16'),
        ("", '"" has 0 sixteenths'),
    ],
)
def test_malformed_music_is_named(passage: str, message: str) -> None:
    with pytest.raises(MalformedTune, match=f"^{message}"):
        read_music([passage], 4)


def test_a_plain_hymn_has_no_fault() -> None:
    assert faults_of(*HYMN) == set()


@pytest.mark.parametrize(
    ("fault", "voice", "line"),
    [
        ("tune buried", 1, [76, 79, 62, 64]),
        ("no close", 3, [48, 48, 55, 52]),
        ("leapt-into dissonance", 1, [67, 62, 62, 64]),
        ("parallels", 2, [55, 55, 62, 55]),
        ("vague harmony", 2, [62, 62, 59, 60]),
        ("texture breaks off", 2, [REST, REST, 59, 60]),
        ("semitone clash", 2, [64, 65, 59, 60]),
        ("out of key", 1, [66, 68, 61, 64]),
    ],
)
def test_each_fault_by_hand(fault: str, voice: int, line: list[int]) -> None:
    voices = [list(one) for one in HYMN]
    voices[voice] = line
    assert fault in faults_of(*voices)


def test_a_frozen_bass_and_a_gulf_by_hand() -> None:
    assert faults_of(*(line * 2 for line in HYMN[:3]), [48] * 8) >= {"frozen bass"}
    assert "gulf" in faults_of([pitch + 24 for pitch in HYMN[0]], *HYMN[1:])


def test_a_tonic_is_missed_only_where_the_tune_begins_on_it() -> None:
    assert tonic_missed(quarters(*HYMN)) is False
    assert tonic_missed(quarters(HYMN[0], [69, *HYMN[1][1:]], [65, *HYMN[2][1:]], [53, *HYMN[3][1:]])) is True
    assert tonic_missed(quarters([67, 76, 67, 72], *HYMN[1:])) is None


def test_tunes_in_three_are_refused_and_are_not_free() -> None:
    waltz = UserTune("waltz", "3/4", "", 3, 1, (Note(0, 12, 60),))
    hymn = UserTune("hymn", "nursery", "", 4, 1, (Note(0, 4, 72), Note(4, 4, 76), Note(8, 4, 67), Note(12, 4, 72)))

    def harmonize(tune: UserTune, seed: int) -> VoiceLines:
        assert tune is hymn
        return quarters(*HYMN)

    results = judge_tunes([waltz, hymn], harmonize, seeds=2)
    assert [(result.refused, result.is_free) for result in results] == [(True, False), (False, True)]
    assert set(results[1].figures) == {fault.name for fault in FAULTS} | set(OTHER_FIGURES)
    text = tune_report("unet-gan", "0" * 64, results, 1).markdown()
    assert "**1 of 2** (goal: at least 1; reached). 1 tunes in other time signatures" in text


@pytest.mark.parametrize("technique", ["unet-gan", "ar-cnn"])
def test_the_command_harmonizes_the_tunes_through_the_serving_code(
    technique: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network = TinyNetwork(seed=1, level=-7.0, scale=0.5)
    content = TinyGenerator(seed=1).file() if technique == "unet-gan" else network.file()
    (tmp_path / "model.onnx").write_bytes(content)
    assert main([technique, "--tunes", "--model", str(tmp_path), "--output", str(tmp_path / "out")]) == 0
    found = json.loads((tmp_path / "out" / "tunes.json").read_text())["userTunes"]
    assert found["tunes"] == len(found["results"]) == 40
    assert found["refused"] == sum(result["refused"] for result in found["results"]) == 4
    assert (tmp_path / "out" / "tunes.md").read_text() in capsys.readouterr().out
    assert not (tmp_path / "out" / "evaluation.json").exists()
