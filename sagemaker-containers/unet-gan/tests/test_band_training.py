"""A band with drums, from the training's process to the server's response and the MIDI file of a sample."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any, cast

import mido
from opencomposer_music.piano_roll import Note
from opencomposer_serving.deadline import Deadline
from opencomposer_serving.invocation import InvocationRequest, Melody, ModelReference
from opencomposer_serving.server import response_bytes
from opencomposer_testing.tiny_training_job import DEADLINE_SECONDS, running_job, validate, write_job
from opencomposer_training.dataset import iterate_pieces
from opencomposer_unet_gan.generation import UnetGan

EPOCHS = 12
TUNE = tuple(Note(4 * beat, 4, pitch) for beat, pitch in enumerate((60, 62, 64, 65, 67, 65, 64, 62) * 2))


REPOSITORY = Path(__file__).resolve().parents[3]
BAND = REPOSITORY / "datasets/game-rock-band"
KIT = {36, 38, 42, 45, 46, 48, 49, 50, 51}
"""The drums that the extraction knows (domain/music/extraction/drum-kit.ts)."""


def trained_card(base: Path) -> dict[str, Any]:
    """Trains the job under `base` to its end and returns the model card."""
    with running_job(base, "unet-gan") as process:
        out, _ = process.communicate(timeout=DEADLINE_SECONDS)
        assert process.returncode == 0, out
    card: dict[str, Any] = json.loads((base / "model/model-card.json").read_text())
    validate("model-card", card)
    heads = [(voice["name"], voice["head"]) for voice in card["voices"]]
    assert heads == [("Melody", "monophonic"), ("Chords", "polyphonic"), ("Bass", "monophonic"), ("Drums", "drums")]
    return card


def composed_drums(base: Path, card: dict[str, Any]) -> list[dict[str, int]]:
    """Returns what the model under `base` writes for the drums beside TUNE."""
    technique = UnetGan(threads=1)
    model = technique.load((base / "model/model.onnx").read_bytes())
    reference = ModelReference(card["model"]["sha256"], card["model"]["bytes"], None)
    request = InvocationRequest("unet-gan", reference, 3, Melody(4, TUNE), {"ending": True})
    generated = technique.generate(model, request, Deadline.after(60))
    response = json.loads(response_bytes(request, generated, 0.1))
    validate("invocation-response", response)
    assert {track["name"] for track in response["tracks"]} >= {"Chords", "Bass", "Drums"}
    assert [track["name"] for track in response["tracks"] if "isDrums" in track] == ["Drums"]
    (drums,) = (track["notes"] for track in response["tracks"] if "isDrums" in track)
    assert all(note["duration"] == 1 for note in drums)
    return cast("list[dict[str, int]]", drums)


def sample_channels(base: Path, epoch: int) -> dict[str, set[int]]:
    """Returns the MIDI channels of each track of the sample that was made after an epoch."""
    sample = (base / f"checkpoints/samples/epoch-{epoch:04d}/up-and-down.mid").read_bytes()
    return {
        track.name: {message.channel for message in track if message.type == "note_on"}
        for track in mido.MidiFile(file=io.BytesIO(sample)).tracks[1:]
    }


def test_a_tiny_training_on_band_pieces_composes_with_drums(tmp_path: Path) -> None:
    write_job(tmp_path, "unet-gan", {"epochs": str(EPOCHS), "learningRate": "0.005", "updateRatio": "1"}, band=True)
    card = trained_card(tmp_path)
    assert (card["voices"][3]["lowestPitch"], card["voices"][3]["highestPitch"]) == (36, 42)
    drums = composed_drums(tmp_path, card)
    assert all(36 <= note["pitch"] <= 42 for note in drums)
    # The made-up drummer plays three drums, on eighths only, and the generator has learned it from him.
    assert sum(note["onset"] % 2 == 0 for note in drums) > 0.9 * len(drums) > 0
    assert sum(note["pitch"] in (36, 38, 42) for note in drums) > 0.5 * len(drums)
    channels = sample_channels(tmp_path, EPOCHS)
    assert channels["Drums"] == {9}
    assert all(9 not in used for name, used in channels.items() if name != "Drums")


def test_a_short_training_on_pieces_of_the_game_rock_band_composes_with_drums(tmp_path: Path) -> None:
    hyperparameters = {"epochs": str(EPOCHS), "learningRate": "0.005", "updateRatio": "1", "modelSize": "small"}
    write_job(tmp_path, "unet-gan", hyperparameters)
    channel = tmp_path / "input/data/dataset"
    manifest = json.loads((BAND / "manifest.json").read_text())
    for name in ("manifest.json", *(shard["file"] for shard in manifest["shards"])):
        shutil.copy(BAND / name, channel / name)
    pieces = sorted(iterate_pieces(BAND), key=lambda piece: (piece["bars"], piece["id"]))
    chosen = [
        *[piece for piece in pieces if piece["split"] == "train"][:16],
        *[piece for piece in pieces if piece["split"] == "validation"][:2],
    ]
    path = tmp_path / "input/data/selection/manifest.json"
    selection = json.loads(path.read_text())
    selection["dataset"] = {key: manifest[key] for key in ("id", "version", "sha256", "licence")}
    selection["topics"] = {}
    selection["pieces"] = [{"id": piece["id"], "split": piece["split"]} for piece in chosen]
    path.write_text(json.dumps(selection))
    card = trained_card(tmp_path)
    assert card["dataset"]["id"] == "game-rock-band"
    assert {card["voices"][3]["lowestPitch"], card["voices"][3]["highestPitch"]} <= KIT
    assert composed_drums(tmp_path, card)
    # The sample is two bars long, in which the drums of so short a training may rest.
    channels = sample_channels(tmp_path, EPOCHS)
    assert channels["Drums"] <= {9}
    assert all(9 not in used for name, used in channels.items() if name != "Drums")
