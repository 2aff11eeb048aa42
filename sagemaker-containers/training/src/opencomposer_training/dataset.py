"""Reads a data set (its manifest and the shards that it names) and a job's selection from it, and cuts windows."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
from opencomposer_music.contract import ContractError, check_contract, shown
from opencomposer_music.phrase_ends import derive_phrase_end_steps, phrase_end_steps
from opencomposer_music.piano_roll import (
    ONSET,
    PITCHES,
    Note,
    Planes,
    Steps,
    highest_voice,
)
from opencomposer_music.time_signatures import (
    BAR_SHAPES,
    COMMON_TIME,
    TRAINABLE_TIME_SIGNATURES,
    BarShape,
    TimeSignature,
    time_signature_of,
)

from opencomposer_training.packed_notes import NoteColumns, PackedNotesError, unpack_notes
from opencomposer_training.piece_notes import PieceNotes

Split = Literal["train", "validation", "test"]
VoicePlanes = npt.NDArray[np.bool_]
"""A window with all its voices: [voices, 2, steps, pitches]. The first voice is the melody."""
MANIFEST_VERSION = 2
MAX_PIECES = 100_000
MAX_LINE_BYTES = 8 * 1024 * 1024


class DatasetError(ValueError):
    """The data set or the selection cannot be used; the message is one sentence for the user."""


@dataclass(frozen=True)
class Melody:
    """A held-out melody, for which samples are made while a model learns. bar: the shape of its bars."""

    id: str
    name: str
    tempo: float
    bars: int
    notes: tuple[Note, ...]
    bar: BarShape = COMMON_TIME


@dataclass(frozen=True)
class Selection:
    """The data that a job trains on: the prepare step's manifest.

    splits: the split of each selected piece by its id, or None if all are selected, each in the split that it names.
    """

    technique: str
    dataset: Mapping[str, str]
    topics: Mapping[str, list[str]]
    splits: Mapping[str, Split] | None
    melodies: tuple[Melody, ...]


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece of whole bars, as notes.

    marked_phrase_ends: the onsets of the melody's notes that end a phrase, or None where the data set does not say it;
    bar: the shape of its bars.
    """

    id: str
    split: Split
    tune: str
    bars: int
    notes: PieceNotes
    marked_phrase_ends: tuple[int, ...] | None = None
    bar: BarShape = COMMON_TIME

    @classmethod
    def of_planes(
        cls,
        id: str,
        split: Split,
        tune: str,
        planes: VoicePlanes,
        marked_phrase_ends: tuple[int, ...] | None = None,
        bar: BarShape = COMMON_TIME,
    ) -> Self:
        """Returns the piece that planes [voices, 2, steps, 128] draw, of voices with tones; steps is a whole number of
        bars."""
        bars = planes.shape[2] // bar.steps
        return cls(id, split, tune, bars, PieceNotes.of_planes(planes), marked_phrase_ends, bar)

    @property
    def steps(self) -> int:
        """Returns the number of sixteenth steps."""
        return self.bars * self.bar.steps

    @property
    def planes(self) -> VoicePlanes:
        """Returns the whole piece drawn anew as planes [voices, 2, steps, 128]."""
        return self.notes.draw(0, self.steps)

    @cached_property
    def phrase_ends(self) -> Steps:
        """Returns the steps [steps] at which a note that ends a phrase sounds in the melody, as the data set marks it
        or else as it is derived from the melody."""
        melody = self.planes[0]
        if self.marked_phrase_ends is None:
            return derive_phrase_end_steps(melody, self.bar)
        return phrase_end_steps(melody, self.marked_phrase_ends)


