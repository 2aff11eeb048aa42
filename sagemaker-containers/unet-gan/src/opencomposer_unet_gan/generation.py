"""Accompanies a melody with an exported generator, with numpy and ONNX Runtime only.

A whole piece is one row of one call, since the generator is fully convolutional over time; each performance is a row
of its own. All random numbers come from `PCG64(seed)` in one fixed order (noises, then decoding), so that a seed means
the same notes on every call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import onnxruntime
from opencomposer_music.contract import shown
from opencomposer_music.decoding import (
    Floats,
    ModelMetadata,
    best_performance,
    draw_noises,
    encode_melody,
    parse_metadata,
    tones_of,
)
from opencomposer_music.ending import EndingVoice, LastNotes, approach_of, last_notes, write_ending
from opencomposer_music.melody_register import floor_below, octaves_to
from opencomposer_music.metrics import measure_composition
from opencomposer_music.model_metadata import Voice
from opencomposer_music.network_length import BOTTOM_STEPS, network_steps
from opencomposer_music.phrase_ends import derive_phrase_ends, phrase_end_steps
from opencomposer_music.piano_roll import (
    ONSET,
    PITCHES,
    SOUNDING,
    Note,
    Planes,
    first_onset,
    highest_voice,
    notes_to_planes,
    planes_to_notes,
    transposed,
)
from opencomposer_music.sigmoid import sigmoid
from opencomposer_music.technique_document import TechniqueDocument, load_technique
from opencomposer_music.time_signatures import COMMON_TIME, BarShape
from opencomposer_music.voice_leading import IMPOSSIBLE, REST, Line, line_of
from opencomposer_serving.deadline import Deadline
from opencomposer_serving.failures import BrokenField, InvocationFailure, ModelRejected, unusable_model
from opencomposer_serving.invocation import MAX_BARS, InvocationRequest
from opencomposer_serving.onnx_file import check_opset, embedded_metadata, summarize
from opencomposer_serving.onnx_model import TensorShape, check_tensors, open_session
from opencomposer_serving.technique import Generated, GeneratedTrack
from opencomposer_serving.time_signature_check import check_time_signature

from opencomposer_unet_gan import TECHNIQUE

MIN_NOTE_PROBABILITY = 0.01
"""A bar stays silent when the model gives a note less than this probability at each of its steps."""

DRUM_REACH = 1.0
"""Hits of a bar that would else be empty are those whose logits are so near to the greatest."""

OCTAVE = 12

Probabilities = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LoadedGenerator:
    """A loaded model: its ONNX Runtime session and its metadata."""

    session: onnxruntime.InferenceSession
    metadata: ModelMetadata


@dataclass(frozen=True)
class Accompaniment:
    """The generator's music: planes [2, steps, 128] for each accompaniment voice, and the number of forced bars.

    `forced_bars` counts the bars, over all voices with tones, that sampling left empty and that were given their
    likeliest notes.
    phrase_ends: the onsets of the melody's notes that end a phrase.
    """

    planes: Sequence[Planes]
    forced_bars: int
    phrase_ends: Sequence[int]

    def notes(self) -> list[list[Note]]:
        """Returns the notes of each voice, sorted by onset and pitch."""
        return [planes_to_notes(planes) for planes in self.planes]


def load_generator(model: bytes, threads: int) -> LoadedGenerator:
    """Checks an ONNX file of the exporter and opens it.

    Raises ModelRejected with the reason when the file is anything else or one bar of silence does not run through it.
    """
    summary = summarize(model)
    check_opset(summary)
    try:
        metadata = parse_metadata(embedded_metadata(summary), TECHNIQUE)
    except (ValueError, RecursionError) as error:
        raise ModelRejected(str(error)) from None
    session = open_session(model, threads)
    accompaniment = len(metadata.voices) - 1
    check_tensors(
        session,
        inputs=_named(
            TensorShape("melody", (None, metadata.melody_planes, None, PITCHES)),
            TensorShape("noise", (None, None, metadata.noise.size)),
        ),
        outputs=_named(
            TensorShape("pitch_logits", (None, accompaniment, None, PITCHES + 1)),
            TensorShape("onset_logits", (None, accompaniment, None, PITCHES)),
        ),
    )
    generator = LoadedGenerator(session, metadata)
    play_silence(generator, 1)
    return generator


def play_silence(generator: LoadedGenerator, bars: int) -> None:
    """Runs the network on an empty melody of `bars` bars. Raises ModelRejected when that does not work."""
    metadata = generator.metadata
    steps = network_steps(bars * metadata.limits.bar.steps, metadata.limits.bar)
    silence = np.zeros((1, metadata.melody_planes, steps, PITCHES), dtype=np.float32)
    _run(generator, silence, np.zeros((1, steps // BOTTOM_STEPS, metadata.noise.size), dtype=np.float32))


def accompany(
    generator: LoadedGenerator, melody: Sequence[Note], bars: int, seed: int, *, ending: bool = True
) -> Accompaniment:
    """Writes the accompaniment voices for a melody of `bars` bars.

    The network hears the melody's highest line, in the octave in which melodies lie that it was trained on, and what it
    plays to it is moved back. So the voices lie below a low melody and follow a high one up, and every note lies in its
    voice's range, moved as far (see `heard_voices`).

    Drums are heard and played where they are, since their pitches are no tones.

    No voice begins before the melody, and from there on none but drums has an empty bar as far as the model allows:
    where the decoded notes leave a bar empty although the model gives a note at least the probability 0.01 at some step
    of it, each half of that bar is given its likeliest pitch. The decoder and not the network makes the notes of these
    bars, so they are counted in `forced_bars`. Where a model's drums are steady they go on, too (`fill_drums`).

    With `ending` the voices hold a triad in root position from the melody's last note to its end, and rest after it
    (`opencomposer_music.ending`). Drums rest after a last hit with that chord.

    Raises ModelRejected when the model cannot run or returns nonsense.
    """
    metadata = generator.metadata
    rng = np.random.Generator(np.random.PCG64(seed))
    bar = metadata.limits.bar
    line = highest_line(melody, bars, bar)
    steps = bars * bar.steps
    given = notes_to_planes(line, steps)
    phrase_ends = derive_phrase_ends(given, bar)
    marked = phrase_end_steps(given, phrase_ends)
    tune = line_of(given)
    shift = hearing_shift(tune, metadata)
    raised = _raised(line, shift)
    heard = notes_to_planes(raised, steps)
    conditioning = encode_melody(raised, bars, metadata, marked)  # (1, 2 or 3, network steps, 128)
    noise = draw_noises(rng, bars, metadata)  # (performances, positions, noise size)
    # (performances, voices, steps, 129) and (performances, voices, steps, 128)
    pitch_logits, onset_logits = (logits[:, :, :steps] for logits in _run(generator, conditioning, noise))
    voices = heard_voices(metadata, shift, tune)
    for index, voice in enumerate(voices):
        pitch_logits[:, index, :, : voice.lowest_pitch] = IMPOSSIBLE
        pitch_logits[:, index, :, voice.highest_pitch + 1 : PITCHES] = IMPOSSIBLE
    try:
        performances = list(zip(pitch_logits, onset_logits, strict=True))
        chosen, planes = best_performance(performances, metadata, heard, marked, rng)
    except ValueError as error:
        raise ModelRejected(str(error)) from None
    music = notes_to_planes(_raised(melody, shift), steps)
    last = last_notes(music) if ending else None
    begin = first_onset(given)
    # After the ending, the voices rest.
    sung = bars if last is None else -(-last.stop // bar.steps)
    if metadata.decoding.drum_steadiness > 0:
        for index, voice in enumerate(voices):
            if voice.is_drums:
                fill_drums(planes[index][:, : sung * bar.steps], pitch_logits[chosen, index], begin, bar)
    forced = _fill(planes, pitch_logits[chosen], voices, begin, sung, bar)
    if last is not None and not end(planes, pitch_logits[chosen], voices, music, last, bar):
        forced += _fill(planes, pitch_logits[chosen], voices, begin, bars, bar)
    played = [
        voice_planes if voice.is_drums else transposed(voice_planes, -shift, np.False_)
        for voice, voice_planes in zip(voices, planes, strict=True)
    ]
    return Accompaniment(played, forced, phrase_ends)


def _raised(notes: Sequence[Note], shift: int) -> list[Note]:
    """Returns notes so many semitones (whole octaves) higher. Those that would leave the keyboard stay in the octave at
    its end."""
    return [note._replace(pitch=_inside(note.pitch + shift)) for note in notes]


def _inside(pitch: int) -> int:
    """Returns a pitch of the keyboard in the octave that is nearest to a pitch beyond it."""
    if pitch < 0:
        return pitch % OCTAVE
    return pitch if pitch < PITCHES else pitch - -(-(pitch - PITCHES + 1) // OCTAVE) * OCTAVE


def _fill(
    planes: Sequence[Planes],
    pitch_logits: Floats,
    voices: Sequence[Voice],
    begin: int,
    bars: int,
    bar: BarShape,
) -> int:
    """Fills the empty bars among the first `bars` of all voices with tones, and returns their number (see
    `fill_empty_bars`)."""
    steps = slice(0, bars * bar.steps)
    return sum(
        fill_empty_bars(voice_planes[:, steps], pitch_logits[index, steps], voices[index], begin, bar)
        for index, voice_planes in enumerate(planes)
        if not voices[index].is_drums
    )


def hearing_shift(melody: Line, metadata: ModelMetadata) -> int:
    """Returns the semitones (whole octaves) by which the network hears a melody higher than it is: so that its median
    is near the middle of the range of the training music's melodies."""
    usual = metadata.voices[0]
    center = (usual.lowest_pitch + usual.highest_pitch) / 2
    return octaves_to(center, melody, metadata.limits.lowest_pitch, metadata.limits.highest_pitch)


