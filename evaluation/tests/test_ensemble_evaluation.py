"""The evaluation of models of a band and of string quartets: what is counted, the baselines, and the whole command."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from opencomposer_evaluation.accompanists import NearestWindow, RandomInScale
from opencomposer_evaluation.band_arranger import BandArranger
from opencomposer_evaluation.command import main
from opencomposer_evaluation.ensemble_metrics import EnsembleVoices
from opencomposer_evaluation.registry import BAND, EVALUATIONS
from opencomposer_music.model_metadata import Voice
from opencomposer_music.piano_roll import ONSET, SOUNDING, Note, Planes, notes_to_planes, planes_to_notes
from opencomposer_testing.evaluation_reports import absent_sections, evaluated_card
from opencomposer_testing.tiny_generator import TinyGenerator
from opencomposer_testing.tiny_music import written_dataset
from opencomposer_testing.tiny_network import TinyNetwork
from opencomposer_testing.tiny_training_job import write_dataset
from opencomposer_training.dataset import Dataset, build_dataset, cut_window, iterate_pieces

STEPS = 64
MELODY = notes_to_planes([Note(16 + 4 * beat, 4, pitch) for beat, pitch in enumerate((60, 62, 64, 65) * 3)], STEPS)


def band_lines() -> list[dict[str, Any]]:
    """Returns the four shortest training pieces of the committed band, and the shortest two of the other splits."""
    shard = gzip.decompress((BAND / "pieces-0001.jsonl.gz").read_bytes())
    lines: list[dict[str, Any]] = [json.loads(line) for line in shard.splitlines()]
    lines.sort(key=lambda line: (line["bars"], line["id"]))
    long_enough = [line for line in lines if line["bars"] >= 8]
    numbers = {"train": 4, "validation": 2, "test": 2}
    return [
        line
        for split, number in numbers.items()
        for line in [line for line in long_enough if line["split"] == split][:number]
    ]


@pytest.fixture(scope="module")
def band() -> Dataset:
    return build_dataset(band_lines())


def measured(band: Dataset, tracks: list[Planes]) -> dict[str, float]:
    view = EnsembleVoices(band).view()
    counts = view.measure(MELODY, tracks)
    with np.errstate(divide="ignore", invalid="ignore"):
        sums = {name: np.array([value]) for name, value in counts.items()}
        return {name: float(statistic(sums)[0]) for name, statistic in view.statistics(3).items()}


def drums(*hits: tuple[int, int]) -> Planes:
    return notes_to_planes([Note(step, 1, pitch) for step, pitch in hits], STEPS)


def test_a_band_is_counted_from_where_the_melody_begins(band: Dataset) -> None:
    chords = notes_to_planes([Note(16, 48, 64), Note(16, 48, 67)], STEPS)
    bass = notes_to_planes([Note(16 + 4 * beat, 2, 36) for beat in range(8)], STEPS)
    beat = [(16 * bar + step, pitch) for bar in (1, 2, 3) for step, pitch in ((0, 36), (4, 38), (7, 42), (12, 38))]
    figures = measured(band, [chords, bass, drums(*beat)])
    # The bass rests in the last of the three bars.
    assert figures["emptyBarRate"] == pytest.approx(1 / 3)
    assert (figures["kickOnOne"], figures["snareOnTwoOrFour"]) == (1, 1)
    assert figures["hitsOffTheEighths"] == pytest.approx(3 / 12)
    assert figures["onsetsPerBar3"] == 4
    assert figures["meanPitch2"] == 36
    assert "meanPitch3" not in figures
    # In the first bar nobody plays, and the other three are alike: of 48 steps 4 differ.
    assert figures["grooveConsistency3"] == pytest.approx(1 - 4 / 48)


def test_the_pitches_of_drums_are_no_tones(band: Dataset) -> None:
    chords, bass = notes_to_planes([Note(16, 48, 64)], STEPS), notes_to_planes([Note(16, 48, 48)], STEPS)
    tonal = ("dissonantPairShare", "scaleConsistency", "qualifiedNoteRate", "meanPitch1", "meanPitch2")
    one = measured(band, [chords, bass, drums((16, 36), (20, 38))])
    other = measured(band, [chords, bass, drums((16, 49), (20, 51), (24, 46))])
    assert [one[name] for name in tonal] == [other[name] for name in tonal]
    lines = EnsembleVoices(band).view().lines
    assert (lines([chords, bass, drums((16, 36))]) == lines([chords, bass, drums((16, 51))])).all()


def test_retrieval_moves_the_tones_and_not_the_drums(band: Dataset) -> None:
    retrieval = NearestWindow(band.of_split("train"), 4)
    piece = band.of_split("train")[0]
    window = cut_window(piece, 0, 4, 0, 128)
    raised = np.roll(window[0], 1, axis=2)
    played = retrieval.accompany(raised, 0)
    assert (played[1][SOUNDING] == np.roll(window[2], 1, axis=2)[SOUNDING]).all()
    assert (played[2][SOUNDING] == window[3][SOUNDING]).all()


def test_random_drums_are_of_the_kit(band: Dataset) -> None:
    kit = {int(pitch) for piece in band.of_split("train") for pitch in np.nonzero(piece.planes[3, SOUNDING])[1]}
    tracks = RandomInScale(band.of_split("train")).accompany(MELODY, 1)
    hits = planes_to_notes(tracks[2])
    assert {note.pitch for note in hits} <= kit
    assert {note.duration for note in hits} == {1}


def test_the_arranger_plays_a_band_to_every_melody() -> None:
    lower = np.roll(MELODY, -2, axis=2)
    played = BandArranger("rock").accompany_many([MELODY, lower], [0, 1])
    assert [len(tracks) for tracks in played] == [3, 3]
    for tracks in played:
        assert all(track[ONSET].any() for track in tracks)
        assert {note.duration for note in planes_to_notes(tracks[2])} == {1}
        assert {36, 38} <= {note.pitch for note in planes_to_notes(tracks[2])}
        # The bass is one line, under the chords.
        assert tracks[1][SOUNDING].sum(axis=1).max() == 1
    assert (played[0][2] == BandArranger("rock").accompany(MELODY, 5)[2]).all()


def test_the_command_judges_a_band_and_fills_in_its_card(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "dataset").mkdir()
    write_dataset(tmp_path / "dataset", band_lines())
    model = tmp_path / "model"
    model.mkdir()
    voices = (
        Voice("Melody", 29, "monophonic", 40, 99),
        Voice("Chords", 30, "polyphonic", 40, 90),
        Voice("Bass", 33, "monophonic", 36, 62),
        Voice("Drums", 0, "drums", 36, 51),
    )
    (model / "model.onnx").write_bytes(TinyGenerator(voices=voices).file())
    (model / "model-card.json").write_text(json.dumps({"seed": 0, "epoch": 3}))
    folders = ["--model", str(model), "--dataset", str(tmp_path / "dataset")]
    assert main(["unet-gan-band", "--windows", "6", "--replicates", "20", *folders]) == 0
    found = json.loads((model / "evaluation.json").read_text())
    kinds = {row["kind"] for row in found["comparison"]}
    assert kinds == {"composer", "floor", "stock", "baseline"}
    assert [row["name"] for row in found["comparison"] if row["kind"] == "baseline"] == [
        "nearest training window",
        "random notes of the scale",
        "arranger, rock",
    ]
    # The tiny model plays random music, which is far from the goals, and the report says so.
    verdicts = {goal["goal"]: goal["verdict"] for goal in found["goals"][0]["goals"]}
    assert verdicts["dissonant pairs less the data's"] == "not reached"
    assert verdicts["different accompaniments of 32 (worst melody)"] == "reached"
    assert {"groove less the data's: Chords", "groove less the data's: Drums"} <= set(verdicts)
    card = evaluated_card(model)
    assert card["evaluation"]["goals"]["set"] == len(verdicts)
    assert card["evaluation"]["variety"]["composerMeanDifference"] is None
    headings = ("Held-out windows", "Goals", "Variety", "Copies")
    assert absent_sections(model, capsys.readouterr().out, headings) == []


def test_the_command_judges_a_network_of_quartets_as_one_texture(tmp_path: Path) -> None:
    model, dataset = tmp_path / "model", written_dataset(tmp_path / "dataset")
    model.mkdir()
    (model / "model.onnx").write_bytes(TinyNetwork(level=-5.0, scale=0.5).file())
    (model / "model-card.json").write_text(json.dumps({"seed": 0, "epoch": 3}))
    folders = ["--model", str(model), "--dataset", str(dataset)]
    assert main(["ar-cnn-quartet", "--windows", "3", "--replicates", "10", *folders]) == 0
    found = json.loads((model / "evaluation.json").read_text())
    assert found["technique"] == "ar-cnn"
    goals = [goal["goal"] for goal in found["goals"][0]["goals"]]
    assert "groove less the data's: all voices" in goals
    assert not any("arranger" in goal for goal in goals)
    assert evaluated_card(model)["evaluation"]["goals"]["set"] == len(goals)


def test_each_evaluation_names_a_data_set_that_there_is_or_can_be_built() -> None:
    committed = {path.parent.name for path in (BAND.parent).glob("*/manifest.json")}
    for evaluation in EVALUATIONS.values():
        assert {evaluation.dataset.name, evaluation.dataset.parent.name} & committed
    assert sum(1 for _ in iterate_pieces(BAND)) == 113
