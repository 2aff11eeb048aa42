"""Turns a melody into a model's input and a model's logits into notes, for training samples and for serving alike.

It imports numpy only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from opencomposer_music.model_metadata import (
    TRAINABLE_BARS,
    Limits,
    Voice,
    broken_member,
    metadata_contract,
    metadata_to_json,
    read_limits,
    read_metadata,
    read_voices,
)
from opencomposer_music.network_length import BOTTOM_STEPS, network_steps, with_rests
from opencomposer_music.phrase_ends import with_phrase_ends
from opencomposer_music.piano_roll import (
    ONSET,
    PITCHES,
    SOUNDING,
    STEPS_PER_BAR,
    Note,
    Planes,
    Steps,
    first_onset,
    fold_into_range,
    notes_to_planes,
)
from opencomposer_music.time_signatures import COMMON_TIME, BarShape
from opencomposer_music.voice_leading import (
    CLOSING_MOVES,
    IMPOSSIBLE,
    INTERVALS,
    MAX_MOVE,
    MAX_SCORE,
    REST,
    Closes,
    Line,
    Table,
    VoiceLeading,
    choose_chords,
    choose_lines,
    closes_worth,
    line_of,
)

BEAT_STEPS = [bar.beat_steps for bar in TRAINABLE_BARS]
MAX_WEIGHT = 10.0
MAX_NOISE = 4096
MAX_PERFORMANCES = 8
GROOVE_BARS = 4
"""Bars take the rhythm of the others among four, as a phrase has in most songs."""

Floats = npt.NDArray[np.float32]


def _number(minimum: float, maximum: float) -> Mapping[str, Any]:
    return {"type": "number", "minimum": minimum, "maximum": maximum}


def _list_of(entry: Mapping[str, Any], min_: int, max_: int) -> Mapping[str, Any]:
    return {"type": "array", "minItems": min_, "maxItems": max_, "items": entry}


def _object_of(members: Mapping[str, Any], *, optional: tuple[str, ...] = ()) -> Mapping[str, Any]:
    return {"type": "object", "properties": members, "required": [name for name in members if name not in optional]}


_SCORE = _number(-MAX_SCORE, MAX_SCORE)
_WEIGHT = _number(0, MAX_WEIGHT)
METADATA = metadata_contract(
    {
        "noise": _object_of(
            {
                "size": {"type": "integer", "minimum": 0, "maximum": MAX_NOISE},
                "shared": {"type": "integer", "minimum": 0, "maximum": MAX_NOISE},
            }
        ),
        "decoding": _object_of(
            {
                "pitchTemperature": _number(0, 10),
                "onsetTemperature": _number(0, 10),
                "pitchCoherenceSteps": {"type": "integer", "minimum": 1, "maximum": STEPS_PER_BAR},
                "sixteenthCost": _number(0, 100),
                "repeatCost": _number(0, 100),
                "performances": {"type": "integer", "minimum": 1, "maximum": MAX_PERFORMANCES},
                "restsFirst": {"type": "boolean"},
                "steadiness": _number(0, 1),
                "drumSteadiness": _number(0, 1),
                "chordSteps": {"type": "integer", "minimum": 1, "maximum": STEPS_PER_BAR},
            },
            optional=(
                "sixteenthCost",
                "repeatCost",
                "performances",
                "restsFirst",
                "steadiness",
                "drumSteadiness",
                "chordSteps",
            ),
        ),
        "voiceLeading": _object_of(
            {
                "intervals": _list_of(_list_of(_SCORE, INTERVALS, INTERVALS), min(BEAT_STEPS), max(BEAT_STEPS)),
                "moves": _list_of(_list_of(_SCORE, MAX_MOVE + 1, MAX_MOVE + 1), 1, 15),
                "parallels": _list_of(_SCORE, INTERVALS, INTERVALS),
                "intervalWeight": _WEIGHT,
                "moveWeight": _WEIGHT,
                "parallelWeight": _WEIGHT,
                "beatParallels": _list_of(_SCORE, INTERVALS, INTERVALS),
                "rhythm": _list_of(_list_of(_SCORE, 2, 2), 1, 15),
                "beatParallelWeight": _WEIGHT,
                "rhythmWeight": _WEIGHT,
                "beatMoves": _list_of(_list_of(_SCORE, MAX_MOVE + 1, MAX_MOVE + 1), 1, 15),
                "beatMoveWeight": _WEIGHT,
                "stayWeight": _WEIGHT,
                "contrary": {"type": "boolean"},
                "chordWeight": _WEIGHT,
                "closes": _object_of(
                    {
                        "intervals": _list_of(_list_of(_list_of(_SCORE, INTERVALS, INTERVALS), 2, 2), 2, 2),
                        "moves": _list_of(_list_of(_SCORE, CLOSING_MOVES, CLOSING_MOVES), 1, 15),
                        "weight": _WEIGHT,
                    }
                ),
            },
            optional=(
                "beatParallels",
                "rhythm",
                "beatParallelWeight",
                "rhythmWeight",
                "beatMoves",
                "beatMoveWeight",
                "stayWeight",
                "contrary",
                "chordWeight",
                "closes",
            ),
        ),
        "phraseEnds": {"type": "boolean"},
    },
    optional=("voiceLeading", "phraseEnds"),
)
"""The members that this decoder adds to the metadata of every model. Without `sixteenthCost` and `repeatCost`, as in
older files, the costs are 0; without `performances` there is one; without `phraseEnds` the model does not hear where
phrases end."""


def melody_planes(hears_phrase_ends: bool) -> int:
    """Returns the number of planes of a model's melody input: sounding, onset and, unless the model is of version 0.2,
    phrase ends."""
    return 3 if hears_phrase_ends else 2


@dataclass(frozen=True)
class NoiseShape:
    """`size` numbers for each position of sixteen steps, which is a bar of 4/4. The first `shared` of them are the same
    in all positions of a piece."""

    size: int
    shared: int


@dataclass(frozen=True)
class Decoding:
    """The settings by which logits become notes. Temperature 0 takes the likeliest.

    The pitch temperature is for monophonic voices. Polyphonic ones and drums are trained with deterministic binary
    neurons (Dong & Yang 2018 found them better than stochastic ones) and take every pitch that is likelier than not, or
    that the tables of voice leading make so (`choose_chords`).
    `coherence_steps`: the number of steps for which a random choice is held, so that sampling changes notes and not
    single steps. `sixteenth_cost`: what a monophonic voice pays, in logits, for changing its pitch inside an eighth.
    Without it two nearly equal logits make flickering sixteenths, because each step is chosen for itself.
    `repeat_cost`: what a voice pays, in logits, for starting a pitch again that it could hold. `performances`: the
    number of performances of a melody, each with its own noise, of which the one is given whose phrases close best
    (`best_performance`).

    The others are for bands, which keep a groove (`steady_rhythm`). `rests_first`: a monophonic voice sounds where all
    its pitches together are likelier than a rest; else a rest must only be likelier than each of them, and a voice that
    is not sure of its pitch rests. `steadiness`: how much each bar takes the rhythm of the four that it belongs to,
    from 0 to 1, and `drum_steadiness` the same of drums. `chord_steps`: the number of steps over which the pitches of
    a chord are weighed together.
    """

    pitch_temperature: float
    onset_temperature: float
    coherence_steps: int
    sixteenth_cost: float = 0.0
    repeat_cost: float = 0.0
    performances: int = 1
    rests_first: bool = False
    steadiness: float = 0.0
    drum_steadiness: float = 0.0
    chord_steps: int = 1


@dataclass(frozen=True)
class ModelMetadata:
    """The metadata of a model file, under the key `opencomposer`: everything that is needed to use the model."""

    technique: str
    voices: tuple[Voice, ...]
    limits: Limits
    noise: NoiseShape
    decoding: Decoding
    voice_leading: VoiceLeading | None = None
    """The tables by which the monophonic voices are chosen together. With None, as in older models, each voice is
    chosen for itself."""
    hears_phrase_ends: bool = False
    """The model's melody input has a third plane that says where phrases end. Older models have two planes."""

    @property
    def melody_planes(self) -> int:
        """Returns the number of planes of the melody input."""
        return melody_planes(self.hears_phrase_ends)

    def to_json(self) -> str:
        """Returns the text for the model file's metadata."""
        return metadata_to_json(
            self.technique,
            self.voices,
            self.limits,
            {
                "noise": {"size": self.noise.size, "shared": self.noise.shared},
                "decoding": {
                    "pitchTemperature": self.decoding.pitch_temperature,
                    "onsetTemperature": self.decoding.onset_temperature,
                    "pitchCoherenceSteps": self.decoding.coherence_steps,
                    "sixteenthCost": self.decoding.sixteenth_cost,
                    "repeatCost": self.decoding.repeat_cost,
                    "performances": self.decoding.performances,
                    "restsFirst": self.decoding.rests_first,
                    "steadiness": self.decoding.steadiness,
                    "drumSteadiness": self.decoding.drum_steadiness,
                    "chordSteps": self.decoding.chord_steps,
                },
                **({} if self.voice_leading is None else {"voiceLeading": voice_leading_to_json(self.voice_leading)}),
                **({"phraseEnds": True} if self.hears_phrase_ends else {}),
            },
        )