def heard_voices(metadata: ModelMetadata, shift: int, melody: Line) -> list[Voice]:
    """Returns the accompaniment voices with the ranges that they have where the network hears them, beside a melody
    that it hears `shift` semitones higher. Below a low melody a voice keeps above `floor_below`, and has at least an
    octave."""
    if shift == 0:
        return list(metadata.voices[1:])
    floor = shift + (floor_below(melody) if shift > 0 else 0)
    voices: list[Voice] = []
    for voice in metadata.voices[1:]:
        if voice.is_drums:
            voices.append(voice)
            continue
        lowest = max(voice.lowest_pitch, floor)
        highest = min(max(voice.highest_pitch, lowest + OCTAVE), PITCHES - 1 + min(0, shift))
        voices.append(replace(voice, lowest_pitch=lowest, highest_pitch=highest))
    return voices


def end(
    planes: Sequence[Planes],
    pitch_logits: Floats,
    voices: Sequence[Voice],
    given: Planes,
    last: LastNotes,
    bar: BarShape = COMMON_TIME,
) -> bool:
    """Writes the last chord into the planes [2, steps, 128] of the voices, in place. Voices of several pitches at once
    keep of theirs what belongs to it. Returns False where there is none to write (see `write_ending`).

    pitch_logits: [voices, steps, 129]; given: the planes of the melody; last: its last notes; bar: the shape of its
    bars.
    """
    singing = [index for index, voice in enumerate(voices) if voice.head == "monophonic"]
    singing.sort(key=lambda index: -(voices[index].lowest_pitch + voices[index].highest_pitch))
    ended = write_ending(
        given,
        [ending_voice(planes[index], pitch_logits[index], voices[index], given, last, bar) for index in singing],
        last.stop,
        bar,
    )
    if ended is None:
        return False
    lowest = min(int(line[last.start]) for line in ended.lines)
    for index, voice_planes in enumerate(planes):
        if index in singing:
            continue
        if voices[index].is_drums:
            voice_planes[:, last.start + 1 :] = False
            continue
        held = voice_planes[SOUNDING, last.start] & np.isin(np.arange(PITCHES) % 12, list(ended.triad.classes))
        held[:lowest] = False
        voice_planes[:, last.start :] = False
        voice_planes[SOUNDING, last.start : last.stop, held] = True
        voice_planes[ONSET, last.start, held] = True
    for index, line in zip(singing, ended.lines, strict=True):
        first = ended.chords[0]
        planes[index][:, first:] = False
        steps = first + np.flatnonzero(line[first:] != REST)
        planes[index][SOUNDING, steps, line[steps]] = True
        starts = [step for step in ended.chords if line[step] != REST]
        planes[index][ONSET, starts, line[starts]] = True
    return True


