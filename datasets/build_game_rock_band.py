"""Builds the stock data set `game-rock-band` from the music of the Freedoom project.

    apt-get download freedoom freedm             (version 0.12.1)
    dpkg-deb -x freedoom_*.deb wads && dpkg-deb -x freedm_*.deb wads
    python datasets/build_game_rock_band.py wads/usr/share/games/doom [--accept-new-manifest]

The license allows derived works, so the pieces are committed in datasets/game-rock-band with license and credits, and
nobody needs the packages but who builds another version. The build verifies that it gives the committed pieces; with
--accept-new-manifest it replaces them.

Each song is a MIDI lump of a WAD file. scripts/extract-pieces.ts makes runs of bars with melody, chords, bass and
drums of it, as it does of any MIDI file. Runs in 4/4 are pieces. All pieces of a song are in one split.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import struct
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from opencomposer_music.piano_roll import Note
from opencomposer_training.packed_notes import pack_notes
from stock_dataset import Skipped, StockDataset, key_tags, length_tag, slug, split_tunes

DATASET = StockDataset(
    id="game-rock-band",
    version="1",
    name="Game rock band (Freedoom)",
    license=(
        "BSD-3-Clause, copyright (c) Contributors to the Freedoom project: redistribution and "
        "use, with or without modification, are permitted with the copyright notice, the conditions and the disclaimer "
        "(datasets/game-rock-band/COPYING); titles and authors are in datasets/game-rock-band/credits.json. The pieces "
        "are derived from the music. Not endorsed by the Freedoom project."
    ),
    source="MIDI lumps of freedoom1.wad, freedoom2.wad and freedm.wad, Debian packages freedoom and freedm 0.12.1-2",
)
REPOSITORY = Path(__file__).resolve().parent.parent
WADS = {"freedoom1": "phase-1", "freedoom2": "phase-2", "freedm": "freedm"}
"""The files and what the tag `game` calls them."""
PROGRAMS = {"Melody": 29, "Chords": 30, "Bass": 33, "Drums": 0}
"""The instruments of all pieces: overdriven guitar, distorted guitar, fingered bass. The songs have many others, and a
model needs one line-up."""
GUITARS = range(24, 32)
ROCK_SHARE = 0.2
"""The share of a song's notes, without drums, that guitars play in what is tagged as rock."""
EXCLUDED_AUTHORS = {
    'Jeremy "Vandalorian" Emerson': "its author's distributor claims two of his tracks (freedoom issue 1548)",
}
EXCLUDED_TITLES = {
    "e1m1.mid": "it is said to be a remix of music that is not free (freedoom issue 1361)",
    "map01.mid": "it is by the author of e1m1.mid, which is said to be a remix of music that is not free",
}


class Song(NamedTuple):
    """A MIDI lump with its credits. name: the WAD and the lump, as `freedoom2-runnin`."""

    name: str
    title: str
    author: str
    content: bytes


def midi_lumps(wad: bytes) -> Iterator[tuple[str, bytes]]:
    """Yields name and content of the MIDI files in a WAD: after its head, a directory of offset, length and name."""
    count, directory = struct.unpack_from("<II", wad, 4)
    for index in range(count):
        offset, length, name = struct.unpack_from("<II8s", wad, directory + 16 * index)
        content = wad[offset : offset + length]
        if content.startswith(b"MThd"):
            yield name.rstrip(b"\0").decode("ascii"), content


def why_excluded(song: Song) -> str | None:
    """Returns why a song is left out whatever its notes are, or None."""
    return EXCLUDED_AUTHORS.get(song.author) or EXCLUDED_TITLES.get(song.title)


def read_songs(folder: Path, credits: Mapping[str, Mapping[str, str]]) -> Iterator[Song]:
    """Yields all songs of the WAD files. Raises KeyError for one that has no credits."""
    for wad in WADS:
        for lump, content in sorted(midi_lumps((folder / f"{wad}.wad").read_bytes())):
            name = f"{wad}-{lump.removeprefix('D_').lower()}"
            yield Song(name, credits[name]["title"], credits[name]["by"], content)


def extract(songs: list[Song]) -> dict[str, dict[str, Any]]:
    """Returns what scripts/extract-pieces.ts says of each song, by its name."""
    with tempfile.TemporaryDirectory(prefix="opencomposer-songs-") as folder:
        for song in songs:
            (Path(folder) / f"{song.name}.mid").write_bytes(song.content)
        command = ["node", "--import", "tsx", "scripts/extract-pieces.ts", "--line-up", "band", folder]
        run = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True)
    documents = [json.loads(line) for line in run.stdout.splitlines()]
    return {document["file"].removesuffix(".mid"): document for document in documents}