def voice_leading_to_json(leading: VoiceLeading) -> dict[str, Any]:
    """Returns the tables as the model file's metadata has them."""
    return {
        "intervals": leading.intervals.tolist(),
        "moves": leading.moves.tolist(),
        "parallels": leading.parallels.tolist(),
        "intervalWeight": leading.interval_weight,
        "moveWeight": leading.move_weight,
        "parallelWeight": leading.parallel_weight,
        "beatParallels": leading.beat_parallels.tolist(),
        **({} if leading.rhythm is None else {"rhythm": leading.rhythm.tolist()}),
        "beatParallelWeight": leading.beat_parallel_weight,
        "rhythmWeight": leading.rhythm_weight,
        **({} if leading.beat_moves is None else {"beatMoves": leading.beat_moves.tolist()}),
        "beatMoveWeight": leading.beat_move_weight,
        "stayWeight": leading.stay_weight,
        "contrary": leading.contrary,
        "chordWeight": leading.chord_weight,
        **({} if leading.closes is None else {"closes": _closes_to_json(leading.closes)}),
    }


def _closes_to_json(closes: Closes) -> dict[str, Any]:
    return {"intervals": closes.intervals.tolist(), "moves": closes.moves.tolist(), "weight": closes.weight}


def parse_metadata(text: str, technique: str | None = None) -> ModelMetadata:
    """Reads and checks the metadata of a model file, and that it is of this technique where one is given.

    Raises ValueError with one sentence naming what is wrong.
    """
    root = read_metadata(text, METADATA, technique)
    voices = read_voices(root)
    size, shared = int(root["noise"]["size"]), int(root["noise"]["shared"])
    if shared > size:
        raise ValueError(broken_member("noise.shared", shared, f"an integer from 0 to {size}"))
    decoding = root["decoding"]
    limits = read_limits(root)
    return ModelMetadata(
        root["technique"],
        voices,
        limits,
        NoiseShape(size, shared),
        Decoding(
            float(decoding["pitchTemperature"]),
            float(decoding["onsetTemperature"]),
            int(decoding["pitchCoherenceSteps"]),
            float(decoding.get("sixteenthCost", 0)),
            float(decoding.get("repeatCost", 0)),
            int(decoding.get("performances", 1)),
            bool(decoding.get("restsFirst", False)),
            float(decoding.get("steadiness", 0)),
            float(decoding.get("drumSteadiness", 0)),
            int(decoding.get("chordSteps", 1)),
        ),
        _voice_leading(root["voiceLeading"], len(voices) - 1, limits.bar.beat_steps)
        if "voiceLeading" in root
        else None,
        bool(root.get("phraseEnds", False)),
    )