@dataclass(frozen=True)
class Dataset:
    """The selected pieces.

    `voices`: (name, program) in order; `monophonic`: for each voice True if it never has two notes at once; `drums`:
    for each voice True if it is drums, whose pitches are no tones. The first voice and at least one other have tones.
    `bar`: the shape of the bars of all pieces; `left_out`: the number of selected pieces in each other time signature.
    """

    voices: tuple[tuple[str, int], ...]
    monophonic: tuple[bool, ...]
    drums: tuple[bool, ...]
    pieces: tuple[Piece, ...]
    bar: BarShape = COMMON_TIME
    left_out: Mapping[TimeSignature, int] = field(default_factory=dict)

    def of_split(self, split: Split) -> list[Piece]:
        """Returns the pieces of one split, in the order of the data set."""
        return [piece for piece in self.pieces if piece.split == split]

    def pitch_range(self, voice: int | None = None) -> tuple[int, int]:
        """Returns the lowest and the highest pitch of one voice, or of all that have tones."""
        extents = [extent for piece in self.pieces if (extent := piece.notes.pitch_extent(voice)) is not None]
        if not extents:
            raise DatasetError("the selected pieces have a voice without a single note")
        return min(low for low, _ in extents), max(high for _, high in extents)

    def keyboard_window(self, reach: int, unit: int) -> tuple[int, int]:
        """Returns (lowest pitch, number of pitches) of the narrowest part of the keyboard that holds every note
        transposed by up to `reach` semitones, and every drum. The number is a multiple of `unit`, and at least two of
        them."""
        low, high = self.pitch_range()
        drums = [self.pitch_range(voice) for voice, is_drums in enumerate(self.drums) if is_drums]
        low = min([max(0, low - reach), *(lowest for lowest, _ in drums)])
        high = max([min(PITCHES - 1, high + reach), *(highest for _, highest in drums)])
        pitches = max(2 * unit, -(-(high - low + 1) // unit) * unit)
        return min(max(0, low - (pitches - (high - low + 1)) // 2), PITCHES - pitches), pitches


def without_drums(dataset: Dataset) -> Dataset:
    """Returns a data set with the voices that have tones alone, for a technique that writes no drums."""
    if not any(dataset.drums):
        return dataset
    kept = [voice for voice, is_drums in enumerate(dataset.drums) if not is_drums]
    return Dataset(
        tuple(dataset.voices[voice] for voice in kept),
        tuple(dataset.monophonic[voice] for voice in kept),
        (False,) * len(kept),
        tuple(replace(piece, notes=piece.notes.without_drums()) for piece in dataset.pieces),
        dataset.bar,
        dataset.left_out,
    )


def _load_json(path: Path, name: str, schema_version: int) -> Mapping[str, Any]:
    """Returns the content of a file of one schemaVersion. name: the words for the file in an error's sentence."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DatasetError(
            f"The {name} is missing: there is no {path.name} in the folder {path.parent.name}."
        ) from None
    except (ValueError, UnicodeDecodeError) as error:
        raise DatasetError(f"The {name} ({path.name}) is not JSON: {error}.") from None
    if not isinstance(value, dict):
        raise DatasetError(f"The {name} ({path.name}) is not a JSON object.")
    if value.get("schemaVersion") != schema_version:
        raise DatasetError(
            f"The {name} has schemaVersion {value.get('schemaVersion')!r}, but this container reads {schema_version}."
        )
    return value


def _check(contract: str, document: Mapping[str, Any], name: str) -> None:
    """Raises DatasetError where the document breaks the contract. name: the words for it in the error's sentence."""
    try:
        check_contract(contract, document)
    except ContractError as error:
        raise DatasetError(f"The {name} is malformed: {error}.") from None


def read_selection(path: Path, technique: str) -> Selection:
    """Reads the `selection` channel's manifest.json. Raises DatasetError."""
    data = _load_json(path, "training selection", 1)
    if data.get("technique") != technique:
        raise DatasetError(
            f"The training selection is for {data.get('technique')!r}, but this container trains {technique}."
        )
    _check("training-selection", data, "training selection")
    return Selection(
        technique,
        data["dataset"],
        data["topics"],
        None if "all" in data else {piece["id"]: piece["split"] for piece in data["pieces"]},
        tuple(_read_melody(melody) for melody in data["melodies"]),
    )


def _read_melody(melody: Mapping[str, Any]) -> Melody:
    # JSON Schema accepts 4.0 as an integer, too.
    notes = tuple(Note(int(note["onset"]), int(note["duration"]), int(note["pitch"])) for note in melody["notes"])
    bar = BAR_SHAPES[melody.get("timeSignature", "4/4")]
    return Melody(melody["id"], melody["name"], float(melody["tempo"]), int(melody["bars"]), notes, bar)


def read_manifest(folder: Path) -> Mapping[str, Any]:
    """Returns the data set's manifest.json, which keeps contracts/dataset-manifest.schema.json. Raises DatasetError."""
    manifest = _load_json(folder / "manifest.json", "data set's manifest", MANIFEST_VERSION)
    _check("dataset-manifest", manifest, "data set's manifest")
    return manifest


def read_dataset(channel: Path, selection: Selection) -> Dataset:
    """Reads the selected pieces from the `dataset` channel. Raises DatasetError.

    The checksum of the pieces must be the manifest's and the selection's, because a model's card names its data by it.
    """
    return build_dataset(iterate_pieces(channel, selection.dataset["sha256"]), selection.splits)


def iterate_pieces(folder: Path, selected: str | None = None) -> Iterator[Mapping[str, Any]]:
    """Yields the pieces of a data set, one by one, as objects. selected: the checksum that a training selection names.

    Raises DatasetError naming the shard and the line; and, after the last piece, where the checksum over all lines is
    not that of the manifest, or not the selected one.
    """
    manifest = read_manifest(folder)
    digest = hashlib.sha256()
    count = 0
    for shard in manifest["shards"]:
        for number, line in enumerate(_lines_of_shard(folder / shard["file"]), start=1):
            count += 1
            place = f"Line {number} of {shard['file']}"
            if len(line) > MAX_LINE_BYTES or count > MAX_PIECES:
                raise DatasetError(f"{place} is beyond the limits of a data set.")
            digest.update(line)
            try:
                value = json.loads(line)
            except ValueError as error:
                raise DatasetError(f"{place} is not JSON: {error}.") from None
            if not isinstance(value, dict):
                raise DatasetError(f"{place} is not a JSON object.")
            yield value
    for name, expected in (("manifest", manifest["sha256"]), ("training selection", selected)):
        if expected is not None and expected != digest.hexdigest():
            raise DatasetError(
                f"The pieces of the data set have sha256 {digest.hexdigest()}, but the {name} says {expected}."
            )


def _lines_of_shard(path: Path) -> Iterator[bytes]:
    """Yields the lines of a shard, of which none is read further than the limit of a line."""
    try:
        with gzip.open(path) as shard:
            while line := shard.readline(MAX_LINE_BYTES + 1):
                yield line
    except FileNotFoundError:
        raise DatasetError(f"The data set has no {path.name}.") from None
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"The data set's {path.name} is damaged: {error}.") from None


def build_dataset(lines: Iterable[Mapping[str, Any]], splits: Mapping[str, Split] | None = None) -> Dataset:
    """Returns the pieces named in `splits` (id -> split) out of the lines of a data set; by default all of them, each
    in the split that it names itself. Of pieces in several time signatures those are kept in whose the most bars are,
    because bars of other lengths cannot be learned together; of equals the first in TRAINABLE_TIME_SIGNATURES.

    Raises DatasetError for a piece among them that breaks contracts/dataset-piece.schema.json, which names the field,
    its value and what is allowed; for one that is missing; and for one whose voices are not those of the others.
    """
    pieces: list[Piece] = []
    voices: tuple[tuple[str, int, bool], ...] | None = None
    monophonic: list[list[bool]] = []
    for line in lines:
        identifier = line.get("id")
        if splits is not None and (not isinstance(identifier, str) or identifier not in splits):
            continue
        _check_piece(line)
        identifier = line["id"]
        # JSON Schema accepts 4.0 as an integer, too.
        named = tuple((voice["name"], int(voice["program"]), "kind" in voice) for voice in line["voices"])
        drums = [is_drums for _, _, is_drums in named]
        bars = int(line["bars"])
        bar = BAR_SHAPES[line.get("timeSignature", "4/4")]
        columns = _unpack_voices(line, bars * bar.steps)
        notes = PieceNotes.of_voices(columns, drums, bars * bar.steps)
        if voices is None:
            voices = named
            _check_line_up(line, drums)
        elif voices != named:
            raise DatasetError(f"The piece {identifier!r} has other voices than the pieces before it.")
        monophonic.append(
            [not is_drums and voice.is_monophonic() for is_drums, voice in zip(drums, columns, strict=True)]
        )
        split = line["split"] if splits is None else splits[identifier]
        piece = Piece(identifier, split, line["tune"], bars, notes, bar=bar)
        pieces.append(replace(piece, marked_phrase_ends=_marked_phrase_ends(line, piece)))
    missing = sorted(set(splits or ()) - {piece.id for piece in pieces})
    if missing:
        raise DatasetError(f"{len(missing)} selected pieces are not in the data set, the first is {missing[0]!r}.")
    if voices is None:
        raise DatasetError("The training selection names no pieces, or the data set has none.")
    chosen = commonest_bar(pieces)
    kept = [piece.bar == chosen for piece in pieces]
    left_out = Counter(time_signature_of(piece.bar) for piece, is_kept in zip(pieces, kept, strict=True) if not is_kept)
    return Dataset(
        tuple((name, program) for name, program, _ in voices),
        tuple(all(flags) for flags in zip(*itertools.compress(monophonic, kept), strict=True)),
        tuple(is_drums for _, _, is_drums in voices),
        tuple(itertools.compress(pieces, kept)),
        chosen,
        left_out,
    )


def commonest_bar(pieces: Iterable[Piece]) -> BarShape:
    """Returns the shape of the bars of the time signature that has the most bars in these pieces."""
    bars = Counter({BAR_SHAPES[name]: 0 for name in TRAINABLE_TIME_SIGNATURES})
    for piece in pieces:
        bars[piece.bar] += piece.bars
    return max(bars, key=lambda bar: bars[bar])


def _check_line_up(line: Mapping[str, Any], drums: Sequence[bool]) -> None:
    """Raises DatasetError where the melody, or all that accompanies it, is drums. drums: of each voice."""
    place = None if not drums[0] and not all(drums[1:]) else 0 if drums[0] else 1
    if place is not None:
        raise DatasetError(
            f'The piece {shown(line["id"])} of the data set is malformed: /voices/{place}/kind is "drums", but the '
            "first voice, which is the melody, and at least one other voice must have tones."
        )


def _unpack_voices(line: Mapping[str, Any], steps: int) -> list[NoteColumns]:
    voices: list[NoteColumns] = []
    for index, voice in enumerate(line["voices"]):
        try:
            voices.append(unpack_notes(voice["notes"], steps))
        except PackedNotesError as error:
            raise DatasetError(
                f"The piece {shown(line['id'])} of the data set is malformed: /voices/{index}/notes {error}."
            ) from None
    return voices


def _marked_phrase_ends(line: Mapping[str, Any], piece: Piece) -> tuple[int, ...] | None:
    """Returns the phrase ends that a piece states, each of which is the onset of a note of its melody."""
    if "phraseEnds" not in line:
        return None
    melody: Planes = piece.planes[0]
    onsets = set(np.flatnonzero(highest_voice(melody)[ONSET].any(axis=1)).tolist())
    for index, step in enumerate(line["phraseEnds"]):
        if step not in onsets:
            raise DatasetError(
                f"The piece {shown(line['id'])} of the data set is malformed: /phraseEnds/{index} is {shown(step)}, "
                "not the onset of a note of its first voice."
            )
    return tuple(int(step) for step in line["phraseEnds"])


def _check_piece(line: Mapping[str, Any]) -> None:
    _check("dataset-piece", line, f"piece {shown(line.get('id'))} of the data set")


@dataclass(frozen=True)
class Window:
    """A part of a piece: the bar where it starts and its number of bars."""

    piece: int
    start_bar: int


def training_windows(pieces: Sequence[Piece], bars: int, hop: int, epoch: int) -> list[Window]:
    """Returns bar-aligned windows that cover every piece. Their phase shifts by a bar from epoch to epoch, so that over
    `hop` epochs every window is seen. A piece shorter than a window gives one window, to be filled with rest."""
    windows: list[Window] = []
    for index, piece in enumerate(pieces):
        last = max(0, piece.bars - bars)
        starts = set(range(epoch % hop, last + 1, hop))
        if not starts or max(starts) < last:
            starts.add(last)
        windows.extend(Window(index, start) for start in sorted(starts))
    return windows


def spread_windows(pieces: Sequence[Piece], bars: int, limit: int) -> list[Window]:
    """Returns up to `limit` windows that do not overlap, spread evenly over the pieces, and the same every time."""
    windows = training_windows(pieces, bars, bars, 0)
    chosen = np.unique(np.linspace(0, len(windows) - 1, min(limit, len(windows))).round().astype(int))
    return [windows[index] for index in chosen]


def gather_windows(pieces: Sequence[Piece], bars: int, limit: int) -> list[VoicePlanes]:
    """Returns up to `limit` windows, spread evenly over the pieces, in their keys: planes [voices, 2, steps, 128]."""
    windows = spread_windows(pieces, bars, limit)
    return [cut_window(pieces[window.piece], window.start_bar, bars, 0, PITCHES) for window in windows]


def gather_phrase_ends(pieces: Sequence[Piece], bars: int, limit: int) -> list[Steps]:
    """Returns the phrase ends, [steps] each, of the windows that `gather_windows` returns."""
    windows = spread_windows(pieces, bars, limit)
    return [cut_phrase_ends(pieces[window.piece], window.start_bar, bars) for window in windows]


def gather_marked_phrase_ends(pieces: Sequence[Piece], bars: int, limit: int) -> list[list[int]]:
    """Returns, for each window that `gather_windows` returns, the steps at which the melody notes start that end a
    phrase by what the data set states.

    A note that starts with its window is left out, because what leads to it is not in the window. A piece of which the
    data set states nothing has none.
    """
    ends: list[list[int]] = []
    for window in spread_windows(pieces, bars, limit):
        piece = pieces[window.piece]
        first, size = window.start_bar * piece.bar.steps, bars * piece.bar.steps
        ends.append([step - first for step in piece.marked_phrase_ends or () if first < step < first + size])
    return ends


def cut_window(
    piece: Piece, start_bar: int, bars: int, lowest: int, pitches: int, shift: int = 0
) -> npt.NDArray[np.bool_]:
    """Returns planes [voices, 2, steps, pitches] of a window of so many bars, transposed by `shift` semitones and
    cropped to the pitches lowest..lowest + pitches - 1. A note that was already sounding starts with the window."""
    size = piece.bar.steps
    return piece.notes.draw(start_bar * size, bars * size, lowest=lowest, pitches=pitches, shift=shift)


def cut_phrase_ends(piece: Piece, start_bar: int, bars: int) -> Steps:
    """Returns the phrase ends of a window of so many bars, [steps]: see `Piece.phrase_ends`."""
    steps = bars * piece.bar.steps
    first = start_bar * piece.bar.steps
    taken = piece.phrase_ends[first : first + steps]
    return np.pad(taken, (0, steps - len(taken)))


def allowed_shifts(piece: Piece, lowest: int, highest: int, reach: int) -> list[int]:
    """Returns the transpositions within -reach..reach that keep every tone of a piece in lowest..highest."""
    extent = piece.notes.pitch_extent()
    if extent is None:
        return [0]
    low, high = extent
    return [shift for shift in range(-reach, reach + 1) if lowest <= low + shift and high + shift <= highest] or [0]