def genre(report: Mapping[str, Any]) -> str:
    """Returns `rock` for a song of which guitars play a fifth of the tones or more, `electronic` for others."""
    tones: Counter[bool] = Counter()
    for track in report["tracks"]:
        if track["role"] != "drums":
            tones[track["program"] in GUITARS] += track["noteCount"]
    return "rock" if tones[True] >= ROCK_SHARE * tones.total() else "electronic"


def tempo_class(tempo: float) -> str:
    """Returns the tempo topic: slow under 100 quarters a minute, fast from 140."""
    return "slow" if tempo < 100 else "moderate" if tempo < 140 else "fast"


def lines_of(song: Song, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Returns the pieces of a song, without their splits."""
    lines: list[dict[str, Any]] = []
    report = document["report"]
    pieces = [piece for piece in document.get("pieces", []) if piece["timeSignature"] == "4/4"]
    for number, piece in enumerate(pieces, start=1):
        key, mode = key_tags(
            [note for voice in piece["voices"] if voice["kind"] != "drums" for note in notes_of(voice)]
        )
        lines.append(
            {
                "id": f"{song.name}-{number}",
                "title": f"{song.title}, by {song.author}",
                "tags": {
                    "game": [WADS[song.name.split("-")[0]]],
                    "genre": [genre(report)],
                    "key": [key],
                    "length": [length_tag(piece["bars"], 16, 32)],
                    "metre": ["4-4"],
                    "mode": [mode],
                    "tempo": [tempo_class(report["tempo"])],
                },
                "tune": slug(f"{song.title} {song.author}"),
                "pickupSteps": 0,
                "bars": piece["bars"],
                "voices": [voice_of(voice) for voice in piece["voices"]],
            }
        )
    return lines


def notes_of(voice: Mapping[str, Any]) -> list[Note]:
    """Returns the notes of a voice as the extraction wrote it."""
    return [Note(note["onset"], note["duration"], note["pitch"], note["velocity"]) for note in voice["notes"]]


def voice_of(voice: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a voice as contracts/dataset-piece has it."""
    kind = {"kind": "drums"} if voice["kind"] == "drums" else {}
    return {"name": voice["name"], "program": PROGRAMS[voice["name"]], **kind, "notes": pack_notes(notes_of(voice))}


def assemble(songs: list[Song], documents: Mapping[str, Mapping[str, Any]]) -> dict[str, bytes]:
    """Returns the files of the data set."""
    skipped: list[Skipped] = []
    lines: list[dict[str, Any]] = []
    seen: dict[str, str] = {}
    for song in songs:
        digest = hashlib.sha256(song.content).hexdigest()
        document = documents.get(song.name, {})
        reason = why_excluded(song)
        if reason is None and digest in seen:
            reason = f"it is the same file as {seen[digest]}"
        elif reason is None and "rejection" in document:
            reason = document["rejection"]["sentence"]
        found = [] if reason is not None else lines_of(song, document)
        if reason is None and not found:
            reason = "no four bars in 4/4 are one after the other in which melody, chords, bass and drums play"
        if reason is not None:
            skipped.append(Skipped(song.name, reason[:500]))
        seen.setdefault(digest, song.name)
        lines.extend(found)
    bars: dict[str, int] = defaultdict(int)
    for line in lines:
        bars[line["tune"]] += line["bars"]
    splits = split_tunes(bars)
    lines.sort(key=lambda line: str(line["id"]))
    return DATASET.pack(
        [{**line, "split": splits[line["tune"]]} for line in lines],
        {"freedoom": "0.12.1-2", "freedm": "0.12.1-2"},
        skipped,
    )


def main(arguments: list[str]) -> int:
    """Builds the data set. Returns 0 when it is the committed one or replaces it, 1 when it differs."""
    parser = argparse.ArgumentParser(description="Build the game rock band data set from the WAD files of Freedoom.")
    parser.add_argument("wads", type=Path, help="folder with freedoom1.wad, freedoom2.wad and freedm.wad")
    parser.add_argument("--accept-new-manifest", action="store_true", help="replace the committed pieces")
    options = parser.parse_args(arguments)
    if shutil.which("node") is None:
        print("Node.js is missing, which reads the MIDI files.", file=sys.stderr)
        return 1
    credits = json.loads((DATASET.committed_folder / "credits.json").read_text())
    songs = list(read_songs(options.wads, credits))
    files = assemble(songs, extract([song for song in songs if why_excluded(song) is None]))
    if options.accept_new_manifest:
        for name, content in files.items():
            (DATASET.committed_folder / name).write_bytes(content)
    elif (difference := DATASET.difference(files)) is not None:
        print(f"{difference} A change of the extraction needs a new version.", file=sys.stderr)
        return 1
    manifest = json.loads(files["manifest.json"])
    print(f"{DATASET.id} {DATASET.version}: {manifest['pieces']} pieces, {manifest['bars']} bars")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
