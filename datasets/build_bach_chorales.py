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

import argparse
import gzip
import hashlib
import itertools
import json
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from opencomposer_music.piano_roll import Note
from opencomposer_music.time_signatures import BAR_SHAPES, BarShape, TimeSignature
from opencomposer_training.dataset_shards import pack_shards
from opencomposer_training.packed_notes import pack_notes

DATASET_ID = "bach-chorales"
DATASET_VERSION = "4"
# Version 4 has the pieces of version 3, and those in 3/4 beside them (docs/adr/0063-models-of-one-time-signature.md).
DATASET_NAME = "Bach chorales"
# The texts and the names `licence` and `metre` of the files stay as they are, because stored data sets have them.
LICENSE = (
    "Music in the public domain. Encodings from the music21 corpus, distributed there by permission of the encoders "
    "without a licence for each file; not redistributed here."
)
SOURCE = "music21 corpus, composer bach (https://github.com/cuthbertLab/music21)"
STEPS_PER_QUARTER = 4
BARS: dict[TimeSignature, BarShape] = {name: BAR_SHAPES[name] for name in ("4/4", "3/4")}
"""The bars of the pieces that are taken. The corpus has no chorale wholly in 6/8."""
VOICE_NAMES = ("Soprano", "Alto", "Tenor", "Bass")
CHOIR_PROGRAM = 52
COMMITTED_MANIFEST = Path(__file__).resolve().parent / DATASET_ID / "manifest.json"
# A hymn tune is recognized by the first steps of its melody; shorter openings would join unrelated tunes.
OPENING_INTERVALS = 10


class Skipped(NamedTuple):
    """A file of the corpus that is not part of the data set, and the reason."""

    id: str
    reason: str


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


class NotUsable(Exception):
    """A file cannot be part of the data set. The message is the reason, in one sentence."""


def piece_id(file_name: str) -> str:
    """Returns the catalogue number as musicians write it, safe in keys and URLs: `bwv1.6.mxl` -> `bwv-1.6`."""
    stem = re.sub(r"\.(mxl|xml|krn|rntxt)$", "", file_name)
    return re.sub(r"[^a-z0-9.]+", "-", re.sub(r"^bwv", "bwv-", stem.lower())).strip("-")


def slug(text: str) -> str:
    """Returns lower-case ASCII words joined by hyphens, for comparing titles that editors spell differently."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower().replace("'", "")).strip("-")


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


def split_tunes(bars: Mapping[str, int]) -> dict[str, str]:
    """Maps each tune, of which `bars` says how many bars it has, to train, validation or test: about 80/10/10 of them.

    Tunes are taken in the order of their hash (so the order says nothing about the music) and each goes to the split
    that is furthest below its share.
    """
    shares = {"train": 0.8, "validation": 0.1, "test": 0.1}
    filled: Counter[str] = Counter()
    result: dict[str, str] = {}
    for tune in sorted(bars, key=lambda name: hashlib.sha256(name.encode()).hexdigest()):
        split = max(shares, key=lambda name: shares[name] - filled[name] / max(1, sum(filled.values())))
        result[tune] = split
        filled[split] += bars[tune]
    return result


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


def length_tag(bars: int) -> str:
    """Returns the length topic: short up to 10 bars, medium up to 16, long beyond."""
    return "short" if bars <= 10 else "medium" if bars <= 16 else "long"


def skipped_lines(reasons: Iterable[str]) -> list[str]:
    """Returns one line for each reason with the number of pieces, the most frequent first. Reasons that only one piece
    has are left out."""
    general = (re.sub(r" \(.*\)", "", reason) for reason in reasons)
    counts = Counter(
        re.sub(r"(the same notes as|another encoding of) .*", r"\1 another piece", reason) for reason in general
    )
    return [f"skipped {count}: {reason}" for reason, count in counts.most_common()]


def encode(value: object) -> str:
    """Returns JSON in one fixed spelling, so that equal content has equal bytes."""
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


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
    lines: list[bytes] = []
    for piece in pieces:
        tags = {
            "composer": ["bach"],
            "form": [piece.form],
            "mode": [piece.mode],
            "key": [piece.key],
            "metre": [piece.time_signature.replace("/", "-")],
            "length": [length_tag(piece.bars)],
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
        lines.append(f"{encode(line)}\n".encode())
    shards = pack_shards(lines)
    manifest = {
        "schemaVersion": 2,
        "id": DATASET_ID,
        "version": DATASET_VERSION,
        "name": DATASET_NAME,
        "licence": LICENSE,
        "source": SOURCE,
        "pieces": len(pieces),
        "bars": sum(piece.bars for piece in pieces),
        "sha256": shards.sha256,
        "shards": shards.listed,
        "builtWith": {"music21": music21_version},
        "skipped": [skip._asdict() for skip in sorted(skipped)],
    }
    return {
        **shards.files,
        "manifest.json": (json.dumps(manifest, indent=2, sort_keys=True) + "\n").encode(),
    }


def is_built(folder: Path) -> bool:
    """Returns True if the folder holds this version, with the checksums of the committed manifest."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text())
        committed = json.loads(COMMITTED_MANIFEST.read_text())
        digest = hashlib.sha256()
        for shard in committed["shards"]:
            digest.update(gzip.decompress((folder / shard["file"]).read_bytes()))
        return bool(manifest == committed and digest.hexdigest() == committed["sha256"])
    except (OSError, EOFError, zlib.error, ValueError, KeyError):
        return False


