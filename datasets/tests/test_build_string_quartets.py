"""The builder of the string quartets: what is read of a part, which bars make pieces, and what a piece says."""

from __future__ import annotations

import gzip
import itertools
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import build_string_quartets as builder
import pytest
from build_string_quartets import Bar, Movement, Stretch, TimedNote
from hypothesis import given
from hypothesis import strategies as st
from music21 import chord, corpus, note, stream, tie
from opencomposer_music.piano_roll import Note
from opencomposer_training.packed_notes import unpack_notes
from stock_dataset import NotUsable, Skipped


def bars_of(*time_signatures: str) -> list[Bar]:
    steps = {"4/4": 16, "2/2": 16, "2/4": 8, "3/4": 12}
    bars: list[Bar] = []
    start = Fraction(0)
    for number, signature in enumerate(time_signatures, start=1):
        bars.append(Bar(start, Fraction(steps[signature]), signature, number))
        start += steps[signature]
    return bars


def line(steps: int, pitch: int = 60, begin: int = 0) -> list[TimedNote]:
    return [TimedNote(Fraction(onset), Fraction(4), pitch) for onset in range(begin, begin + steps, 4)]


def test_chords_are_read_note_by_note_and_ties_inside_them_are_joined() -> None:
    part = stream.Part()
    first, second = chord.Chord(["C4", "E4"], quarterLength=1), chord.Chord(["C4", "F4"], quarterLength=1)
    first.notes[0].tie, second.notes[0].tie = tie.Tie("start"), tie.Tie("stop")
    part.append([first, second, note.Note("G4", quarterLength=1 / 3)])
    assert builder.read_notes(part) == [
        TimedNote(Fraction(0), Fraction(4), 64),
        TimedNote(Fraction(0), Fraction(8), 60),
        TimedNote(Fraction(4), Fraction(4), 65),
        TimedNote(Fraction(8), Fraction(4, 3), 67),
    ]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 30), st.integers(36, 90)), max_size=30), st.booleans())
def test_a_line_has_one_note_at_a_time_which_is_the_highest_or_the_lowest(
    given_notes: list[tuple[int, int, int]], lowest: bool
) -> None:
    notes = [TimedNote(Fraction(onset), Fraction(duration), pitch) for onset, duration, pitch in given_notes]
    chosen = builder.one_line(notes, lowest=lowest)
    assert [one.onset for one in chosen] == sorted({one.onset for one in notes})
    assert all(one.end <= other.onset for one, other in itertools.pairwise(chosen))
    extreme = min if lowest else max
    for one in chosen:
        assert one.duration > 0
        assert one.pitch == extreme(other.pitch for other in notes if other.onset == one.onset)


def test_bars_in_two_four_are_joined_in_pairs_and_others_left_out() -> None:
    blocks = builder.find_blocks(bars_of("4/4", "2/4", "2/4", "2/4", "3/4", "2/4", "2/2"))
    assert [(int(block.start), block.first, block.last) for block in blocks] == [(0, 1, 1), (16, 2, 3), (60, 7, 7)]


def test_a_bar_that_is_cut_short_is_no_bar() -> None:
    upbeat = Bar(Fraction(0), Fraction(4), "2/4", 0)
    bars = [upbeat, *(bar._replace(start=bar.start + 4) for bar in bars_of("2/4", "2/4"))]
    assert [(block.first, block.last) for block in builder.find_blocks(bars)] == [(1, 2)]


def test_a_stretch_has_all_four_on_the_grid() -> None:
    bars = bars_of(*["4/4"] * 12)
    violin, second, viola = line(192, 76), line(192, 69), line(192, 60)
    # The cello rests in the third bar, which is one of four, and has a triplet in the eighth.
    cello = [*line(32, 48), *line(64, 48, 48), *line(64, 48, 128), TimedNote(Fraction(112), Fraction(4, 3), 48)]
    stretches = builder.find_stretches([violin, second, viola, sorted(cello)], bars)
    assert [(one.first, one.last, one.bars) for one in stretches] == [(1, 7, 7), (9, 12, 4)]
    assert stretches[1].voices[3][0] == Note(0, 4, 48)
    resting = [*line(16, 48), *line(144, 48, 48)]
    assert [(one.first, one.last) for one in builder.find_stretches([violin, second, viola, resting], bars)] == [
        (3, 12)
    ]


