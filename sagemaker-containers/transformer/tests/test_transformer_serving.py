"""The technique as the server knows it, and its process as the container starts it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from opencomposer_music.model_metadata import Voice
from opencomposer_music.piano_roll import Note
from opencomposer_serving.deadline import Deadline
from opencomposer_serving.failures import InvocationFailure, ModelRejected
from opencomposer_serving.invocation import GivenTrack, InvocationRequest, Melody, ModelReference
from opencomposer_serving.technique import Generated
from opencomposer_testing import inference_container
from opencomposer_testing.inference_container import absent_modules_imported_by, mapped_libraries
from opencomposer_testing.serving_process import CONTAINERS, ServingProcess
from opencomposer_testing.tiny_training_job import validate
from opencomposer_testing.tiny_transformer import tiny_metadata, tiny_transformer
from opencomposer_transformer.cached_network import LoadedNetwork
from opencomposer_transformer.events import LineUp
from opencomposer_transformer.transformer import Transformer

STOCK = tiny_transformer()
TUNE = tuple(Note(4 * at, 4, pitch, 70 + at) for at, pitch in enumerate((64, 64, 65, 67, 67, 65, 64, 62)))
TECHNIQUE = Transformer(threads=1)


@pytest.fixture(scope="module")
def network() -> LoadedNetwork:
    return TECHNIQUE.load(STOCK)


def request(
    notes: tuple[Note, ...] = TUNE, bars: int = 2, tempo: float = 120.0, **parameters: Any
) -> InvocationRequest:
    return InvocationRequest(
        "transformer",
        ModelReference(hashlib.sha256(STOCK).hexdigest(), len(STOCK), None),
        3,
        Melody(bars, notes, tempo),
        TECHNIQUE.document.parameters.completed(parameters),
    )


def generate(network: LoadedNetwork, asked: InvocationRequest) -> Generated:
    return TECHNIQUE.generate(network, asked, Deadline.after(60))


def broken(network: LoadedNetwork, asked: InvocationRequest) -> list[tuple[str, str | None, str]]:
    with pytest.raises(InvocationFailure) as failure:
        generate(network, asked)
    assert failure.value.code == "BAD_REQUEST"
    return [(field.pointer, field.value, field.allowed) for field in failure.value.broken_fields]


def test_a_melody_is_gone_on_with_in_its_own_track(network: LoadedNetwork) -> None:
    made = generate(network, request(extensionBars=3))
    assert made.extra == {"continuation": {"firstStep": 32, "bars": 5}}
    assert [track.name for track in made.tracks] == ["Melody"]
    assert made.tracks[0].notes
    assert all(32 <= note.onset < note.onset + note.duration <= 80 for note in made.tracks[0].notes)
    assert max(note.onset + note.duration for note in made.tracks[0].notes) > 64
    assert {note.velocity for note in made.tracks[0].notes} == {74}
    assert {"logLikelihoodPerToken", "tokenCount", "endsOnTriad", "endsOnTonic", "endIsHeld"} <= set(made.metrics)
    assert generate(network, request(extensionBars=3)) == made


def test_with_all_voices_the_others_enter(network: LoadedNetwork) -> None:
    made = generate(network, request(extensionBars=4, voices="all", ending="open"))
    names = [track.name for track in made.tracks]
    assert names[0] == "Melody"
    assert set(names[1:]) <= {"Alto", "Tenor", "Bass"}
    assert len(names) > 1
    assert "endsOnTriad" not in made.metrics


def test_chords_go_on_as_one_track(network: LoadedNetwork) -> None:
    chords = tuple(Note(8 * at, 8, pitch) for at in range(4) for pitch in (72, 67, 64, 48))
    made = generate(network, request(chords, extensionBars=2))
    assert len(made.tracks) == 1
    assert len({note.pitch for note in made.tracks[0].notes}) > 1


def test_several_tracks_go_on_each_in_its_own_voice(network: LoadedNetwork) -> None:
    bass = GivenTrack("Double bass", 43, tuple(note._replace(pitch=note.pitch - 24, velocity=50) for note in TUNE[:-1]))
    silent = GivenTrack("Silent", 0, ())
    many = tuple(GivenTrack(f"Track {number}", 0, TUNE[number : number + 1]) for number in range(8))
    made = generate(network, replace(request(extensionBars=3), tracks=(bass, silent)))
    assert [(track.name, track.program) for track in made.tracks] == [
        ("Melody", 52),
        ("Double bass", 43),
        ("Silent", 0),
    ]
    melody, low, nothing = (track.notes for track in made.tracks)
    assert min(note.pitch for note in melody) >= 58
    assert max(note.pitch for note in low) <= 66
    assert {note.velocity for note in low} == {50}
    assert nothing == []
    made = generate(network, replace(request(extensionBars=3, voices="all", candidates=4), tracks=many))
    assert len(made.tracks) == 9
    assert sum(bool(track.notes) for track in made.tracks) == 4
    assert made.tracks[0].notes
    assert made.extra["remarks"] == ["The model has 4 voices, so no more than 4 of the 9 tracks with notes go on."]


def test_bars_of_rests_at_the_end_stay_and_what_is_added_is_what_was_asked_for(network: LoadedNetwork) -> None:
    short = TUNE[:6]
    usual = generate(network, request(short, bars=2, extensionBars=2))
    rested = generate(network, request(short, bars=62, extensionBars=2))
    assert usual.extra == {"continuation": {"firstStep": 24, "bars": 4}}
    assert rested.extra == {"continuation": {"firstStep": 24 + 60 * 16, "bars": 64}}
    assert [note._replace(onset=note.onset - 60 * 16) for note in rested.tracks[0].notes] == usual.tracks[0].notes
    assert rested.metrics == usual.metrics
    assert broken(network, request(short, bars=62, extensionBars=3)) == [
        ("/parameters/extensionBars", "3", "an integer from 0 to 2")
    ]
    assert generate(network, request(short, bars=62)).extra["continuation"] == {"firstStep": 24 + 60 * 16, "bars": 64}


def test_a_melody_far_from_the_voice_goes_on_where_it_is(network: LoadedNetwork) -> None:
    high = tuple(note._replace(pitch=note.pitch + 36) for note in TUNE)
    made = generate(network, request(high, extensionBars=2))
    assert all(82 <= note.pitch <= 107 for note in made.tracks[0].notes)


def test_seconds_and_the_longest_piece(network: LoadedNetwork) -> None:
    assert generate(network, request(tempo=60, trackExtensionDuration=8)).extra["continuation"] == {
        "firstStep": 32,
        "bars": 4,
    }
    late = (*TUNE, Note(62 * 16, 4, 60))
    made = generate(network, request(late, bars=63, candidates=1))
    assert made.extra["continuation"] == {"firstStep": 62 * 16 + 4, "bars": 64}


def test_a_note_that_no_voice_can_hear_still_comes_before_what_is_added(network: LoadedNetwork) -> None:
    # The fifth note of the chord finds no line, and it lasts the longest.
    chord = tuple(Note(0, 4, pitch) for pitch in (76, 72, 67, 48))
    made = generate(network, request((*chord, Note(0, 20, 70)), extensionBars=1))
    assert made.extra["continuation"] == {"firstStep": 20, "bars": 3}
    assert min(note.onset for note in made.tracks[0].notes) >= 20


def test_what_cannot_be_is_said_with_the_field_its_value_and_what_is_allowed(network: LoadedNetwork) -> None:
    assert broken(network, request(extensionBars=63)) == [
        ("/parameters/extensionBars", "63", "an integer from 0 to 62")
    ]
    full = (*TUNE, Note(63 * 16, 4, 60))
    assert broken(network, request(full, bars=64)) == [("/melody/bars", "64", "an integer from 1 to 63")]


def test_a_voice_that_has_no_pitch_in_any_octave_is_named_beside_what_else_is_wrong() -> None:
    bells = (Voice("High bell", 14, "monophonic", 72, 75), Voice("Low bell", 14, "monophonic", 60, 63))
    small = TECHNIQUE.load(tiny_transformer(replace(tiny_metadata(), line_up=LineUp(bells))))
    assert broken(small, request(extensionBars=63, lowestPitch=77, highestPitch=80)) == [
        ("/parameters/extensionBars", "63", "an integer from 0 to 62"),
        ("/parameters/lowestPitch", "77", "an integer from 0 to 63"),
    ]
    assert broken(small, request(lowestPitch=52, highestPitch=53))[0][0] == "/parameters/highestPitch"


@pytest.mark.parametrize(("lowest", "highest"), [(100, 127), (0, 20), (90, 91), (70, 127)])
def test_what_is_added_lies_between_the_pitches_asked_for_in_whatever_octave(
    network: LoadedNetwork, lowest: int, highest: int
) -> None:
    made = generate(network, request(extensionBars=3, lowestPitch=lowest, highestPitch=highest, voices="all"))
    added = [note.pitch for track in made.tracks for note in track.notes]
    assert made.tracks[0].notes
    assert all(lowest <= pitch <= highest for pitch in added)


def test_a_kept_register_is_that_of_the_track(network: LoadedNetwork) -> None:
    kept = generate(network, request(extensionBars=8, keepRegister=True, creativeRisk=2.0, samplingTechnique="random"))
    free = generate(network, request(extensionBars=8, creativeRisk=2.0, samplingTechnique="random"))
    assert all(60 <= note.pitch <= 69 for note in kept.tracks[0].notes)
    assert not all(60 <= note.pitch <= 69 for note in free.tracks[0].notes)


def test_a_request_ends_when_its_time_is_over(network: LoadedNetwork) -> None:
    with pytest.raises(InvocationFailure) as failure:
        TECHNIQUE.generate(network, request(), Deadline(time.monotonic() - 1))
    assert failure.value.code == "DEADLINE_EXCEEDED"


@dataclass(frozen=True)
class HalfTime(Deadline):
    """A deadline of which more than half is used up after some tokens."""

    tokens: int
    written: list[str] = field(default_factory=list)

    def remaining(self) -> float:
        return self.at if len(self.written) < self.tokens else self.at / 4

    def check(self, doing: str) -> None:
        self.written.append(doing)


@pytest.mark.parametrize("candidates", [2, 8])
def test_after_half_of_the_time_one_candidate_goes_on_alone(network: LoadedNetwork, candidates: int) -> None:
    asked = request(extensionBars=40, candidates=candidates)
    hurried = TECHNIQUE.generate(network, asked, HalfTime(40, 100))
    assert hurried.extra["continuation"] == {"firstStep": 32, "bars": 42}
    words = f"The time was too short for more than 1 of the {candidates} candidates."
    assert hurried.extra["remarks"] == [f"{words} The same request may give another piece."]
    assert max(note.onset + note.duration for note in hurried.tracks[0].notes) > 41 * 16
    in_time = TECHNIQUE.generate(network, asked, HalfTime(40, 100_000))
    assert in_time == generate(network, asked)
    assert "remarks" not in in_time.extra


def test_candidates_that_have_ended_are_kept_when_the_time_gets_short(network: LoadedNetwork) -> None:
    asked = request(extensionBars=3, candidates=8)
    remarks = [
        TECHNIQUE.generate(network, asked, HalfTime(40, tokens)).extra.get("remarks") for tokens in range(1, 120)
    ]
    ended = [int(words[0].split()[8]) for words in remarks if isinstance(words, list)]
    assert ended == sorted(ended)
    assert (ended[0], ended[-1]) == (1, 7)
    assert remarks[-1] is None


def test_models_are_rehearsed_and_must_know_the_time_signature_of_requests(network: LoadedNetwork) -> None:
    TECHNIQUE.rehearse(network)
    with pytest.raises(ModelRejected, match="does not know 4/4"):
        TECHNIQUE.load(tiny_transformer(tiny_metadata(time_signatures=("3/4",))))
    small = TECHNIQUE.load(
        tiny_transformer(replace(tiny_metadata(), limits=replace(tiny_metadata().limits, max_bars=3)))
    )
    assert generate(small, request()).extra["continuation"] == {"firstStep": 32, "bars": 3}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServingProcess]:
    stock = tmp_path_factory.mktemp("models")
    (stock / "transformer-bach").mkdir()
    (stock / "transformer-bach" / "model.onnx").write_bytes(STOCK)
    with ServingProcess(
        ["-m", "opencomposer_transformer", "serve"], {"OPENCOMPOSER_STOCK_MODELS_DIR": str(stock)}
    ) as process:
        yield process


def invocation(**parameters: Any) -> dict[str, Any]:
    return inference_container.invocation("transformer", STOCK, TUNE, 2, seed=5, tempo=96, **parameters)


def test_requests_and_responses_are_what_the_contract_says(server: ServingProcess) -> None:
    asked = invocation(extensionBars=4)
    validate("invocation-request", asked)
    first, second = server.invoke(asked), server.invoke(asked)
    assert first.status == 200, first.body
    validate("invocation-response", first.json())
    assert first.body.rpartition(b'"seconds":')[0] == second.body.rpartition(b'"seconds":')[0]


def test_every_parameter_out_of_range_is_named_at_once(server: ServingProcess) -> None:
    wrong: dict[str, Any] = {
        "samplingTechnique": "beam",
        "samplingThreshold": 1.5,
        "creativeRisk": 3,
        "inputDuration": -1,
        "trackExtensionDuration": 1,
        "extensionBars": 64,
        "maximumRestTime": 11,
        "maximumNoteLength": 11,
        "ending": "abrupt",
        "voices": "some",
        "density": 5,
        "lowestPitch": -1,
        "highestPitch": 128,
        "keepRegister": 1,
        "candidates": 9,
        "temperature": 1,
    }
    response = server.invoke(invocation(**wrong))
    assert response.status == 400
    validate("invocation-error", response.json())
    assert {error["pointer"] for error in response.json()["errors"]} == {f"/parameters/{name}" for name in wrong}


def test_the_bench_of_continuations_runs(tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(STOCK)
    program = CONTAINERS / "transformer/bench/continuations_bench.py"
    command = [sys.executable, str(program), "--model", str(model), "--requests", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    cases = result["cases"]
    assert len(cases) == 7
    # Python and ONNX Runtime alone take more than the lower bound.
    assert 30 < result["peakMebibytes"] < 1024
    assert all(case["means"]["tokenCount"] > 0 for case in cases)


def test_neither_torch_nor_onnx_is_in_the_process(server: ServingProcess) -> None:
    assert server.invoke(invocation(extensionBars=1)).status == 200
    assert mapped_libraries(server.pid) == {"onnxruntime"}


def test_importing_the_server_imports_only_what_the_inference_image_has() -> None:
    modules = ("opencomposer_transformer.serve", "opencomposer_transformer.transformer")
    assert absent_modules_imported_by(*modules) == []