def main(arguments: list[str]) -> int:
    """Builds the data set. Returns 0 when it is there and verified, 1 when it could not be built."""
    parser = argparse.ArgumentParser(description="Build the Bach chorales data set from the installed music21 package.")
    parser.add_argument("cache", type=Path, help="folder to build into; the result lies in bach-chorales/VERSION")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument(
        "--accept-new-manifest", action="store_true", help="replace the committed manifest instead of verifying it"
    )
    options = parser.parse_args(arguments)
    target: Path = options.cache / DATASET_ID / DATASET_VERSION
    if not options.accept_new_manifest and is_built(target):
        print(f"{DATASET_ID} {DATASET_VERSION} is built and intact: {target}", flush=True)
        return 0

    import music21

    jobs = corpus_files()
    os.nice(5)
    results: list[Piece | Skipped] = []
    with multiprocessing.get_context("spawn").Pool(max(1, options.workers)) as pool:
        for count, result in enumerate(pool.imap(read_file, jobs, chunksize=4), start=1):
            results.append(result)
            if count % 50 == 0 or count == len(jobs):
                print(f"{DATASET_ID}: read {count} of {len(jobs)} files", flush=True)
    files = assemble(results, music21.__version__)
    manifest = json.loads(files["manifest.json"])
    if options.accept_new_manifest:
        COMMITTED_MANIFEST.parent.mkdir(parents=True, exist_ok=True)
        COMMITTED_MANIFEST.write_bytes(files["manifest.json"])
    elif files["manifest.json"] != COMMITTED_MANIFEST.read_bytes():
        committed = json.loads(COMMITTED_MANIFEST.read_text())
        print(
            f"The build of {DATASET_ID} {DATASET_VERSION} differs from the committed manifest: sha256 "
            f"{manifest['sha256']} instead of {committed['sha256']}, built with music21 {music21.__version__} instead "
            f"of {committed['builtWith']['music21']}. Install the pinned version (datasets/requirements.txt).",
            file=sys.stderr,
        )
        return 1
    target.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=".building-", dir=target.parent))
    try:
        for name, written in files.items():
            (building / name).write_bytes(written)
        building.chmod(0o755)
        if target.exists():
            shutil.rmtree(target)
        building.rename(target)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    print(f"{DATASET_ID} {DATASET_VERSION}: {manifest['pieces']} pieces, {manifest['bars']} bars in {target}")
    for line in skipped_lines(skip["reason"] for skip in manifest["skipped"]):
        print(f"  {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