def _voice_leading(values: Mapping[str, Any], voices: int, beat_steps: int) -> VoiceLeading:
    closes = values.get("closes")
    if len(values["intervals"]) != beat_steps:
        found = f"a table of {len(values['intervals'])} rows"
        raise ValueError(broken_member("voiceLeading.intervals", found, f"one of {beat_steps}"))
    tables = {name: values.get(name) for name in ("moves", "rhythm", "beatMoves")}
    tables["closes.moves"] = None if closes is None else closes["moves"]
    for name, table in tables.items():
        if table is not None and len(table) != voices:
            raise ValueError(broken_member(f"voiceLeading.{name}", f"a table of {len(table)} rows", f"one of {voices}"))
    return VoiceLeading(
        _table(values["intervals"]),
        _table(values["moves"]),
        _table(values["parallels"]),
        float(values["intervalWeight"]),
        float(values["moveWeight"]),
        float(values["parallelWeight"]),
        beat_parallels=_table(values.get("beatParallels", [0.0] * INTERVALS)),
        rhythm=_table(values["rhythm"]) if "rhythm" in values else None,
        beat_parallel_weight=float(values.get("beatParallelWeight", 0)),
        rhythm_weight=float(values.get("rhythmWeight", 0)),
        beat_moves=_table(values["beatMoves"]) if "beatMoves" in values else None,
        beat_move_weight=float(values.get("beatMoveWeight", 0)),
        stay_weight=float(values.get("stayWeight", 0)),
        contrary=bool(values.get("contrary", False)),
        chord_weight=float(values.get("chordWeight", 0)),
        closes=None if closes is None else _closes(closes),
    )


