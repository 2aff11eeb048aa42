"""Re-writes a piece with an exported network, with numpy and ONNX Runtime only.

All random numbers come from `PCG64(seed)` in one fixed order, so that a seed means the same notes on every call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import onnxruntime
from opencomposer_music.contract import shown
from opencomposer_music.metrics import measure_composition
from opencomposer_music.network_length import with_rests
from opencomposer_music.phrase_ends import derive_phrase_end_steps, derive_phrase_ends
from opencomposer_music.piano_roll import PITCHES, SOUNDING, Note, notes_to_planes, planes_to_notes
from opencomposer_music.technique_document import TechniqueDocument, load_technique
from opencomposer_serving.deadline import Deadline
from opencomposer_serving.failures import BrokenField, InvocationFailure, ModelRejected, unusable_model
from opencomposer_serving.invocation import MAX_BARS, InvocationRequest
from opencomposer_serving.onnx_file import check_opset, embedded_metadata, summarize
from opencomposer_serving.onnx_model import TensorShape, check_tensors, open_session
from opencomposer_serving.technique import Generated, GeneratedTrack
from opencomposer_serving.time_signature_check import check_time_signature

from opencomposer_ar_cnn import TECHNIQUE
from opencomposer_ar_cnn.editable_piece import Floats
from opencomposer_ar_cnn.model_metadata import OUTPUTS, ArCnnMetadata, parse_metadata
from opencomposer_ar_cnn.nothing_to_edit import NothingToEdit, check_room, narrowing_parameters
from opencomposer_ar_cnn.rewriting import Rewriting, added_notes, edited_notes
from opencomposer_ar_cnn.rewriting_session import NotFinite, rewrite
from opencomposer_ar_cnn.sampling_settings import ALL_ITERATIONS, SamplingSettings, sampling_settings

ALL_NOTES = 100
"""The percentage of notes that is all of them."""


@dataclass(frozen=True)
class LoadedNetwork:
    """A loaded model: its ONNX Runtime session and its metadata."""

    session: onnxruntime.InferenceSession
    metadata: ArCnnMetadata


def load_network(model: bytes, threads: int) -> LoadedNetwork:
    """Checks an ONNX file of the exporter and opens it.

    Raises ModelRejected with the reason when the file is anything else or one bar of silence does not run through it.
    """
    summary = summarize(model)
    check_opset(summary)
    try:
        metadata = parse_metadata(embedded_metadata(summary))
    except (ValueError, RecursionError) as error:
        raise ModelRejected(str(error)) from None
    session = open_session(model, threads)
    check_tensors(
        session,
        inputs=_named(
            TensorShape("planes", (None, metadata.input_planes, None, PITCHES)), TensorShape("density", (None, 1))
        ),
        outputs=_named(*(TensorShape(name, (None, None, PITCHES)) for name in OUTPUTS)),
    )
    network = LoadedNetwork(session, metadata)
    run_on_silence(network, 1)
    return network


def run_on_silence(network: LoadedNetwork, bars: int) -> None:
    """Runs the network on an empty piece of `bars` bars. Raises ModelRejected when that does not work."""
    steps = bars * network.metadata.limits.bar.steps
    silence = np.zeros((network.metadata.input_planes, steps, PITCHES), dtype=np.float32)
    run_network(network, silence, network.metadata.density)


def run_network(network: LoadedNetwork, planes: Floats, density: float) -> tuple[Floats, Floats]:
    """Runs the network on planes [4 or 5, steps, 128] of whole bars and returns the toggle and the onset logits,
    [steps, 128] each.

    Raises ModelRejected when the run fails.
    """
    steps, heard = planes.shape[1], with_rests(planes, network.metadata.limits.bar)
    feed = {"planes": heard[np.newaxis], "density": np.array([[density]], dtype=np.float32)}
    try:
        toggle, onset = network.session.run(list(OUTPUTS), feed)
    except Exception as error:  # noqa: BLE001 - ONNX Runtime's exceptions share no base class of their own
        raise ModelRejected(f"ONNX Runtime cannot run it ({str(error).splitlines()[0][:200]})") from None
    wanted = (1, *heard.shape[1:])
    if toggle.shape != wanted or onset.shape != wanted:
        raise ModelRejected(
            f"it returns the shapes {list(toggle.shape)} and {list(onset.shape)}, expected {list(wanted)} twice"
        )
    return toggle[0, :steps], onset[0, :steps]


def rewrite_notes(
    network: LoadedNetwork,
    notes: Sequence[Note],
    bars: int,
    settings: SamplingSettings,
    seed: int,
    before_each_pass: Callable[[], None] = lambda: None,
    others: Sequence[Note] = (),
) -> Rewriting:
    """Re-writes a piece of `bars` bars.

    notes: the melody. others: the notes of the piece's other tracks. With any, the whole piece is re-written on one
    roll, and a locked melody alone stays; nothing is written as lines.

    Raises ModelRejected when the model cannot run or returns nonsense, and NothingToEdit.
    """
    limits = network.metadata.edit_limits
    steps = bars * limits.bar.steps
    melody, piece = notes_to_planes(notes, steps), notes_to_planes([*notes, *others], steps)
    kept = melody[SOUNDING] if others and settings.melody_lock else None
    if others:
        settings = replace(settings, melody_lock=False)
    check_room(piece, settings, limits, kept)
    try:
        return rewrite(
            partial(run_network, network),
            piece,
            settings=settings,
            limits=limits,
            seed=seed,
            phrase_ends=derive_phrase_end_steps(melody, limits.bar),
            kept=kept,
            before_each_pass=before_each_pass,
        )
    except NotFinite:
        raise ModelRejected("it returns numbers that are not finite") from None


def _named(*shapes: TensorShape) -> dict[str, TensorShape]:
    return {shape.name: shape for shape in shapes}


def _notes_json(notes: Sequence[Note]) -> list[dict[str, int]]:
    return [
        {"onset": note.onset, "duration": note.duration, "pitch": note.pitch, "velocity": note.velocity}
        for note in notes
    ]


class ArCnn:
    """The technique as the server knows it (see `opencomposer_serving.technique.Technique`)."""

    def __init__(self, *, threads: int) -> None:
        self._threads = threads

    @property
    def document(self) -> TechniqueDocument:
        return load_technique(TECHNIQUE)

    def load(self, model: bytes) -> LoadedNetwork:
        return load_network(model, self._threads)

    def rehearse(self, model: LoadedNetwork) -> None:
        run_on_silence(model, min(model.metadata.limits.max_bars, MAX_BARS))

    def generate(self, model: LoadedNetwork, request: InvocationRequest, deadline: Deadline) -> Generated:
        check_time_signature(request.melody, model.metadata.limits)
        melody, max_ = request.melody, model.metadata.limits.max_bars
        if melody.bars > max_:
            raise InvocationFailure(
                "BAD_REQUEST",
                f"this model re-writes at most {max_} bars, the melody has {melody.bars}",
                [BrokenField("/melody/bars", shown(melody.bars), f"an integer from 1 to {max_}")],
            )
        settings = sampling_settings(request.parameters)
        others = [note for track in request.tracks for note in track.notes]
        try:
            rewriting = rewrite_notes(
                model,
                melody.notes,
                melody.bars,
                settings,
                request.seed,
                lambda: deadline.check("re-writing the piece"),
                others,
            )
        except ModelRejected as error:
            raise unusable_model(error) from None
        except NothingToEdit as error:
            raise InvocationFailure(
                "BAD_REQUEST",
                str(error),
                [
                    BrokenField(f"/parameters/{name}", shown(request.parameters[name]), rule)
                    for name, rule in error.allowed.items()
                ],
            ) from None
        return self._respond(model.metadata, melody.notes, others, rewriting, settings)

    def _respond(
        self,
        metadata: ArCnnMetadata,
        melody: Sequence[Note],
        others: Sequence[Note],
        rewriting: Rewriting,
        settings: SamplingSettings,
    ) -> Generated:
        """Builds the response. With a locked melody each line in which anything sounds is a track beside it, or the
        added notes are one. Otherwise the re-written piece takes the place of the melody and of the other tracks,
        because a note may be held on from given into added cells. Where nothing was added or changed, a remark says
        what kept the model from it."""
        given, bar = [*melody, *others], metadata.limits.bar
        locked = settings.melody_lock and not others
        original = notes_to_planes(given, rewriting.planes.shape[1])
        tune = notes_to_planes(melody, rewriting.planes.shape[1]) if settings.melody_lock else rewriting.planes
        events = [event.as_json() for event in rewriting.events]
        extra: dict[str, object] = {"editEvents": events, "phraseEnds": derive_phrase_ends(tune, bar)}
        if locked:
            voice = metadata.voices[1]
            if rewriting.lines is None:
                parts = [(voice.name, added_notes(given, rewriting))]
            else:
                parts = [(line.name, planes_to_notes(line.planes)) for line in rewriting.lines]
            tracks = [GeneratedTrack(name, voice.program, notes) for name, notes in parts if notes]
            is_as_given = not tracks
            # Where there is no track, silence is measured.
            written = [notes_to_planes(track.notes, original.shape[1]) for track in tracks]
            metrics = measure_composition(original, written or [np.zeros_like(original)], bar)
        else:
            tracks = []
            is_as_given = not events
            extra["melody"] = {"notes": _notes_json(edited_notes(given, rewriting))}
            metrics = measure_composition(None, [rewriting.planes], bar)
        if is_as_given:
            # A melody that is kept within a whole piece locks nothing else of it.
            kept = tune[SOUNDING] if settings.melody_lock and others else None
            edited = replace(settings, melody_lock=locked)
            narrowing = narrowing_parameters(original, edited, metadata.edit_limits, kept)
            extra["remarks"] = [remark_on_nothing_written(edited, narrowing)]
        metrics |= {
            "editCount": float(len(events)),
            "passCount": float(rewriting.passes),
            "expectedEdits": rewriting.expected_edits,
            "addedCells": float((rewriting.planes[SOUNDING] & ~original[SOUNDING]).sum()),
            "removedCells": float((original[SOUNDING] & ~rewriting.planes[SOUNDING]).sum()),
        }
        return Generated(tracks, metrics, extra)


def remark_on_nothing_written(settings: SamplingSettings, narrowing: Sequence[str]) -> str:
    """Returns the sentences of a response in which nothing was added to a locked melody, or nothing was changed.

    narrowing: see `narrowing_parameters`. Which of several parameters left the model nothing to write is not known, so
    all are named that can have been.
    """
    locked = settings.melody_lock
    done = "Nothing was added to the melody" if locked else "Nothing was changed in the piece"
    if settings.sampling_iterations == 0:
        return f"{done}, because samplingIterations is 0."
    limits = list(narrowing)
    # Of edits without lines at least one is made, however short the way is.
    if settings.share_of_the_way < 1 and settings.writes_lines:
        limits.append(f"samplingIterations ({settings.sampling_iterations} of {ALL_ITERATIONS})")
    if settings.min_probability > 0:
        limits.append(f"minProbability ({settings.min_probability:g})")
    if not locked and settings.max_percentage_of_initial_notes_removed < ALL_NOTES:
        limits.append(f"maxPercentageOfInitialNotesRemoved ({settings.max_percentage_of_initial_notes_removed})")
    if limits:
        *others, last = limits
        named = f"{', '.join(others)} and {last}" if others else last
        found = f"the model found nothing to write within the limits of {named}"
        return f"{done}: {found}. Wider limits may let it write more."
    verdict = "takes it for enough. More density, another" if locked else "wants it as it is. Another density, another"
    return f"{done}: the model {verdict} temperature or another seed may change that."
