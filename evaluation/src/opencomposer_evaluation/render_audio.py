"""Renders melodies with several accompaniments to sound, for listening: Bach, the stock model, and AWS's recipe.

    .venv/training/bin/python -m opencomposer_evaluation.render_audio FOLDER [--piece bwv-…] [--seed 0]

Run it from the root of the repository. Needs FluidSynth and a General MIDI sound font (Debian: fluidsynth and
fluid-soundfont-gm). Writes a MIDI file and a WAV file each into FOLDER: of a melody of the stock model's recipe, and of
a test piece.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from opencomposer_music.piano_roll import STEPS_PER_BAR, Note, Planes, notes_to_planes, planes_to_notes
from opencomposer_training.dataset import Dataset, Piece
from opencomposer_training.midi_file import Track, midi_bytes

from opencomposer_evaluation.accompanists import Accompanist
from opencomposer_evaluation.baselines import aws_recipe_generation
from opencomposer_evaluation.command import MODELS
from opencomposer_evaluation.corpus import load_dataset
from opencomposer_evaluation.registry import CHORALES
from opencomposer_evaluation.stock_models import AwsRecipePlayer, load_trained_models, load_unet_gan

SOUND_FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
STOCK_MODEL = "unet-gan-bach"
AWS_RECIPE = "unet-gan-aws-recipe"
MELODY = "ode-to-joy"
PIECE_BARS = (10, 14)
TEMPO = 80.0
SAMPLE_RATE = 44_100


def players(models: Path) -> dict[str, Accompanist]:
    """Returns the available players, by the name of their files."""
    found: dict[str, Accompanist] = {"stock": load_trained_models(models / STOCK_MODEL, load_unet_gan)[0].player}
    aws = models / "baselines" / AWS_RECIPE / "model.onnx"
    if aws.is_file():
        found["aws-recipe"] = AwsRecipePlayer(aws_recipe_generation.load(aws))
    return found


def recipe_melody(models: Path, identifier: str) -> Planes:
    """Returns a melody of the stock model's recipe."""
    recipe = json.loads((models / STOCK_MODEL / "recipe.json").read_text(encoding="utf-8"))
    melody = next(melody for melody in recipe["melodies"] if melody["id"] == identifier)
    notes = [Note(note["onset"], note["duration"], note["pitch"]) for note in melody["notes"]]
    return notes_to_planes(notes, melody["bars"] * STEPS_PER_BAR)


def choose_piece(dataset: Dataset, identifier: str | None) -> Piece:
    """Returns the test piece of that name, or the first of a usual length."""
    for piece in dataset.of_split("test"):
        if piece.id == identifier or (identifier is None and PIECE_BARS[0] <= piece.bars <= PIECE_BARS[1]):
            return piece
    raise SystemExit(f"there is no test piece {identifier or 'of that length'}")


def render(folder: Path, name: str, dataset: Dataset, voices: Sequence[Planes]) -> Path:
    """Writes <name>.mid and <name>.wav, and returns the path of the sound."""
    tracks = [
        Track(title, program, planes_to_notes(planes))
        for (title, program), planes in zip(dataset.voices, voices, strict=True)
    ]
    midi, sound = folder / f"{name}.mid", folder / f"{name}.wav"
    midi.write_bytes(midi_bytes(TEMPO, tracks))
    command = ["fluidsynth", "-q", "-ni", "-r", str(SAMPLE_RATE), "-F", str(sound), str(SOUND_FONT), str(midi)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return sound


def main(arguments: Sequence[str]) -> int:
    """Renders all. Returns 0."""
    parser = argparse.ArgumentParser(description="Render accompaniments to sound.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--piece", help="id of a test piece")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    dataset = load_dataset(CHORALES)
    piece = choose_piece(dataset, options.piece)
    melodies = {MELODY: recipe_melody(MODELS, MELODY), piece.id: piece.planes[0]}
    print(render(folder, f"{piece.id}-bach", dataset, list(piece.planes)))
    for who, player in players(MODELS).items():
        for name, melody in melodies.items():
            voices = [melody, *player.accompany(melody, options.seed)]
            print(render(folder, f"{name}-{who}", dataset, voices))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
