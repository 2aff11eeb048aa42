"""Reads every MIDI file in the given folders and source packages with mido, and prints what it reads.

    python test/oracle/read_with_mido.py OUT PACKAGE=FOLDER_OR_TAR...

Copies each file once (by its digest) into OUT, where the test reads it, too, and prints one JSON document a line:
`{"package", "name", "file", ...}` with the music that mido reads, or with `error`, mido's reason.

mido only decodes the messages. Which end belongs to which note is decided here, by the rule of docs/midi-files.md,
written a second time and in another way than in `domain/music/note-pairing.ts`: for a whole list of events at once.
"""

import hashlib
import json
import sys
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import mido


def midi_files(place: Path) -> Iterator[tuple[str, bytes]]:
    """Yields names and bytes of the MIDI files in a folder or a tar file, in order of their names."""
    if place.is_dir():
        for path in sorted(place.rglob("*.mid")):
            yield str(path.relative_to(place)), path.read_bytes()
        return
    with tarfile.open(place) as archive:
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            if member.isfile() and member.name.endswith(".mid"):
                content = archive.extractfile(member)
                if content is not None:
                    yield member.name, content.read()


def sounding_times(events: list[tuple[int, int]], track_end: int) -> list[tuple[int, int, int]]:
    """Pairs the events of one channel and pitch.

    Args:
        events: (tick, velocity) in the file's order; velocity 0 is an end.
        track_end: the tick where notes without an end are ended.

    Returns:
        (start, end, velocity) of each note that lasts, in order of their starts.
    """
    depth = 0
    open_since = 0  # The index in `kept` where something began to sound after silence.
    kept: list[tuple[int, int]] = []
    for tick, velocity in events:
        if velocity > 0:
            if depth == 0:
                open_since = len(kept)
            depth += 1
        elif depth > 0:
            depth -= 1
        else:
            continue
        kept.append((tick, velocity))
    lost_from = open_since if depth > 0 else len(kept)

    notes: list[tuple[int, int, int]] = []
    whole = kept[:lost_from]
    begins = [event for event in whole if event[1] > 0]
    ends = [tick for tick, velocity in whole if velocity == 0]
    notes += [(start, end, velocity) for (start, velocity), end in zip(begins, ends, strict=True)]

    lossy = kept[lost_from:]
    index = 0
    previous_sounds = False
    while index < len(lossy):
        start, velocity = lossy[index]
        index += 1
        if velocity == 0:
            continue
        # These are the ends until the next beginning at a later tick. The first end is this note's, unless it is a late
        # end of the note before.
        end: int | None = None
        skipped = False
        while index < len(lossy) and (lossy[index][1] == 0 or lossy[index][0] == start):
            tick, other = lossy[index]
            index += 1
            if other > 0:
                continue
            if tick == start and previous_sounds and not skipped:
                skipped = True
            elif end is None:
                end = tick
        following = lossy[index][0] if index < len(lossy) else track_end
        previous_sounds = end is None
        notes.append((start, following if end is None else end, velocity))

    single: dict[int, tuple[int, int, int]] = {}
    for note in notes:
        if note[1] > note[0] and (note[0] not in single or note[1] > single[note[0]][1]):
            single[note[0]] = note
    starts = sorted(single)
    nexts = [*starts[1:], sys.maxsize]
    ends = [min(single[start][1], after) for start, after in zip(starts, nexts, strict=True)]
    return [(start, end, single[start][2]) for start, end in zip(starts, ends, strict=True)]


def in_order(signs: dict[int, Any]) -> list[tuple[int, Any]]:
    """Returns the entries by tick, without those that repeat the value of the one before."""
    kept: list[tuple[int, Any]] = []
    for tick in sorted(signs):
        if not kept or kept[-1][1] != signs[tick]:
            kept.append((tick, signs[tick]))
    return kept


def read(content: bytes) -> dict[str, Any]:
    """Returns the music that mido reads from a file."""
    song = mido.MidiFile(file=BytesIO(content))
    tempos: dict[int, float] = {}
    time_signatures: dict[int, str] = {}
    tracks: list[dict[str, Any]] = []
    further = len(song.tracks)
    note_ons = 0
    for chunk, messages in enumerate(song.tracks):
        keys: dict[int, dict[int, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
        programs: dict[int, int] = {}
        begun: set[int] = set()
        tick = 0
        for message in messages:
            tick += message.time
            if message.type == "set_tempo" and message.tempo > 0:
                tempos[tick] = round(60_000_000 / message.tempo, 3)
            elif message.type == "time_signature":
                time_signatures[tick] = f"{message.numerator}/{message.denominator}"
            elif message.type == "program_change":
                if message.channel not in begun or message.channel not in programs:
                    programs[message.channel] = message.program
            elif message.type in ("note_on", "note_off"):
                velocity = message.velocity if message.type == "note_on" else 0
                if velocity > 0:
                    begun.add(message.channel)
                    note_ons += 1
                keys[message.channel][message.note].append((tick, velocity))
            elif message.type == "end_of_track":
                break
        position = 0
        for channel in sorted(keys):
            notes = sorted(
                (start, pitch, end - start, velocity)
                for pitch, events in keys[channel].items()
                for start, end, velocity in sounding_times(events, tick)
            )
            if not notes:
                continue
            index = chunk if position == 0 else further
            further += 0 if position == 0 else 1
            position += 1
            tracks.append({"index": index, "channel": channel, "program": programs.get(channel, 0), "notes": notes})
    return {
        "format": song.type,
        "ticksPerBeat": song.ticks_per_beat,
        "noteOns": note_ons,
        "tempos": in_order(tempos),
        "timeSignatures": in_order({0: "4/4", **time_signatures}),
        "tracks": sorted(tracks, key=lambda track: int(track["index"])),
    }


def main(out: Path, places: list[str]) -> None:
    """Prints every distinct file."""
    seen: set[str] = set()
    for named in places:
        package, _, place = named.partition("=")
        for name, content in midi_files(Path(place)):
            digest = hashlib.sha256(content).hexdigest()
            if digest in seen:
                continue
            seen.add(digest)
            (out / f"{digest}.mid").write_bytes(content)
            try:
                found = read(content)
            except (OSError, ValueError, EOFError, KeyError, IndexError) as error:
                found = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps({"package": package, "name": name, "file": f"{digest}.mid", **found}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
