"""The samples of the stock models (models/play_samples.py): each is the melody as it is, with what the model writes."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest
from opencomposer_training.midi_file import read_midi

MODELS = Path(__file__).resolve().parents[2] / "models"


def load() -> ModuleType:
    """Returns the script as a module."""
    spec = importlib.util.spec_from_file_location("play_samples", MODELS / "play_samples.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def play_samples() -> ModuleType:
    return load()


def test_every_stock_model_has_samples_of_its_own_file() -> None:
    models = [path.parent for path in MODELS.glob("*/model.onnx")]
    assert len(models) == 4
    for folder in models:
        described = json.loads((folder / "samples" / "samples.json").read_text(encoding="utf-8"))
        assert described["model"] == hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()


def test_samples_are_the_melody_with_what_the_model_writes(play_samples: ModuleType) -> None:
    for folder in (path.parent for path in MODELS.glob("*/model.onnx")):
        recipe = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
        for melody in play_samples.melodies_of(recipe):
            tempo, tracks = read_midi((folder / "samples" / f"{melody.id}.mid").read_bytes())
            assert tempo == pytest.approx(melody.tempo, rel=1e-3)
            heard = [tuple(note[:3]) for note in tracks[0].notes]
            given = [tuple(note[:3]) for note in melody.notes]
            assert heard[: len(given)] == given
            assert sum(len(track.notes) for track in tracks) > len(given)


def test_a_model_is_played_anew_into_its_folder(play_samples: ModuleType, tmp_path: Path) -> None:
    recipe = json.loads((MODELS / "unet-gan-bach" / "recipe.json").read_text(encoding="utf-8"))
    (tmp_path / "recipe.json").write_text(json.dumps({**recipe, "melodies": recipe["melodies"][:1]}), encoding="utf-8")
    (tmp_path / "model.onnx").write_bytes((MODELS / "unet-gan-bach" / "model.onnx").read_bytes())
    samples = tmp_path / "samples"
    samples.mkdir()
    (samples / "gone.mid").write_bytes(b"MThd")
    play_samples.play(tmp_path)
    identifier = recipe["melodies"][0]["id"]
    assert sorted(path.name for path in samples.iterdir()) == sorted(["samples.json", f"{identifier}.mid"])
    first = (samples / f"{identifier}.mid").read_bytes()
    play_samples.play(tmp_path)
    assert (samples / f"{identifier}.mid").read_bytes() == first


def test_a_technique_that_nobody_here_plays_is_refused(play_samples: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="toy"):
        play_samples.write_samples(tmp_path, "toy", b"", [])
