"""Builds the stock data set `bach-chorales` from the corpus that the installed music21 package carries.

    python datasets/build_bach_chorales.py CACHE_FOLDER [--workers N] [--accept-new-manifest]

Writes CACHE_FOLDER/bach-chorales/VERSION/{pieces-NNNN.jsonl.gz, manifest.json}. The pieces are the
same on every machine; the committed manifest (datasets/bach-chorales/manifest.json) holds their checksum, and a build
that differs fails. The encodings themselves are not committed, because the corpus passes them on by permission, without
a license for each file.

An id has one piece. A piece has exactly four parts, is wholly in 4/4, has every note on the sixteenth grid, and one
note at a time in a part. Tied notes are joined; repeated notes stay repeated; repeats are not played out. Bars are
aligned to the barline: a pickup is at the end of a first bar that begins with rest. The fermatas of the encoding say
where phrases end; a piece of which the encoding has none says nothing about it.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import sys
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from opencomposer_music.piano_roll import Note
from opencomposer_music.time_signatures import BAR_SHAPES, BarShape, TimeSignature
from opencomposer_training.packed_notes import pack_notes
from stock_dataset import (
    NotUsable,
    Skipped,
    StockDataset,
    build_into_cache,
    encode,
    length_tag,
    read_in_processes,
    slug,
    split_tunes,
)

# The texts and the names `licence` and `metre` of the files stay as they are, because stored data sets have them.
DATASET = StockDataset(
    id="bach-chorales",
    # Version 4 has the pieces of version 3, and those in 3/4 beside them
    # (docs/adr/0063-models-of-one-time-signature.md).
    version="4",
    name="Bach chorales",
    license=(
        "Music in the public domain. Encodings from the music21 corpus, distributed there by permission of the "
        "encoders without a licence for each file; not redistributed here."
    ),
    source="music21 corpus, composer bach (https://github.com/cuthbertLab/music21)",
)
STEPS_PER_QUARTER = 4
BARS: dict[TimeSignature, BarShape] = {name: BAR_SHAPES[name] for name in ("4/4", "3/4")}
"""The bars of the pieces that are taken. The corpus has no chorale wholly in 6/8."""
VOICE_NAMES = ("Soprano", "Alto", "Tenor", "Bass")
CHOIR_PROGRAM = 52
# A hymn tune is recognized by the first steps of its melody; shorter openings would join unrelated tunes.
OPENING_INTERVALS = 10


class Piece(NamedTuple):
    """A piece before its group and its split are known."""

    id: str
    title: str
    form: str
    mode: str
    key: str
    pickup_steps: int
    bars: int
    voices: list[list[tuple[int, int, int]]]
    phrase_ends: list[int]
    time_signature: TimeSignature = "4/4"


def piece_id(file_name: str) -> str:
    """Returns the catalogue number as musicians write it, safe in keys and URLs: `bwv1.6.mxl` -> `bwv-1.6`."""
    stem = re.sub(r"\.(mxl|xml|krn|rntxt)$", "", file_name)
    return re.sub(r"[^a-z0-9.]+", "-", re.sub(r"^bwv", "bwv-", stem.lower())).strip("-")


def to_steps(quarters: Any) -> int:
    """Converts quarter lengths to sixteenth steps. Raises NotUsable when the time is not on the grid."""
    steps = Fraction(quarters).limit_denominator(10080) * STEPS_PER_QUARTER
    if steps.denominator != 1:
        raise NotUsable("a note is off the sixteenth grid")
    return int(steps)


def read_part(part: Any, shift: int) -> list[tuple[int, int, int]]:
    """Returns the notes (onset, duration, pitch) of one part, in steps from the first barline; ties are joined."""
    notes: list[tuple[int, int, int]] = []
    tied: dict[int, int] = {}
    for element in part.flatten().notes:
        if element.duration.isGrace:
            continue
        if element.isChord:
            raise NotUsable("a part has chords")
        onset = to_steps(element.offset) + shift
        duration = to_steps(element.quarterLength)
        if duration < 1:
            raise NotUsable("a note is shorter than a sixteenth")
        pitch = int(element.pitch.midi)
        tie = element.tie.type if element.tie is not None else None
        if tie in ("stop", "continue") and pitch in tied:
            index = tied[pitch]
            start, length, _ = notes[index]
            if start + length == onset:
                notes[index] = (start, length + duration, pitch)
                if tie == "stop":
                    del tied[pitch]
                continue
        notes.append((onset, duration, pitch))
        if tie in ("start", "continue"):
            tied[pitch] = len(notes) - 1
        else:
            tied.pop(pitch, None)
    notes.sort()
    for (first, length, _), (second, _, _) in itertools.pairwise(notes):
        if first + length > second:
            raise NotUsable("a part has two notes at once")
    if not notes:
        raise NotUsable("a part is empty")
    return notes


def fermata_steps(part: Any, shift: int) -> list[int]:
    """Returns the steps from the first barline at which notes with a fermata begin."""
    return [
        to_steps(element.offset) + shift
        for element in part.flatten().notesAndRests
        if any("Fermata" in expression.classes for expression in element.expressions)
    ]


def read_phrase_ends(melody: list[tuple[int, int, int]], fermatas: Iterable[int]) -> list[int]:
    """Returns the onsets of the melody's notes that end a phrase: those that sound where a voice has a fermata.

    Some encodings write the fermata in one voice only, and a voice under the melody may reach its last note later.
    """
    steps = set(fermatas)
    return [onset for onset, duration, _ in melody if not steps.isdisjoint(range(onset, onset + duration))]


def bar_shift(part: Any, bar_steps: int) -> tuple[int, int]:
    """Returns the steps to add to every offset so that barlines fall on multiples of a bar, and the pickup's length."""
    measures = list(part.getElementsByClass("Measure"))
    if not measures:
        raise NotUsable("a part has no bars")
    full = [m for m in measures if to_steps(m.duration.quarterLength) == bar_steps]
    if not full:
        raise NotUsable("no bar is full")
    pickup = to_steps(full[0].offset) % bar_steps
    shift = (bar_steps - pickup) % bar_steps
    for measure in full:
        if (to_steps(measure.offset) + shift) % bar_steps != 0:
            raise NotUsable("the bars do not line up on one grid")
    return shift, pickup


