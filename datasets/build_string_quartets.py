"""Builds the stock data set `string-quartets` from the corpus that the installed music21 package carries.

    python datasets/build_string_quartets.py CACHE_FOLDER [--workers N] [--accept-new-manifest]

Writes CACHE_FOLDER/string-quartets/VERSION/{pieces-NNNN.jsonl.gz, manifest.json}. Like those of the Bach chorales the
encodings are not committed, because the corpus passes them on by permission, without a license for each file; the
committed manifest holds the checksum of what is built, and a build that differs fails.

Quartets change their time signature and have triplets and faster notes, so a piece here is a stretch of a movement:
bars in 4/4 or 2/2, or pairs of bars in 2/4, with every note on the sixteenth grid. All four instruments play in at
least three of four bars. Where an instrument plays several notes at once, the highest is its line, and the cello's
lowest. A note that sounds on beyond a stretch is cut off there. All pieces of a file, which is a movement or a whole
quartet, are in one split.
"""

from __future__ import annotations

import itertools
import re
import sys
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from opencomposer_music.piano_roll import Note
from opencomposer_training.packed_notes import pack_notes
from stock_dataset import (
    NotUsable,
    Skipped,
    StockDataset,
    build_into_cache,
    key_tags,
    length_tag,
    read_in_processes,
    split_tunes,
)

DATASET = StockDataset(
    id="string-quartets",
    version="1",
    name="Classical string quartets",
    license=(
        "Music in the public domain. Encodings from the music21 corpus, distributed there by permission of the "
        "encoders without a license for each file; not redistributed here."
    ),
    source=(
        "music21 corpus, string quartets by Haydn, Mozart, Beethoven and Robert Schumann "
        "(https://github.com/cuthbertLab/music21)"
    ),
)
COMPOSERS = {"beethoven": "Beethoven", "haydn": "Haydn", "mozart": "Mozart", "schumann_robert": "Schumann"}
"""The composers by their folders in the corpus."""
VOICES = (("Violin I", 40), ("Violin II", 40), ("Viola", 41), ("Cello", 42))
INSTRUMENTS = (r"violin", r"violin", r"viola", r"(violon)?cello")
"""What the names of the four parts have in them, in lower case."""
STEPS_PER_QUARTER = 4
STEPS_PER_BAR = 16
HALF_BAR = 8
WHOLE_BAR_SIGNATURES = ("4/4", "2/2")
HALF_BAR_SIGNATURE = "2/4"
WINDOW_BARS = 4
PLAYED_BARS = 3
"""Of WINDOW_BARS bars, those in which an instrument must play."""


class TimedNote(NamedTuple):
    """A note in sixteenths, which may be off their grid."""

    onset: Fraction
    duration: Fraction
    pitch: int

    @property
    def end(self) -> Fraction:
        """Returns the step at which the note has ended."""
        return self.onset + self.duration


class Bar(NamedTuple):
    """A bar of the source. number: as the edition counts it."""

    start: Fraction
    steps: Fraction
    time_signature: str
    number: int


class Block(NamedTuple):
    """Sixteen steps that are a bar of a piece: a bar of the source, or two of them. first, last: their numbers."""

    start: Fraction
    first: int
    last: int


class Stretch(NamedTuple):
    """Bars of a movement that make a piece, with the notes of every instrument counted from the first bar."""

    first: int
    last: int
    bars: int
    voices: list[list[Note]]


class Movement(NamedTuple):
    """A file of the corpus with its stretches."""

    id: str
    composer: str
    title: str
    stretches: list[Stretch]


def to_steps(quarters: Any) -> Fraction:
    """Converts quarter lengths to sixteenths."""
    return Fraction(quarters).limit_denominator(10080) * STEPS_PER_QUARTER


def read_notes(part: Any) -> list[TimedNote]:
    """Returns all notes of a part in the order of their onsets; those of a chord one by one, tied ones joined."""
    notes: list[TimedNote] = []
    tied: dict[int, int] = {}
    for element in part.flatten().notes:
        if element.duration.isGrace or "ChordSymbol" in element.classes:
            continue
        onset, duration = to_steps(element.offset), to_steps(element.quarterLength)
        for note in element.notes if element.isChord else (element,):
            pitch = int(note.pitch.midi)
            tie = note.tie or element.tie
            kind = None if tie is None else tie.type
            if kind in ("stop", "continue") and pitch in tied and notes[tied[pitch]].end == onset:
                before = notes[tied[pitch]]
                notes[tied[pitch]] = before._replace(duration=before.duration + duration)
            else:
                notes.append(TimedNote(onset, duration, pitch))
                tied[pitch] = len(notes) - 1
            if kind not in ("start", "continue"):
                tied.pop(pitch, None)
    return sorted(notes)