def ending_voice(
    planes: Planes, pitch_logits: Floats, voice: Voice, given: Planes, last: LastNotes, bar: BarShape = COMMON_TIME
) -> EndingVoice:
    """Returns what a voice may sing at the end. It stays in its range, and below the melody, unless it was above the
    melody before or its range does not go so low.

    planes: [2, steps, 128]; pitch_logits: [steps, 129]; see `end` for the rest.
    """
    tune, line = line_of(given), line_of(planes)
    pitches = np.arange(PITCHES)
    in_range = (pitches >= voice.lowest_pitch) & (pitches <= voice.highest_pitch)
    approach = slice(approach_of(last.start, bar.beat_steps), last.start)
    is_above = bool(((line[approach] != REST) & (line[approach] > tune[approach])).any())
    below = in_range & (pitches <= tune[last.start])
    below_before = in_range & (pitches <= tune[approach].min(initial=REST))
    return EndingVoice(
        line,
        in_range if is_above or not below.any() else below,
        in_range if is_above or not below_before.any() else below_before,
        pitch_logits[last.start : last.stop, :PITCHES].mean(axis=0, dtype=np.float64),
    )


def highest_line(notes: Sequence[Note], bars: int, bar: BarShape = COMMON_TIME) -> list[Note]:
    """Returns the highest sounding note at every step, as notes (see `piano_roll.highest_voice`)."""
    return planes_to_notes(highest_voice(notes_to_planes(notes, bars * bar.steps)))