def test_a_note_that_sounds_on_is_cut_off_at_both_ends_of_a_stretch() -> None:
    bars = bars_of("3/4", "4/4", "4/4", "4/4", "4/4", "3/4")
    lines = [[TimedNote(Fraction(0), Fraction(88), pitch)] for pitch in (76, 69, 60, 48)]
    [stretch] = builder.find_stretches(lines, bars)
    assert stretch.voices == [[Note(0, 64, pitch)] for pitch in (76, 69, 60, 48)]


def test_the_names_of_works_are_those_of_musicians() -> None:
    assert builder.name_of_work(["opus74no1", "movement2"]) == "op. 74 no. 1, movement 2"
    assert builder.name_of_work(["k155", "movement1"]) == "K. 155, movement 1"
    assert builder.name_of_work(["opus132"]) == "op. 132"


def test_a_movement_of_the_corpus_becomes_stretches() -> None:
    [adagio] = [one for one in builder.corpus_files() if one.id == "mozart-k156-movement2"]
    movement = builder.read_file(adagio)
    assert isinstance(movement, Movement)
    assert movement.title == "Mozart, string quartet K. 156, movement 2"
    for stretch in movement.stretches:
        assert stretch.bars >= 4
        assert len(stretch.voices) == 4
        for voice in stretch.voices:
            assert all(one.onset + one.duration <= other.onset for one, other in itertools.pairwise(voice))
            assert voice[-1].onset + voice[-1].duration <= 16 * stretch.bars


def test_music_for_other_instruments_is_refused() -> None:
    path = next(path for path in corpus.getComposer("bach") if path.name == "bwv10.7.mxl")
    with pytest.raises(NotUsable, match="not for two violins, viola and cello"):
        builder.read_movement(path, "bach", "Bach", ("bwv10.7",))


def movement(name: str, *stretches: Stretch) -> Movement:
    return Movement(name, "Haydn", f"Haydn, string quartet {name}", list(stretches))


def stretch(bars: int = 4) -> Stretch:
    scale = (60, 62, 64, 65, 67, 60, 71, 72)
    return Stretch(
        9, 8 + bars, bars, [[Note(2 * i, 2, scale[i % 8] + up) for i in range(8 * bars)] for up in (12, 0)] * 2
    )


def test_pieces_have_tags_and_all_of_a_file_are_in_one_split() -> None:
    results: list[Movement | Skipped] = [movement(f"haydn-{index}", stretch(), stretch(20)) for index in range(12)]
    results.append(Skipped("haydn-x", "it is in 3/4"))
    files = builder.assemble(results, {"music21": "1"})
    assert files == builder.assemble(reversed(results), {"music21": "1"})
    lines: list[dict[str, Any]] = [
        json.loads(one) for one in gzip.decompress(files["pieces-0001.jsonl.gz"]).splitlines()
    ]
    assert len(lines) == 24
    first = lines[0]
    assert (first["id"], first["title"]) == ("haydn-0-1", "Haydn, string quartet haydn-0, bars 9 to 12")
    assert first["tags"] == {
        "composer": ["haydn"],
        "key": ["c-major"],
        "length": ["short"],
        "metre": ["4-4"],
        "mode": ["major"],
    }
    assert [(voice["name"], voice["program"]) for voice in first["voices"]] == [*builder.VOICES]
    assert unpack_notes(first["voices"][0]["notes"], 64).notes()[0] == Note(0, 2, 72)
    splits = {(line["tune"], line["split"]) for line in lines}
    assert len(splits) == 12
    assert {split for _, split in splits} == {"train", "validation", "test"}
    manifest = json.loads(files["manifest.json"])
    assert (manifest["pieces"], manifest["bars"]) == (24, 12 * 24)
    assert manifest["skipped"] == [{"id": "haydn-x", "reason": "it is in 3/4"}]


def test_files_are_named_once_for_each_encoding() -> None:
    files = builder.corpus_files()
    assert len({file.id for file in files}) == len(files) > 50
    assert all(Path(file.path).suffix in (".mxl", ".xml") for file in files)
