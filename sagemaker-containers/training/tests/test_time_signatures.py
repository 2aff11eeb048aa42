"""Every technique trains in 3/4 and in 6/8, and plays in the time signature that it was trained in and in no other."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import mido
import pytest
from opencomposer_ar_cnn.generation import ArCnn
from opencomposer_music.model_metadata import Limits
from opencomposer_music.piano_roll import Note
from opencomposer_music.time_signatures import BAR_SHAPES, BarShape, TimeSignature
from opencomposer_serving.deadline import Deadline
from opencomposer_serving.failures import InvocationFailure
from opencomposer_serving.invocation import InvocationRequest, Melody, ModelReference
from opencomposer_serving.technique import Generated
from opencomposer_serving.time_signature_check import check_time_signature
from opencomposer_testing.tiny_training_job import made_up_piece, packed, validate
from opencomposer_testing.tiny_training_runs import RUNS, unet_gan_run
from opencomposer_training.dataset import build_dataset
from opencomposer_training.environment import TrainingFailure
from opencomposer_transformer.transformer import Transformer
from opencomposer_unet_gan.generation import UnetGan

SERVED: Mapping[str, Callable[..., Any]] = {"unet-gan": UnetGan, "ar-cnn": ArCnn, "transformer": Transformer}
BARS = 3
"""A number of bars of twelve steps that is no whole number of a network's units."""
BOTH: tuple[TimeSignature, ...] = ("3/4", "4/4")


def play(technique: str, model: bytes, time_signature: TimeSignature) -> Generated:
    """Returns what a model makes of a melody of quarters."""
    bar = BAR_SHAPES[time_signature]
    notes = tuple(Note(step, 4, 60 + step % 5) for step in range(0, BARS * bar.steps, 4))
    served = SERVED[technique](threads=1)
    request = InvocationRequest(
        technique,
        ModelReference("0" * 64, len(model), None),
        7,
        Melody(BARS, notes, bar=bar),
        served.document.parameters.completed({}),
    )
    generated: Generated = served.generate(served.load(model), request, Deadline.after(120))
    return generated


@pytest.mark.parametrize("time_signature", ["3/4", "6/8"])
@pytest.mark.parametrize("technique", RUNS)
def test_a_model_is_trained_and_plays_in_its_time_signature(
    technique: str, time_signature: TimeSignature, tmp_path: Path
) -> None:
    run = RUNS[technique](tmp_path, epochs=1, time_signature=time_signature)
    assert run.export(tmp_path / "model", run.run(), {"epochs": 1})
    card = json.loads((tmp_path / "model/model-card.json").read_text())
    validate("model-card", card)
    bar = BAR_SHAPES[time_signature]
    assert BarShape(card["limits"]["beatsPerBar"], card["limits"]["stepsPerBeat"]) == bar
    sample = mido.MidiFile(file=io.BytesIO((tmp_path / "checkpoints/samples/epoch-0001/up-and-down.mid").read_bytes()))
    signs = [message for message in sample if message.type == "time_signature"]
    assert [f"{sign.numerator}/{sign.denominator}" for sign in signs] == [time_signature]

    model = (tmp_path / "model/model.onnx").read_bytes()
    generated = play(technique, model, time_signature)
    continuation: Any = generated.extra.get("continuation", {"bars": BARS})
    ends = [note.onset + note.duration for track in generated.tracks for note in track.notes]
    assert ends and max(ends) <= continuation["bars"] * bar.steps
    with pytest.raises(InvocationFailure, match=rf"trained in {time_signature}, the melody is in 4/4") as refused:
        play(technique, model, "4/4")
    assert [field.pointer for field in refused.value.broken_fields] == ["/melody/beatsPerBar"]


def test_a_melody_in_the_models_own_time_signature_is_taken() -> None:
    check_time_signature(Melody(1, (), bar=BAR_SHAPES["6/8"]), Limits(64, 36, 84, BAR_SHAPES["6/8"]))


def test_pieces_in_another_time_signature_are_counted_and_left_out() -> None:
    lines = [packed(made_up_piece(index, time_signature="3/4" if index < 3 else "6/8")) for index in range(5)]
    lines.append(packed(made_up_piece(5)))
    dataset = build_dataset(lines)
    assert dataset.bar == BAR_SHAPES["3/4"]
    assert [piece.id for piece in dataset.pieces] == ["piece-0", "piece-1", "piece-2"]
    assert dataset.left_out == {"6/8": 2, "4/4": 1}
    assert {piece.planes.shape[2] for piece in dataset.pieces} == {6 * 12}


def test_of_equally_many_bars_those_in_four_four_are_learned() -> None:
    dataset = build_dataset([packed(made_up_piece(index, time_signature=name)) for index, name in enumerate(BOTH)])
    assert dataset.bar == BAR_SHAPES["4/4"]


def test_a_training_does_not_go_on_in_another_time_signature(tmp_path: Path) -> None:
    unet_gan_run(tmp_path / "three", epochs=1, time_signature="3/4").run()
    (tmp_path / "four").mkdir()
    (tmp_path / "three/checkpoints").rename(tmp_path / "four/checkpoints")
    with pytest.raises(TrainingFailure, match="was trained in 3/4, but the selected data are in 4/4"):
        unet_gan_run(tmp_path / "four", epochs=2)