def fill_empty_bars(
    planes: Planes, pitch_logits: Floats, voice: Voice, begin: int = 0, bar: BarShape = COMMON_TIME
) -> int:
    """Writes the likeliest notes into a voice's empty bars, in place, and returns the number of bars that were filled.
    A half of a bar is six steps long in 3/4 and 6/8.

    planes: [2, steps, 128]; pitch_logits: [steps, 129] in which impossible pitches are far below all others; begin: the
    step at which the melody begins. A half bar that begins before it stays empty, and so does a bar in which the model
    gives every note a probability under 0.01.
    """
    filled = 0
    half_bar = bar.steps // 2
    for start in range(0, planes.shape[1], bar.steps):
        halves = [half for half in range(start, start + bar.steps, half_bar) if half >= begin]
        if not halves or planes[SOUNDING, start : start + bar.steps].any():
            continue
        first = halves[0]
        probabilities = note_probabilities(pitch_logits[first : start + bar.steps], voice)  # (half a bar or one, 128)
        if _any_note_probability(probabilities, voice) < MIN_NOTE_PROBABILITY:
            continue
        for half in halves:
            pitch = int(np.argmax(probabilities[half - first :][:half_bar].sum(axis=0)))
            planes[SOUNDING, half : half + half_bar, pitch] = True
        planes[ONSET, first] = planes[SOUNDING, first]
        filled += 1
    return filled


def fill_drums(planes: Planes, pitch_logits: Floats, begin: int = 0, bar: BarShape = COMMON_TIME) -> None:
    """Writes hits into the empty bars of drums, in place: those of the bar before, else of the first bar that has any,
    or where none has the likeliest hits of the bar itself. Nothing is hit before the step `begin`.

    planes: [2, steps, 128]; pitch_logits: [steps, 129] in which impossible pitches are far below all others.
    """
    bars = range(0, planes.shape[1], bar.steps)
    played = [start for start in bars if planes[SOUNDING, start : start + bar.steps].any()]
    model = None if not played else planes[SOUNDING, played[0] : played[0] + bar.steps].copy()
    for start in bars:
        hits = planes[SOUNDING, start : start + bar.steps]
        if hits.any():
            model = hits.copy()
            continue
        logits = pitch_logits[start : start + bar.steps, :PITCHES]
        hits[:] = logits > logits.max() - DRUM_REACH if model is None else model[: len(hits)]
        planes[SOUNDING, : min(begin, planes.shape[1])] = False
    planes[ONSET] = planes[SOUNDING]