def _closes(values: Mapping[str, Any]) -> Closes:
    return Closes(_table(values["intervals"]), _table(values["moves"]), float(values["weight"]))


def _table(values: object) -> Table:
    return np.array(values, dtype=np.float64)


def encode_melody(notes: Sequence[Note], bars: int, metadata: ModelMetadata, phrase_ends: Steps) -> Floats:
    """Returns the model's melody input, float32 [1, 2 or 3, network steps, 128] (see `ModelMetadata.melody_planes` and
    `network_length.network_steps`).

    Notes outside the model's window are folded into it by octaves, because the model must hear them to accompany them.
    phrase_ends: the steps [steps] at which a note of the melody sounds that ends a phrase. Folding changes pitches, so
    the phrases are those of the melody as it is.
    """
    limits = metadata.limits
    planes = notes_to_planes(fold_into_range(notes, limits.lowest_pitch, limits.highest_pitch), bars * limits.bar.steps)
    if metadata.hears_phrase_ends:
        planes = with_phrase_ends(planes, phrase_ends)
    return with_rests(planes.astype(np.float32)[np.newaxis], limits.bar)


def draw_noises(rng: np.random.Generator, bars: int, metadata: ModelMetadata) -> Floats:
    """Draws the model's noise input for all performances of a piece of so many bars, float32 [performances, positions,
    size]."""
    bar = metadata.limits.bar
    positions = network_steps(bars * bar.steps, bar) // BOTTOM_STEPS
    return np.concatenate([draw_noise(rng, positions, metadata.noise) for _ in range(metadata.decoding.performances)])


def draw_noise(rng: np.random.Generator, positions: int, shape: NoiseShape) -> Floats:
    """Draws the model's noise input, float32 [1, positions, size]."""
    shared = rng.standard_normal((1, 1, shape.shared), dtype=np.float32)
    own = rng.standard_normal((1, positions, shape.size - shape.shared), dtype=np.float32)
    return np.concatenate([np.repeat(shared, positions, axis=1), own], axis=2)


def decode_planes(
    pitch_logits: Floats,
    onset_logits: Floats,
    metadata: ModelMetadata,
    melody: Planes,
    phrase_ends: Steps,
    rng: np.random.Generator,
) -> list[Planes]:
    """Chooses the notes of every accompaniment voice. None sounds before the melody's first note.

    pitch_logits [voices, steps, 129], onset_logits [voices, steps, 128] (see the model's outputs), melody [2, steps,
    128] -> boolean planes [2, steps, 128] for each voice. phrase_ends: the steps [steps] at which a note of the melody
    sounds that ends a phrase. Raises ValueError when the shapes do not fit the model's voices.
    """
    voices = metadata.voices[1:]
    steps = pitch_logits.shape[1]
    if pitch_logits.shape != (len(voices), steps, PITCHES + 1) or onset_logits.shape != (len(voices), steps, PITCHES):
        raise ValueError(
            f"logits of shapes {pitch_logits.shape} and {onset_logits.shape} do not fit {len(voices)} voices"
        )
    if melody.shape != (2, steps, PITCHES):
        raise ValueError(f"a melody of the shape {melody.shape} does not fit {steps} steps")
    if not (np.isfinite(pitch_logits).all() and np.isfinite(onset_logits).all()):
        raise ValueError("the model returned numbers that are not finite")
    decoding = metadata.decoding
    pitch_logits, onset_logits = steady_rhythm(pitch_logits, onset_logits, voices, decoding, metadata.limits.bar)
    begin = first_onset(melody)
    scores: dict[int, Table] = {}
    logistics: list[npt.NDArray[np.float64]] = []
    for index, voice in enumerate(voices):
        # The random numbers are drawn at every temperature, so that the draw of one voice never depends on another's.
        pitch_noise = _held_noise(rng, steps, PITCHES + 1, decoding.coherence_steps)
        onset_noise = _held_noise(rng, steps, 1, 1)
        logistics.append(np.log(onset_noise) - np.log1p(-onset_noise))
        if voice.head == "monophonic":
            gumbel = -np.log(-np.log(pitch_noise))
            scores[index] = pitch_logits[index] + decoding.pitch_temperature * gumbel
            scores[index][:begin, :PITCHES] = IMPOSSIBLE
    lines = _choose(scores, metadata, melody, phrase_ends)
    heard = melody[SOUNDING].astype(np.int64)
    for line in lines.values():
        played = line != REST
        heard[np.nonzero(played)[0], line[played]] += 1
    planes: list[Planes] = []
    for index in range(len(voices)):
        if index in lines:
            sounding = np.zeros((steps, PITCHES), dtype=np.bool_)
            played = lines[index] != REST
            sounding[np.nonzero(played)[0], lines[index][played]] = True
        else:
            sounding = _choose_several(pitch_logits[index][:, :PITCHES], heard, voices[index], metadata.voice_leading)
            sounding[:begin] = False
            if not voices[index].is_drums:
                heard += sounding
        wanted = onset_logits[index] + decoding.onset_temperature * logistics[index] > decoding.repeat_cost
        before = np.zeros_like(sounding)
        before[1:] = sounding[:-1]
        voice_planes = np.zeros((2, steps, PITCHES), dtype=np.bool_)
        voice_planes[SOUNDING] = sounding
        # Every cell of drums is a hit of its own.
        voice_planes[ONSET] = sounding if voices[index].is_drums else sounding & (wanted | ~before)
        planes.append(voice_planes)
    return planes