def one_line(notes: Iterable[TimedNote], *, lowest: bool) -> list[TimedNote]:
    """Returns one note at a time: of notes that begin together the highest (or the lowest), each until the next."""
    chosen: dict[Fraction, TimedNote] = {}
    for note in notes:
        other = chosen.get(note.onset)
        if other is None or (note.pitch < other.pitch if lowest else note.pitch > other.pitch):
            chosen[note.onset] = note
    line = [chosen[onset] for onset in sorted(chosen)]
    return [
        note
        if following is None or note.end <= following.onset
        else note._replace(duration=following.onset - note.onset)
        for note, following in itertools.zip_longest(line, line[1:])
    ]


def read_bars(part: Any) -> list[Bar]:
    """Returns the bars of a part. Those before the first time signature are left out."""
    bars: list[Bar] = []
    current: str | None = None
    for measure in part.getElementsByClass("Measure"):
        if measure.timeSignature is not None:
            current = str(measure.timeSignature.ratioString)
        if current is not None:
            start, steps = to_steps(measure.offset), to_steps(measure.duration.quarterLength)
            bars.append(Bar(start, steps, current, int(measure.number)))
    return bars


def find_blocks(bars: Sequence[Bar]) -> list[Block]:
    """Returns the full bars in 4/4 and 2/2, and pairs of full bars in 2/4, which begin with the first full one."""
    blocks: list[Block] = []
    half: Bar | None = None
    for bar in bars:
        if bar.time_signature in WHOLE_BAR_SIGNATURES and bar.steps == STEPS_PER_BAR:
            blocks.append(Block(bar.start, bar.number, bar.number))
        is_half = bar.time_signature == HALF_BAR_SIGNATURE and bar.steps == HALF_BAR
        if is_half and half is not None and half.start + HALF_BAR == bar.start:
            blocks.append(Block(half.start, half.number, bar.number))
            half = None
        else:
            half = bar if is_half else None
    return blocks


def plays_in(line: Sequence[TimedNote], block: Block) -> bool | None:
    """Returns whether a line sounds in a block; None where it begins or ends a note there off the grid."""
    sounding = within(line, block.start, block.start + STEPS_PER_BAR)
    for note in sounding:
        for moment in (note.onset, note.end):
            inside = block.start <= moment <= block.start + STEPS_PER_BAR
            if inside and (moment - block.start).denominator != 1:
                return None
    return bool(sounding)


def within(line: Sequence[TimedNote], begin: Fraction, end: Fraction) -> Sequence[TimedNote]:
    """Returns the notes of a line that sound between two moments."""
    return line[
        bisect_right(line, begin, key=lambda note: note.end) : bisect_left(line, end, key=lambda note: note.onset)
    ]


def find_stretches(lines: Sequence[Sequence[TimedNote]], bars: Sequence[Bar]) -> list[Stretch]:
    """Returns all stretches in which the lines make pieces."""
    blocks = find_blocks(bars)
    playing: list[list[bool] | None] = []
    for block in blocks:
        found = [plays_in(line, block) for line in lines]
        playing.append(None if None in found else [sounds is True for sounds in found])
    follows = [False] + [blocks[i - 1].start + STEPS_PER_BAR == blocks[i].start for i in range(1, len(blocks))]
    kept = [False] * len(blocks)
    for start in range(len(blocks) - WINDOW_BARS + 1):
        window = playing[start : start + WINDOW_BARS]
        whole = [one for one in window if one is not None]
        if len(whole) < WINDOW_BARS or not all(follows[start + 1 : start + WINDOW_BARS]):
            continue
        if all(sum(one[voice] for one in whole) >= PLAYED_BARS for voice in range(len(lines))):
            kept[start : start + WINDOW_BARS] = [True] * WINDOW_BARS
    stretches: list[Stretch] = []
    start = 0
    while start < len(blocks):
        end = start + 1
        if kept[start]:
            while end < len(blocks) and kept[end] and follows[end]:
                end += 1
            stretches.append(cut_stretch(lines, blocks[start:end]))
        start = end
    return stretches


def cut_stretch(lines: Sequence[Sequence[TimedNote]], blocks: Sequence[Block]) -> Stretch:
    """Returns the notes of the lines in blocks that follow each other."""
    begin, end = blocks[0].start, blocks[-1].start + STEPS_PER_BAR
    voices = [
        [
            Note(int(max(note.onset, begin) - begin), int(min(note.end, end) - max(note.onset, begin)), note.pitch)
            for note in within(line, begin, end)
        ]
        for line in lines
    ]
    return Stretch(blocks[0].first, blocks[-1].last, len(blocks), voices)


