"""The builder of the game rock band: which songs of the WAD files are left out, and what becomes of the others."""

from __future__ import annotations

import gzip
import json
import struct
from typing import Any

import build_game_rock_band as builder
from build_game_rock_band import Song
from opencomposer_music.piano_roll import Note
from opencomposer_training.packed_notes import unpack_notes

MIDI = b"MThd\x00\x00\x00\x06"


def wad(lumps: list[tuple[str, bytes]]) -> bytes:
    directory, contents, offset = b"", b"", 12
    for name, content in lumps:
        directory += struct.pack("<II8s", offset, len(content), name.encode())
        contents += content
        offset += len(content)
    return b"PWAD" + struct.pack("<II", len(lumps), offset) + contents + directory


def song(name: str, title: str = "A song", author: str = "Somebody", content: bytes = b"") -> Song:
    return Song(name, title, author, content or name.encode())


def document(bars: int = 8, time_signature: str = "4/4", program: int = 29, tempo: float = 120) -> dict[str, Any]:
    def voice(name: str, kind: str, pitch: int) -> dict[str, Any]:
        notes = [{"onset": 4 * beat, "duration": 2, "pitch": pitch, "velocity": 90} for beat in range(4 * bars)]
        return {"name": name, "program": program, "kind": kind, "notes": notes}

    voices = [voice("Melody", "line", 69), voice("Chords", "chords", 64), voice("Bass", "line", 45)]
    voices.append(voice("Drums", "drums", 36))
    tracks = [
        {"role": "melody", "program": program, "noteCount": 10},
        {"role": "bass", "program": 33, "noteCount": 40},
        {"role": "drums", "program": 0, "noteCount": 900},
    ]
    piece = {"bars": bars, "timeSignature": time_signature, "voices": voices}
    return {"pieces": [piece], "report": {"tempo": tempo, "tracks": tracks}}


def lines_of(files: dict[str, bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(files["pieces-0001.jsonl.gz"]).splitlines()]


def test_the_midi_files_of_a_wad_are_found_by_what_they_are() -> None:
    content = wad([("D_RUNNIN", MIDI + b"one"), ("D_OTHER", b"MUS\x1a"), ("FLOOR1", b"x"), ("D_E1M1", MIDI + b"two")])
    assert list(builder.midi_lumps(content)) == [("D_RUNNIN", MIDI + b"one"), ("D_E1M1", MIDI + b"two")]


def test_songs_that_may_not_be_free_are_left_out_with_the_reason() -> None:
    kept = song("freedoom2-a")
    claimed = song("freedoom2-b", author='Jeremy "Vandalorian" Emerson')
    remix = song("freedm-c", title="e1m1.mid", author='Ralph "Ralphis" Vickers')
    names = [one.name for one in (kept, claimed, remix)]
    files = builder.assemble([kept, claimed, remix], {name: document() for name in names})
    assert [line["id"] for line in lines_of(files)] == ["freedoom2-a-1"]
    skipped = {entry["id"]: entry["reason"] for entry in json.loads(files["manifest.json"])["skipped"]}
    assert set(skipped) == {"freedoom2-b", "freedm-c"}
    assert "1548" in skipped["freedoom2-b"]
    assert "1361" in skipped["freedm-c"]


def test_a_song_is_taken_once_and_only_where_all_play_in_four_four() -> None:
    songs = [
        song("freedoom2-a", content=b"same"),
        song("freedm-b", content=b"same"),
        song("freedm-c"),
        song("freedm-d"),
    ]
    rejected = {"rejection": {"code": "OFF_THE_GRID", "sentence": "It is off the grid."}}
    documents = {
        "freedoom2-a": document(),
        "freedm-b": document(),
        "freedm-c": document(time_signature="3/4"),
        "freedm-d": rejected,
    }
    files = builder.assemble(songs, documents)
    assert [line["id"] for line in lines_of(files)] == ["freedoom2-a-1"]
    skipped = {entry["id"]: entry["reason"] for entry in json.loads(files["manifest.json"])["skipped"]}
    assert skipped["freedm-b"] == "it is the same file as freedoom2-a"
    assert skipped["freedm-c"].startswith("no four bars in 4/4")
    assert skipped["freedm-d"] == "It is off the grid."


def test_a_piece_has_tags_fixed_instruments_and_its_notes() -> None:
    [line] = lines_of(builder.assemble([song("freedoom1-e1m2")], {"freedoom1-e1m2": document(tempo=140)}))
    assert line["title"] == "A song, by Somebody"
    assert line["tags"] == {
        "game": ["phase-1"],
        "genre": ["rock"],
        "key": ["a-minor"],
        "length": ["short"],
        "metre": ["4-4"],
        "mode": ["minor"],
        "tempo": ["fast"],
    }
    assert [(voice["name"], voice["program"], voice.get("kind")) for voice in line["voices"]] == [
        ("Melody", 29, None),
        ("Chords", 30, None),
        ("Bass", 33, None),
        ("Drums", 0, "drums"),
    ]
    melody = unpack_notes(line["voices"][0]["notes"], 16 * 8)
    assert melody.notes()[1] == Note(4, 2, 69, 90)


def test_a_song_without_guitars_is_electronic() -> None:
    assert builder.genre(document(program=29)["report"]) == "rock"
    assert builder.genre(document(program=81)["report"]) == "electronic"


def test_songs_of_one_title_are_in_one_split() -> None:
    songs = [song(f"freedm-{index}", title=f"Song {index % 6}") for index in range(18)]
    lines = lines_of(builder.assemble(songs, {one.name: document() for one in songs}))
    splits: dict[str, set[str]] = {}
    for line in lines:
        splits.setdefault(line["tune"], set()).add(line["split"])
    assert len(lines) == 18
    assert len(splits) == 6
    assert all(len(found) == 1 for found in splits.values())