def note_probabilities(pitch_logits: Floats, voice: Voice) -> Probabilities:
    """Returns the probability that each pitch sounds at each step: logits [steps, 129] -> [steps, 128]."""
    logits = pitch_logits.astype(np.float64)
    if voice.head == "polyphonic":
        return sigmoid(logits[:, :PITCHES])
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(exponentials[:, :PITCHES] / exponentials.sum(axis=1, keepdims=True), dtype=np.float64)


def _any_note_probability(probabilities: Probabilities, voice: Voice) -> float:
    """Returns the highest probability, over the steps, that the voice sounds at all."""
    by_step = probabilities.max(axis=1) if voice.head == "polyphonic" else probabilities.sum(axis=1)
    return float(by_step.max())


def _run(generator: LoadedGenerator, melody: Floats, noise: Floats) -> tuple[Floats, Floats]:
    """Returns the logits of one melody under several noises: pitch [noises, voices, steps, 129] and onset [noises,
    voices, steps, 128]."""
    feed = {"melody": np.repeat(melody, len(noise), axis=0), "noise": noise}
    try:
        pitch, onset = generator.session.run(["pitch_logits", "onset_logits"], feed)
    except Exception as error:  # noqa: BLE001 - ONNX Runtime's exceptions share no base class of their own
        raise ModelRejected(f"ONNX Runtime cannot run it ({str(error).splitlines()[0][:200]})") from None
    voices, steps = len(generator.metadata.voices) - 1, melody.shape[2]
    cells = (len(noise), voices, steps)
    pitch_shape, onset_shape = (*cells, PITCHES + 1), (*cells, PITCHES)
    if pitch.shape != pitch_shape or onset.shape != onset_shape:
        raise ModelRejected(
            f"it returns the shapes {list(pitch.shape)} and {list(onset.shape)}, "
            f"expected {list(pitch_shape)} and {list(onset_shape)}"
        )
    return pitch, onset


def _named(*shapes: TensorShape) -> dict[str, TensorShape]:
    return {shape.name: shape for shape in shapes}


class UnetGan:
    """The technique as the server knows it (see `opencomposer_serving.technique.Technique`)."""

    def __init__(self, *, threads: int) -> None:
        self._threads = threads

    @property
    def document(self) -> TechniqueDocument:
        return load_technique(TECHNIQUE)

    def load(self, model: bytes) -> LoadedGenerator:
        return load_generator(model, self._threads)

    def rehearse(self, model: LoadedGenerator) -> None:
        play_silence(model, min(model.metadata.limits.max_bars, MAX_BARS))

    def generate(self, model: LoadedGenerator, request: InvocationRequest, deadline: Deadline) -> Generated:
        check_time_signature(request.melody, model.metadata.limits)
        bars, max_ = request.melody.bars, model.metadata.limits.max_bars
        if bars > max_:
            raise InvocationFailure(
                "BAD_REQUEST",
                f"this model accompanies at most {max_} bars, the melody has {bars}",
                [BrokenField("/melody/bars", shown(bars), f"an integer from 1 to {max_}")],
            )
        try:
            accompaniment = accompany(
                model, request.melody.notes, bars, request.seed, ending=bool(request.parameters["ending"])
            )
        except ModelRejected as error:
            raise unusable_model(error) from None
        voices = model.metadata.voices[1:]
        tracks: list[GeneratedTrack] = []
        silent: list[str] = []
        for voice, notes in zip(voices, accompaniment.notes(), strict=True):
            if notes:
                tracks.append(GeneratedTrack(voice.name, voice.program, notes, voice.is_drums))
            else:
                silent.append(voice.name.lower())
        melody_planes = notes_to_planes(request.melody.notes, request.melody.steps)
        tones = tones_of(accompaniment.planes, voices)
        metrics = measure_composition(melody_planes, tones, request.melody.bar)
        metrics["forcedBarRate"] = accompaniment.forced_bars / (bars * len(tones))
        extra: dict[str, object] = {"phraseEnds": accompaniment.phrase_ends}
        if silent:
            extra["remarks"] = [remark_on_silence(silent)]
        return Generated(tracks, metrics, extra)


def remark_on_silence(voices: Sequence[str]) -> str:
    """Returns the sentence of a response in which these voices have no track."""
    *others, last = voices
    named, have = (f"{', '.join(others)} and {last}", "they have") if others else (last, "it has")
    return f"The model gives {named} no note in this piece, so {have} no track."
