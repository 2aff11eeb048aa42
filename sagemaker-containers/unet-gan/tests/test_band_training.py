"""A band with drums, from the training's process to the server's response and the MIDI file of a sample."""

from __future__ import annotations

import io
import json
from pathlib import Path

import mido
from opencomposer_music.piano_roll import Note
from opencomposer_serving.deadline import Deadline
from opencomposer_serving.invocation import InvocationRequest, Melody, ModelReference
from opencomposer_serving.server import response_bytes
from opencomposer_testing.tiny_training_job import DEADLINE_SECONDS, running_job, validate, write_job
from opencomposer_unet_gan.generation import UnetGan

EPOCHS = 12
TUNE = tuple(Note(4 * beat, 4, pitch) for beat, pitch in enumerate((60, 62, 64, 65, 67, 65, 64, 62) * 2))


def test_a_tiny_training_on_band_pieces_composes_with_drums(tmp_path: Path) -> None:
    write_job(tmp_path, "unet-gan", {"epochs": str(EPOCHS), "learningRate": "0.005", "updateRatio": "1"}, band=True)
    with running_job(tmp_path, "unet-gan") as process:
        out, _ = process.communicate(timeout=DEADLINE_SECONDS)
        assert process.returncode == 0, out
    card = json.loads((tmp_path / "model/model-card.json").read_text())
    validate("model-card", card)
    heads = [(voice["name"], voice["head"]) for voice in card["voices"]]
    assert heads == [("Melody", "monophonic"), ("Chords", "polyphonic"), ("Bass", "monophonic"), ("Drums", "drums")]
    assert (card["voices"][3]["lowestPitch"], card["voices"][3]["highestPitch"]) == (36, 42)

    technique = UnetGan(threads=1)
    model = technique.load((tmp_path / "model/model.onnx").read_bytes())
    reference = ModelReference(card["model"]["sha256"], card["model"]["bytes"], None)
    request = InvocationRequest("unet-gan", reference, 3, Melody(4, TUNE), {"ending": True})
    generated = technique.generate(model, request, Deadline.after(60))
    response = json.loads(response_bytes(request, generated, 0.1))
    validate("invocation-response", response)
    assert {track["name"] for track in response["tracks"]} >= {"Chords", "Bass", "Drums"}
    assert [track["name"] for track in response["tracks"] if "isDrums" in track] == ["Drums"]
    (drums,) = (track["notes"] for track in response["tracks"] if "isDrums" in track)
    assert all(36 <= note["pitch"] <= 42 and note["duration"] == 1 for note in drums)
    # The made-up drummer plays three drums, on eighths only, and the generator has learned it from him.
    assert sum(note["onset"] % 2 == 0 for note in drums) > 0.9 * len(drums) > 0
    assert sum(note["pitch"] in (36, 38, 42) for note in drums) > 0.5 * len(drums)

    sample = (tmp_path / f"checkpoints/samples/epoch-{EPOCHS:04d}/up-and-down.mid").read_bytes()
    channels = {
        track.name: {message.channel for message in track if message.type == "note_on"}
        for track in mido.MidiFile(file=io.BytesIO(sample)).tracks[1:]
    }
    assert channels["Drums"] == {9}
    assert all(9 not in used for name, used in channels.items() if name != "Drums")
