"""The technique as the server knows it: it goes on with a request's melody by an exported network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from opencomposer_music.contract import shown
from opencomposer_music.metrics import measure_composition
from opencomposer_music.piano_roll import DEFAULT_VELOCITY, PITCHES, Note, Planes, notes_to_planes
from opencomposer_music.technique_document import TechniqueDocument, load_technique
from opencomposer_music.time_signatures import BarShape, time_signature_of
from opencomposer_serving.deadline import Deadline
from opencomposer_serving.failures import BrokenField, InvocationFailure, ModelRejected, unusable_model
from opencomposer_serving.invocation import MAX_BARS, GivenTrack, InvocationRequest, Melody
from opencomposer_serving.technique import Generated, GeneratedTrack
from opencomposer_serving.time_signature_check import check_time_signature

from opencomposer_transformer import TECHNIQUE
from opencomposer_transformer.cached_network import CachedNetwork, LoadedNetwork, load_network, run_on_silence
from opencomposer_transformer.events import LineUp
from opencomposer_transformer.generation import Written, extend, seam_after
from opencomposer_transformer.sampling import NotFinite
from opencomposer_transformer.voice_assignment import VoiceAssignment, assign_voices
from opencomposer_transformer.writing_settings import NoPitchToWrite, WritingSettings, writing_settings

MELODY = "Melody"
"""The name of the track that the melody goes on with; requests give it none."""
MAX_TRACKS = 16
"""A response has at most so many tracks."""
SHARE_OF_ALL_CANDIDATES = 0.5
"""After this share of the time only one candidate is written on, which takes a small part of the time of eight."""
LOUDNESS_BARS = 2
"""What is added is as loud as the mean of so many last bars of the track that it goes on with."""


class Transformer:
    """The technique (see `opencomposer_serving.technique.Technique`)."""

    def __init__(self, *, threads: int) -> None:
        self._threads = threads

    @property
    def document(self) -> TechniqueDocument:
        return load_technique(TECHNIQUE)

    def load(self, model: bytes) -> LoadedNetwork:
        network = load_network(model, self._threads)
        own = time_signature_of(network.metadata.limits.bar)
        if own not in network.metadata.line_up.time_signatures:
            raise ModelRejected(f"it does not know {own}, in which its limits have its pieces")
        return network

    def rehearse(self, model: LoadedNetwork) -> None:
        most = self.document.parameters.parameters["candidates"].maximum
        run_on_silence(model, min(int(most or 1), model.metadata.candidates_at_once), model.metadata.context)

    def generate(self, model: LoadedNetwork, request: InvocationRequest, deadline: Deadline) -> Generated:
        metadata, melody = model.metadata, request.melody
        check_time_signature(melody, metadata.limits)
        bar = melody.bar
        settings = writing_settings(request.parameters)
        given_tracks = [GivenTrack(MELODY, metadata.voices[0].program, melody.notes), *request.tracks]
        assignment = assign_voices(metadata.line_up, bar, melody.bars, [track.notes for track in given_tracks])
        seam = seam_after(bar, (note for track in given_tracks for note in track.notes))
        present = [settings.all_voices or given for given in assignment.given]
        most_bars = min(metadata.limits.max_bars, MAX_BARS)
        # Whole bars of rests at the end are not heard. They stay between the given music and the new.
        rests = max(0, melody.bars - _bars_until(seam, bar))
        most_heard = most_bars - rests
        problems = _broken_bars(melody, _bars_until(seam, bar) + rests, settings, most_bars)
        placed = replace(assignment, shifts=settings.placed_shifts(metadata.line_up, assignment))
        try:
            wishes = settings.wishes(
                metadata.line_up,
                placed.shifts,
                present,
                bar,
                melody.tempo,
                request.seed,
                assignment.heard.voices,
            )
        except NoPitchToWrite as problem:
            raise _refusal([*problems, _broken_pitch(problem, settings)]) from None
        if problems:
            raise _refusal(problems)
        bars = min(most_heard, _bars_until(seam, bar) + settings.added_bars(bar, melody.tempo))
        late = (1 - SHARE_OF_ALL_CANDIDATES) * deadline.remaining()
        try:
            written = extend(
                CachedNetwork(model),
                metadata,
                assignment.heard,
                present,
                bars,
                wishes,
                lambda: deadline.check("going on with the piece; fewer bars, or fewer candidates, take less"),
                seam=seam,
                is_late=lambda: deadline.remaining() < late,
            )
        except NotFinite:
            raise unusable_model(ModelRejected("it returns numbers that are not finite")) from None
        except ModelRejected as error:
            raise unusable_model(error) from None
        made = _respond(metadata.line_up, given_tracks, placed, written, bars, rests, bar)
        remarks = _remarks(len(metadata.line_up.voices), given_tracks, written, settings.candidates)
        return replace(made, extra={**made.extra, "remarks": remarks}) if remarks else made


class _Problem(NamedTuple):
    """What is wrong with a request: a sentence without its full stop, and the field."""

    message: str
    field: BrokenField


def _refusal(problems: Sequence[_Problem]) -> InvocationFailure:
    return InvocationFailure(
        "BAD_REQUEST", "; ".join(problem.message for problem in problems), [problem.field for problem in problems]
    )


def _bars_until(seam: int, bar: BarShape) -> int:
    """Returns the bars that the given music takes up."""
    return -(-seam // bar.steps)


def _broken_bars(melody: Melody, given: int, settings: WritingSettings, most: int) -> list[_Problem]:
    """Returns the problem if the piece would have more bars than the model takes. given: the bars that are there."""
    left = most - given
    if left < 1:
        message = f"a piece of this model has at most {most} bars, and {given} are given"
        return [_Problem(message, BrokenField("/melody/bars", shown(melody.bars), f"an integer from 1 to {most - 1}"))]
    if settings.extension_bars > left:
        message = f"a piece of this model has at most {most} bars, of which {left} are left"
        allowed = f"an integer from 0 to {left}"
        return [_Problem(message, BrokenField("/parameters/extensionBars", shown(settings.extension_bars), allowed))]
    return []


def _broken_pitch(problem: NoPitchToWrite, settings: WritingSettings) -> _Problem:
    above = settings.lowest_pitch > problem.highest
    name, value = ("lowestPitch", settings.lowest_pitch) if above else ("highestPitch", settings.highest_pitch)
    allowed = f"an integer from 0 to {problem.highest}" if above else f"an integer from {problem.lowest} to 127"
    return _Problem(
        f"the voice {shown(problem.voice)} writes the pitches {problem.lowest} to {problem.highest}, "
        "none of which is between lowestPitch and highestPitch",
        BrokenField(f"/parameters/{name}", shown(value), allowed),
    )


def _respond(
    line_up: LineUp,
    given: Sequence[GivenTrack],
    assignment: VoiceAssignment,
    written: Written,
    bars: int,
    rests: int,
    bar: BarShape,
) -> Generated:
    """Builds the response: what each given track goes on with, then the voices that have entered.

    bars: all but those of rests that stay before the new music, of which there are `rests`; bar: the shape of them all.
    """
    tracks = [
        GeneratedTrack(
            track.name,
            track.program,
            _as_loud(assignment.written_for(number, written.voices), _loudness(track.notes, bar)),
        )
        for number, track in enumerate(given)
    ]
    melody_loudness = _loudness(given[0].notes, bar)
    for voice, notes in enumerate(written.voices):
        if notes and assignment.track_of[voice] is None and len(tracks) < MAX_TRACKS:
            entered, own_pitch = line_up.voices[voice], assignment.at_own_pitch(voice, notes)
            tracks.append(GeneratedTrack(entered.name, entered.program, _as_loud(own_pitch, melody_loudness)))
    metrics = measure_composition(
        None, [_new_planes(track.notes, written.first_step, bars, bar) for track in tracks], bar
    )
    metrics |= {"tokenCount": float(written.tokens), "logLikelihoodPerToken": written.likelihoods[written.chosen]}
    if written.endings:
        ending = written.endings[written.chosen]
        metrics |= {
            "endsOnTriad": float(ending.rests_on_triad),
            "endsOnTonic": float(ending.is_on_tonic),
            "endIsHeld": float(ending.is_held),
        }
    shift = rests * bar.steps
    later = [
        replace(track, notes=[note._replace(onset=note.onset + shift) for note in track.notes]) for track in tracks
    ]
    extra: dict[str, object] = {"continuation": {"firstStep": written.first_step + shift, "bars": bars + rests}}
    return Generated(later, metrics, extra)


def _remarks(voices: int, given: Sequence[GivenTrack], written: Written, candidates: int) -> list[str]:
    """Returns why not all tracks go on, and why not all candidates were written."""
    remarks = []
    sounding = sum(bool(track.notes) for track in given)
    if sounding > voices:
        remarks.append(
            f"The model has {voices} voices, so no more than {voices} of the {sounding} tracks with notes go on."
        )
    if written.is_hurried:
        ended = len(written.likelihoods)
        remarks.append(
            f"The time was too short for more than {ended} of the {candidates} candidates. "
            "The same request may give another piece."
        )
    return remarks


def _loudness(notes: Sequence[Note], bar: BarShape) -> int:
    last = max((note.onset for note in notes), default=0)
    heard = [note.velocity for note in notes if note.onset > last - LOUDNESS_BARS * bar.steps]
    return round(sum(heard) / len(heard)) if heard else DEFAULT_VELOCITY


def _as_loud(notes: Sequence[Note], velocity: int) -> list[Note]:
    return [note._replace(velocity=velocity) for note in notes]


def _new_planes(notes: Sequence[Note], first_step: int, bars: int, bar: BarShape) -> Planes:
    """Returns the bars of new music [2, steps, 128], from the bar line before its first note."""
    first = first_step // bar.steps * bar.steps
    steps = bars * bar.steps - first
    moved = [note._replace(onset=note.onset - first) for note in notes]
    return notes_to_planes(moved, steps) if moved else np.zeros((2, steps, PITCHES), dtype=np.bool_)