def steady_rhythm(
    pitch_logits: Floats,
    onset_logits: Floats,
    voices: Sequence[Voice],
    decoding: Decoding,
    bar: BarShape = COMMON_TIME,
) -> tuple[Floats, Floats]:
    """Returns logits of the same shapes by which the voices keep a groove, as far as the settings ask for it.

    Whether a voice sounds at a step, and whether it begins a note there, becomes more like the mean over the same steps
    of its four bars; which pitch it plays stays as it is. Of drums every pitch has a rhythm of its own.
    """
    if not (decoding.rests_first or decoding.steadiness or decoding.drum_steadiness or decoding.chord_steps > 1):
        return pitch_logits, onset_logits
    pitches, onsets = pitch_logits.astype(np.float32), onset_logits.astype(np.float32)
    for index, voice in enumerate(voices):
        heard = pitches[index, :, :PITCHES].astype(np.float64)
        if voice.is_drums:
            pitches[index, :, :PITCHES] = _steadied(heard, decoding.drum_steadiness, bar)
            continue
        rest = pitches[index, :, PITCHES:].astype(np.float64)
        if voice.head == "monophonic":
            loudest = heard.max(axis=1, keepdims=True)
            together = loudest + np.log(np.exp(heard - loudest).sum(axis=1, keepdims=True))
            sounds = together - rest
            # A line takes the likeliest class, so the rest is compared with the likeliest pitch.
            level = rest + _steadied(sounds, decoding.steadiness, bar) - (loudest if decoding.rests_first else together)
            heard += level
        else:
            sounds = heard.max(axis=1, keepdims=True)
            heard = _held_mean(heard - sounds, decoding.chord_steps)
            heard += _steadied(sounds, decoding.steadiness, bar) - heard.max(axis=1, keepdims=True)
        pitches[index, :, :PITCHES] = heard
        begins = onsets[index, np.arange(len(heard)), heard.argmax(axis=1), np.newaxis]
        onsets[index] += _steadied(begins.astype(np.float64), decoding.steadiness, bar) - begins
    return pitches, onsets