def read_piece(path: str, title: str) -> Piece:
    """Parses one file of the corpus. Raises NotUsable."""
    from music21 import converter, note

    name = Path(path).name
    # Without forceSource music21 keeps pickles in the shared temp folder and may read stale ones.
    score = converter.parse(path, forceSource=True)
    parts = list(score.parts)
    if len(parts) != len(VOICE_NAMES):
        raise NotUsable(f"it has {len(parts)} parts, not four")
    time_signatures = {ts.ratioString for ts in score.recurse().getElementsByClass("TimeSignature")}
    time_signature = next((name for name in BARS if time_signatures == {name}), None)
    if time_signature is None:
        found = ", ".join(sorted(time_signatures)) or "no time signature"
        raise NotUsable(f"it is not wholly in {' or in '.join(BARS)} ({found})")
    bar_steps = BARS[time_signature].steps
    shift, pickup = bar_shift(parts[0], bar_steps)
    voices = [read_part(part, shift) for part in parts]
    means = [sum(p * d for _, d, p in v) / sum(d for _, d, _ in v) for v in voices]
    if any(upper <= lower for upper, lower in itertools.pairwise(means)):
        raise NotUsable("the parts are not ordered from high to low")
    end = max(onset + duration for voice in voices for onset, duration, _ in voice)
    bars = -(-end // bar_steps)
    if bars < 4:
        raise NotUsable("it is shorter than four bars")
    sung = any(element.lyric for element in score.recurse().getElementsByClass(note.Note))
    number = re.match(r"bwv(\d+)", name)
    vocal = number is not None and int(number.group(1)) <= 524
    key = score.analyze("key")
    tonic = key.tonic.name.lower().replace("-", "-flat").replace("#", "-sharp")
    return Piece(
        id=piece_id(name),
        title=title or name,
        form="chorale" if vocal or sung else "fugue",
        mode=key.mode,
        key=f"{tonic}-{key.mode}",
        pickup_steps=pickup,
        bars=bars,
        voices=voices,
        phrase_ends=read_phrase_ends(voices[0], (step for part in parts for step in fermata_steps(part, shift))),
        time_signature=time_signature,
    )


def read_file(job: tuple[str, str]) -> Piece | Skipped:
    """Calls read_piece in a worker process. A file that cannot be used is a result here, not an error."""
    path, title = job
    try:
        return read_piece(path, title)
    except NotUsable as error:
        return Skipped(piece_id(Path(path).name), str(error))


def corpus_files() -> list[tuple[str, str]]:
    """Returns (path, title) of every score by Bach in the corpus. Analyses (.rntxt) are no scores and are left out."""
    from music21 import corpus
    from music21.corpus import chorales

    titles: dict[str, str] = {}
    for index in (chorales.ChoraleListRKBWV().byBWV, chorales.ChoraleList().byBWV):
        for number, entry in index.items():
            titles.setdefault(str(number), str(entry["title"]))
    jobs = []
    for path in corpus.getComposer("bach"):
        if path.suffix == ".rntxt":
            continue
        number = re.sub(r"^bwv", "", path.name.rsplit(".", 1)[0])
        jobs.append((str(path), titles.get(number, "")))
    return sorted(jobs, key=lambda job: Path(job[0]).name)


def opening(piece: Piece) -> str:
    """Returns the beginning of the melody as beat-to-beat intervals, which are equal for two harmonizations of a tune
    in any key."""
    melody = piece.voices[0]
    beats: dict[int, int] = {}
    for onset, _, pitch in melody:
        beats.setdefault(onset // STEPS_PER_QUARTER, pitch)
    pitches = [beats[beat] for beat in sorted(beats)][: OPENING_INTERVALS + 1]
    return ",".join(str(second - first) for first, second in itertools.pairwise(pitches))


def group_by_tune(pieces: list[Piece]) -> dict[str, str]:
    """Maps each piece's id to its tune's name. Pieces share a tune when they share a title or the melody's opening."""
    parent = {piece.id: piece.id for piece in pieces}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    first: dict[str, str] = {}
    for piece in pieces:
        features = [f"opening:{opening(piece)}"]
        if piece.title and not piece.title.startswith("bwv"):
            features.append(f"title:{slug(piece.title)}")
        for feature in features:
            other = first.setdefault(feature, piece.id)
            one, two = sorted((root(piece.id), root(other)))
            parent[two] = one
    return {piece.id: root(piece.id) for piece in pieces}


def tunes_and_splits(pieces: list[Piece]) -> tuple[dict[str, str], dict[str, str]]:
    """Maps each piece's id to its tune, and each tune to its split.

    The pieces in 4/4 come first, with the tunes and the splits that they have without any others: stock models learned
    from some of them and are judged on the rest. A piece in 3/4 that shares a tune with one of them is in its split.
    """
    # Splits count every encoding: without the second ones other tunes would change sides.
    common = [piece for piece in pieces if piece.time_signature == "4/4"]
    tunes = group_by_tune(common)
    splits = split_groups(common, tunes)
    shared = group_by_tune(pieces)
    known: dict[str, str] = {}
    for name in sorted(tunes):
        known.setdefault(shared[name], tunes[name])
    others = [piece for piece in pieces if piece.time_signature != "4/4"]
    own = {piece.id: known.get(shared[piece.id], shared[piece.id]) for piece in others}
    new = [piece for piece in others if own[piece.id] not in splits]
    return tunes | own, splits | split_groups(new, own)


def split_groups(pieces: list[Piece], tunes: dict[str, str]) -> dict[str, str]:
    """Maps each tune of the pieces to its split."""
    bars: Counter[str] = Counter()
    for piece in pieces:
        bars[tunes[piece.id]] += piece.bars
    return split_tunes(bars)


def one_encoding_each(pieces: Iterable[Piece]) -> tuple[list[Piece], list[Skipped]]:
    """Returns the first piece of each id, and the others as skipped. The corpus has two encodings of some chorales; the
    shorter one comes first, since repeats are not played out."""
    kept: dict[str, Piece] = {}
    others: list[Skipped] = []
    for piece in pieces:
        if piece.id in kept:
            others.append(Skipped(piece.id, f"it is another encoding of {piece.id}"))
        else:
            kept[piece.id] = piece
    return list(kept.values()), others


def assemble(results: Iterable[Piece | Skipped], music21_version: str) -> dict[str, bytes]:
    """Returns the files of the data set as bytes."""
    results = list(results)
    pieces = sorted(
        (r for r in results if isinstance(r, Piece)), key=lambda piece: (piece.id, piece.bars, piece.voices)
    )
    skipped = sorted(r for r in results if isinstance(r, Skipped))
    seen: dict[str, str] = {}
    unique: list[Piece] = []
    for piece in pieces:
        music = hashlib.sha256(encode(piece.voices).encode()).hexdigest()
        if music in seen:
            skipped.append(Skipped(piece.id, f"it has the same notes as {seen[music]}"))
        else:
            seen[music] = piece.id
            unique.append(piece)
    tunes, splits = tunes_and_splits(unique)
    pieces, others = one_encoding_each(unique)
    skipped.extend(others)
    lines: list[dict[str, Any]] = []
    for piece in pieces:
        tags = {
            "composer": ["bach"],
            "form": [piece.form],
            "mode": [piece.mode],
            "key": [piece.key],
            "metre": [piece.time_signature.replace("/", "-")],
            "length": [length_tag(piece.bars, 10, 16)],
        }
        split = splits[tunes[piece.id]]
        line = {
            "id": piece.id,
            "title": piece.title,
            "tags": tags,
            "split": split,
            "tune": tunes[piece.id],
            "pickupSteps": piece.pickup_steps,
            "bars": piece.bars,
            **({} if piece.time_signature == "4/4" else {"timeSignature": piece.time_signature}),
            "voices": [
                {"name": name, "program": CHOIR_PROGRAM, "notes": pack_notes(Note(*note) for note in notes)}
                for name, notes in zip(VOICE_NAMES, piece.voices, strict=True)
            ],
            **({"phraseEnds": piece.phrase_ends} if piece.phrase_ends else {}),
        }
        lines.append(line)
    return DATASET.pack(lines, {"music21": music21_version}, skipped)


def build(workers: int) -> dict[str, bytes]:
    """Returns the files of the data set, read by so many processes."""
    import music21

    return assemble(read_in_processes(DATASET.id, corpus_files(), read_file, workers, 50), music21.__version__)


if __name__ == "__main__":
    sys.exit(build_into_cache(DATASET, build, sys.argv[1:]))
