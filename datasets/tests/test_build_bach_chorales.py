"""The builder of the Bach chorales: how a piece is read, which files are refused, how pieces are grouped and split."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from typing import Any

import build_bach_chorales as builder
import pytest
from build_bach_chorales import Piece
from music21 import corpus, note, stream, tie
from opencomposer_music.piano_roll import Note
from opencomposer_training.packed_notes import unpack_notes
from stock_dataset import NotUsable, Skipped

MELODY = [(i * 4, 4, pitch) for i, pitch in enumerate((60, 62, 64, 65, 67, 69, 71, 72, 71, 69, 67, 65))]


def piece(name: str, *, title: str = "", melody: list[tuple[int, int, int]] | None = None, bars: int = 4) -> Piece:
    voices = [MELODY if melody is None else melody, [(0, 16, 57)], [(0, 16, 52)], [(0, 16, 45 + len(name) % 5)]]
    return Piece(name, title, "chorale", "major", "c-major", 0, bars, voices, [])


def lines_of(files: dict[str, bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(files["pieces-0001.jsonl.gz"]).splitlines()]


def test_a_chorale_with_a_pickup_stands_on_its_barlines() -> None:
    path = next(p for p in corpus.getComposer("bach") if p.name == "bwv10.7.mxl")
    chorale = builder.read_piece(str(path), "Meine Seele erhebt den Herren")
    assert chorale.id == "bwv-10.7"
    assert len(chorale.voices) == 4
    assert min(onset for voice in chorale.voices for onset, _, _ in voice) == (16 - chorale.pickup_steps) % 16
    end = max(onset + duration for voice in chorale.voices for onset, duration, _ in voice)
    assert (chorale.bars - 1) * 16 < end <= chorale.bars * 16
    assert all(duration >= 1 and 30 < pitch < 90 for voice in chorale.voices for _, duration, pitch in voice)
    # The cadence is on the last bar's strong beats, so a wrong alignment would put the last note elsewhere.
    assert {voice[-1][0] % 8 for voice in chorale.voices} == {0}


def test_a_chorale_names_the_notes_that_have_a_fermata() -> None:
    path = next(p for p in corpus.getComposer("bach") if p.name == "bwv269.mxl")
    score = corpus.parse(path)
    soprano = score.parts[0]
    marked = [n.offset for n in soprano.flatten().notes if any("Fermata" in e.classes for e in n.expressions)]
    assert builder.fermata_steps(soprano, 8) == [int(offset * 4) + 8 for offset in marked]
    assert len(marked) > 3


def test_a_phrase_ends_with_the_melody_note_that_sounds_under_any_voices_fermata() -> None:
    melody = [(0, 4, 60), (4, 8, 62), (12, 4, 64), (16, 4, 65), (20, 12, 60)]
    assert builder.read_phrase_ends(melody, [4, 4, 8]) == [4]
    assert builder.read_phrase_ends(melody, [11, 20]) == [4, 20]
    assert builder.read_phrase_ends(melody, []) == []


def test_a_piece_without_fermatas_says_nothing_about_its_phrases() -> None:
    results: list[Piece | Skipped] = [piece("aa"), piece("bbb", title="x", bars=5)._replace(phrase_ends=[8, 40])]
    lines = lines_of(builder.assemble(results, "1.0"))
    assert ["phraseEnds" in line for line in lines] == [False, True]
    assert lines[1]["phraseEnds"] == [8, 40]


def test_tied_notes_are_one_and_repeated_notes_are_several() -> None:
    part = stream.Part()
    first, second = note.Note("C4", quarterLength=1), note.Note("C4", quarterLength=2)
    first.tie, second.tie = tie.Tie("start"), tie.Tie("stop")
    for element in (first, second, note.Note("C4", quarterLength=1), note.Note("C4", quarterLength=1)):
        part.append(element)
    assert builder.read_part(part, 4) == [(4, 12, 60), (16, 4, 60), (20, 4, 60)]


def test_what_the_grid_cannot_hold_is_refused_with_its_reason() -> None:
    triplet = stream.Part()
    triplet.append([note.Note("C4", quarterLength=1 / 3) for _ in range(3)])
    with pytest.raises(NotUsable, match="off the sixteenth grid"):
        builder.read_part(triplet, 0)
    with pytest.raises(NotUsable, match="is empty"):
        builder.read_part(stream.Part(), 0)


def test_names_are_safe_in_keys_and_urls() -> None:
    assert builder.piece_id("bwv248.35-3c.mxl") == "bwv-248.35-3c"
    assert builder.piece_id("bwv281.krn") == "bwv-281"


def test_a_tune_is_known_by_its_title_or_by_its_opening_in_any_key() -> None:
    transposed = [(onset, duration, pitch + 3) for onset, duration, pitch in MELODY]
    other = [(onset, duration, 60 + (onset * 5) % 7) for onset, duration, _ in MELODY]
    pieces = [
        piece("a"),
        piece("b", melody=transposed, title="A title"),
        piece("c", melody=other, title="A, title"),
        piece("d", melody=[(o, d, p - 1 if o else p) for o, d, p in other], title="bwv1.mxl"),
    ]
    tunes = builder.group_by_tune(pieces)
    assert tunes["a"] == tunes["b"] == tunes["c"]
    assert tunes["d"] != tunes["a"]


def test_tunes_stay_together_and_splits_get_their_shares() -> None:
    pieces = [piece(f"p{index:03}", bars=8 + index % 9) for index in range(200)]
    tunes = {one.id: f"tune-{int(one.id[1:]) // 2}" for one in pieces}
    splits = builder.split_groups(pieces, tunes)
    assert splits == builder.split_groups(list(reversed(pieces)), tunes)
    bars: Counter[str] = Counter()
    for one in pieces:
        bars[splits[tunes[one.id]]] += one.bars
    total = sum(bars.values())
    assert bars["train"] / total == pytest.approx(0.8, abs=0.02)
    assert bars["validation"] / total == pytest.approx(0.1, abs=0.02)


def test_the_files_have_the_same_bytes_in_any_order_and_name_duplicates() -> None:
    results: list[Piece | Skipped] = [
        piece("bb"),
        Skipped("z", "it has 5 parts, not four"),
        piece("aa"),
        piece("c", title="x"),
    ]
    files = builder.assemble(results, "1.0")
    assert files == builder.assemble(reversed(results), "1.0")
    manifest = json.loads(files["manifest.json"])
    unpacked = gzip.decompress(files["pieces-0001.jsonl.gz"])
    assert manifest["sha256"] == hashlib.sha256(unpacked).hexdigest()
    assert manifest["shards"] == [{"file": "pieces-0001.jsonl.gz", "pieces": 2}]
    assert [skip["id"] for skip in manifest["skipped"]] == ["bb", "z"]
    assert manifest["skipped"][0]["reason"] == "it has the same notes as aa"
    assert manifest["pieces"] == len(lines_of(files)) == 2
    assert unpack_notes(lines_of(files)[0]["voices"][0]["notes"], 64).notes() == [Note(*one) for one in MELODY]


def test_of_two_encodings_of_one_chorale_the_shorter_is_kept_and_no_piece_changes_its_split() -> None:
    others: list[Piece | Skipped] = [
        piece(f"p{index:02}", melody=[(o, d, 60 + (p * (index + 3)) % 17) for o, d, p in MELODY]) for index in range(14)
    ]
    short, long = piece("q", bars=8), piece("q", bars=12)._replace(voices=piece("q", bars=12).voices[::-1])
    files = builder.assemble([*others, long, short], "1.0")
    assert files == builder.assemble([short, *others, long], "1.0")
    lines = lines_of(files)
    assert [line["bars"] for line in lines if line["id"] == "q"] == [8]
    assert {"id": "q", "reason": "it is another encoding of q"} in json.loads(files["manifest.json"])["skipped"]
    every = [one for one in (*others, short, long) if isinstance(one, Piece)]
    tunes = builder.group_by_tune(every)
    splits = builder.split_groups(every, tunes)
    assert {line["id"]: line["split"] for line in lines} == {one.id: splits[tunes[one.id]] for one in every}


def test_pieces_in_three_four_are_beside_those_in_four_four_which_stay_as_they_were() -> None:
    common = [
        piece(f"p{index:02}", melody=[(o, d, 60 + (p * (index + 3)) % 17) for o, d, p in MELODY]) for index in range(14)
    ]
    same_tune = common[0]._replace(
        id="waltz", time_signature="3/4", bars=6, voices=[*common[0].voices[:3], [(0, 16, 40)]]
    )
    own = piece("own", melody=[(o, d, 60 + (p * 5) % 11) for o, d, p in MELODY])._replace(time_signature="3/4", bars=6)
    alone = lines_of(builder.assemble(common, "1.0"))
    lines = lines_of(builder.assemble([same_tune, own, *common], "1.0"))
    assert [line for line in lines if "timeSignature" not in line] == alone
    others = {line["id"]: line for line in lines if "timeSignature" in line}
    assert {name: line["tags"]["metre"] for name, line in others.items()} == {"own": ["3-4"], "waltz": ["3-4"]}
    # It begins as the piece in 4/4 does.
    first = next(line for line in alone if line["id"] == "p00")
    assert (others["waltz"]["tune"], others["waltz"]["split"]) == (first["tune"], first["split"])