def _steadied(values: npt.NDArray[np.float64], steadiness: float, bar: BarShape) -> npt.NDArray[np.float64]:
    """Returns values [steps, n] moved toward their means over the same steps of the bars of each four. The last bars of
    a piece may be fewer."""
    result = values.copy()
    for start in range(0, len(values), GROOVE_BARS * bar.steps):
        part = values[start : start + GROOVE_BARS * bar.steps]
        bars = part[: len(part) // bar.steps * bar.steps].reshape(-1, bar.steps, values.shape[1])
        if len(bars) > 1:
            mean = np.tile(bars.mean(axis=0), (len(bars), 1))
            result[start : start + len(mean)] += steadiness * (mean - part[: len(mean)])
    return result


def _held_mean(values: npt.NDArray[np.float64], steps: int) -> npt.NDArray[np.float64]:
    """Returns values [steps, n], each replaced by the mean over its block of so many steps."""
    starts = np.arange(0, len(values), steps)
    lengths = np.diff(np.append(starts, len(values)))
    means = np.add.reduceat(values, starts, axis=0) / lengths[:, np.newaxis]
    return np.asarray(np.repeat(means, lengths, axis=0), dtype=np.float64)


def best_performance(
    performances: Sequence[tuple[Floats, Floats]],
    metadata: ModelMetadata,
    melody: Planes,
    phrase_ends: Steps,
    rng: np.random.Generator,
) -> tuple[int, list[Planes]]:
    """Decodes several performances of a melody, and returns the number and the planes of the one whose phrases close
    best by the training music (`voice_leading.closes_worth`), which of equals is the first.

    performances: the pitch and onset logits of each; see decode_planes for them, for the rest and for errors. A model
    that does not know how phrases close has only one performance.
    """
    closes = None if metadata.voice_leading is None else metadata.voice_leading.closes
    if closes is None:
        return 0, decode_planes(*performances[0], metadata, melody, phrase_ends, rng)
    decoded = [decode_planes(pitch, onset, metadata, melody, phrase_ends, rng) for pitch, onset in performances]
    worth = [
        closes_worth(
            [line_of(melody), *map(line_of, tones_of(planes, metadata.voices[1:]))],
            closes,
            phrase_ends,
            metadata.limits.bar.beat_steps,
        )
        for planes in decoded
    ]
    best = int(np.argmax(worth))
    return best, decoded[best]


def tones_of(planes: Sequence[Planes], voices: Sequence[Voice]) -> list[Planes]:
    """Returns the planes of those of the voices that have tones. planes: of all of them, in their order."""
    return [of_voice for of_voice, voice in zip(planes, voices, strict=True) if not voice.is_drums]


def _choose(
    scores: Mapping[int, Table], metadata: ModelMetadata, melody: Planes, phrase_ends: Steps
) -> dict[int, Line]:
    """Chooses the lines of the monophonic voices: together where the model has tables for it, else one by one."""
    cost = metadata.decoding.sixteenth_cost
    leading = metadata.voice_leading
    if leading is None:
        return {index: _best_line(values, cost) for index, values in scores.items()}
    lines = choose_lines(list(scores.values()), line_of(melody), leading, list(scores), cost, phrase_ends)
    return dict(zip(scores, lines, strict=True))


def _choose_several(
    logits: Floats, heard: npt.NDArray[np.int64], voice: Voice, leading: VoiceLeading | None
) -> npt.NDArray[np.bool_]:
    """Returns the pitches of a voice that may play several at once, [steps, 128]: those that are likelier than not, or
    that are chosen beside what is heard in the voices with tones where the model has a weight for it."""
    if leading is None or leading.chord_weight == 0 or voice.is_drums:
        return np.asarray(logits > 0, dtype=np.bool_)
    return choose_chords(logits.astype(np.float64), heard, leading)


def _best_line(scores: npt.NDArray[np.float64], sixteenth_cost: float) -> npt.NDArray[np.int64]:
    """Returns the class of each step, [steps], with the greatest sum of scores [steps, classes] less the cost of
    changes inside an eighth. Eighths do not affect each other's choice, so the best line consists of the best
    eighths."""
    steps, classes = scores.shape
    whole = np.zeros((steps + steps % 2, classes))
    whole[:steps] = scores
    pairs = whole.reshape(-1, 2, classes)
    together = pairs.sum(axis=1)
    changes = pairs.max(axis=2).sum(axis=1) - sixteenth_cost > together.max(axis=1)
    line = np.where(changes[:, np.newaxis], pairs.argmax(axis=2), together.argmax(axis=1)[:, np.newaxis])
    return np.asarray(line.reshape(-1)[:steps], dtype=np.int64)


def _held_noise(rng: np.random.Generator, steps: int, width: int, hold: int) -> npt.NDArray[np.float64]:
    """Draws uniform noise in (0, 1), [steps, width], held for `hold` steps."""
    blocks = rng.random((-(-steps // hold), width))
    return np.repeat(np.clip(blocks, 1e-12, 1 - 1e-12), hold, axis=0)[:steps]