def name_of_work(folders: Sequence[str]) -> str:
    """Returns the words for a work and its movement: `opus74no1`, `movement2` -> `op. 74 no. 1, movement 2`."""
    words = re.sub(r"^opus(\d+)", r"op. \1", folders[0])
    words = re.sub(r"^k(\d+)", r"K. \1", words)
    words = re.sub(r"no(\d+)$", r" no. \1", words)
    return ", ".join([words, *(re.sub(r"^movement", "movement ", folder) for folder in folders[1:])])


def read_movement(path: Path, identifier: str, composer: str, work: Sequence[str]) -> Movement:
    """Parses one file of the corpus. Raises NotUsable."""
    from music21 import converter

    # Without forceSource music21 keeps pickles in the shared temp folder and may read stale ones.
    score = converter.parse(str(path), forceSource=True)
    parts = list(score.parts)
    names = [str(part.partName).lower() for part in parts]
    if len(parts) != len(INSTRUMENTS) or not all(map(re.search, INSTRUMENTS, names)):
        raise NotUsable(f"it is not for two violins, viola and cello ({', '.join(names)})")
    lowest = len(parts) - 1
    lines = [one_line(read_notes(part), lowest=number == lowest) for number, part in enumerate(parts)]
    stretches = find_stretches(lines, read_bars(parts[0]))
    if not stretches:
        raise NotUsable("no four bars in 4/4, 2/2 or 2/4 are on the grid one after the other, with all four playing")
    return Movement(identifier, composer, f"{composer}, string quartet {name_of_work(work)}", stretches)


class File(NamedTuple):
    """A file of the corpus. work: the names of its folders and of the file itself, without those of the composer."""

    path: str
    folder: str
    work: tuple[str, ...]

    @property
    def id(self) -> str:
        """Returns a name that is safe in keys and URLs: `haydn-opus74no1-movement1`."""
        return "-".join([COMPOSERS[self.folder].lower(), *self.work])


def read_file(file: File) -> Movement | Skipped:
    """Calls read_movement in a worker process. A file that cannot be used is a result here, not an error."""
    try:
        return read_movement(Path(file.path), file.id, COMPOSERS[file.folder], file.work)
    except NotUsable as error:
        return Skipped(file.id, str(error))


def corpus_files() -> list[File]:
    """Returns the scores of the composers. Of those in Humdrum there are other encodings; analyses are no scores."""
    from music21 import corpus

    files: list[File] = []
    for folder in COMPOSERS:
        for path in corpus.getComposer(folder):
            if path.suffix in (".mxl", ".xml"):
                parts = path.with_suffix("").parts
                files.append(File(str(path), folder, parts[parts.index(folder) + 1 :]))
    return sorted(files, key=lambda file: file.id)


def lines_of(movement: Movement) -> list[dict[str, Any]]:
    """Returns the pieces of a movement, without their splits."""
    lines: list[dict[str, Any]] = []
    for number, stretch in enumerate(movement.stretches, start=1):
        key, mode = key_tags([note for voice in stretch.voices for note in voice])
        lines.append(
            {
                "id": f"{movement.id}-{number}",
                "title": f"{movement.title}, bars {stretch.first} to {stretch.last}",
                "tags": {
                    "composer": [movement.composer.lower()],
                    "key": [key],
                    "length": [length_tag(stretch.bars, 16, 32)],
                    "metre": ["4-4"],
                    "mode": [mode],
                },
                "tune": movement.id,
                "pickupSteps": 0,
                "bars": stretch.bars,
                "voices": [
                    {"name": name, "program": program, "notes": pack_notes(notes)}
                    for (name, program), notes in zip(VOICES, stretch.voices, strict=True)
                ],
            }
        )
    return lines


def assemble(results: Iterable[Movement | Skipped], built_with: Mapping[str, str]) -> dict[str, bytes]:
    """Returns the files of the data set."""
    results = list(results)
    lines = [line for result in results if isinstance(result, Movement) for line in lines_of(result)]
    bars: dict[str, int] = defaultdict(int)
    for line in lines:
        bars[line["tune"]] += line["bars"]
    splits = split_tunes(bars)
    lines.sort(key=lambda line: str(line["id"]))
    return DATASET.pack(
        [{**line, "split": splits[line["tune"]]} for line in lines],
        built_with,
        [result for result in results if isinstance(result, Skipped)],
    )


def build(workers: int) -> dict[str, bytes]:
    """Returns the files of the data set, read by so many processes."""
    import music21

    results = read_in_processes(DATASET.id, corpus_files(), read_file, workers, 10)
    return assemble(results, {"music21": music21.__version__})


if __name__ == "__main__":
    sys.exit(build_into_cache(DATASET, build, sys.argv[1:]))
