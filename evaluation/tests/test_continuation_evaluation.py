"""The Transformer's evaluation as a whole, on a made-up data set and tiny models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from opencomposer_evaluation.command import main
from opencomposer_testing.evaluation_reports import absent_sections, evaluated_card
from opencomposer_testing.tiny_music import written_dataset
from opencomposer_testing.tiny_transformer import tiny_metadata, tiny_transformer

KINDS = {"composer", "seedMean", "stock", "otherSeed", "baseline", "retrieval"}


def written_model(folder: Path) -> Path:
    """Writes a stock model with one more training seed."""
    for place, seed in ((folder, 0), (folder / "seeds" / "7", 7)):
        place.mkdir(parents=True)
        (place / "model.onnx").write_bytes(tiny_transformer(tiny_metadata(context=1600), seed))
        (place / "model-card.json").write_text(json.dumps({"seed": seed, "epoch": 3}))
    return folder


def test_the_command_judges_a_network_and_fills_in_its_card(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = written_model(tmp_path / "model")
    folders = ["--model", str(model), "--dataset", str(written_dataset(tmp_path / "d"))]
    assert main(["transformer", "--windows", "4", "--replicates", "20", *folders]) == 0
    found: dict[str, Any] = json.loads((model / "evaluation.json").read_text())
    rows = {row["kind"]: row["metrics"] for row in found["comparison"]}
    assert set(rows) == KINDS | {
        f"{kind}/{split}" for kind in ("composer", "stock", "baseline") for split in ("test", "validation")
    }
    assert found["windows"] == {"bars": 8, "primeBars": 8, "hopBars": 1, "count": 4, "different": 4}
    nats = {(row["kind"], row["split"]): row["metrics"]["natsANote"]["value"] for row in found["likelihood"]}
    assert set(nats) == {
        (kind, split) for kind in ("stock", "otherSeed", "baseline") for split in ("test", "validation")
    }
    assert nats["stock", "test"] > 0
    verdicts = {goal["goal"]: goal["verdict"] for goal in found["goals"][0]["goals"]}
    assert verdicts["nats a note, test pieces"] == "not reached"
    assert verdicts["ends in the bar asked for"] == "reached"
    assert verdicts["notes and rests beyond the limits asked for"] == "reached"
    assert verdicts["notes of other voices where one goes on"] == "reached"
    assert [name for name, verdict in verdicts.items() if verdict == "not measured"] == [
        "nats a sixteenth and voice on the canonical split of JSB, where no model was trained"
    ]
    assert {row["kind"] for row in found["infilling"]} == {"stock", "otherSeed", "seams"}
    assert {(row["kind"], row["melodies"]) for row in found["copies"]} >= {("stock", "training"), ("stock", "held out")}
    headings = (
        "Goals",
        "How likely held-out music is",
        "Continuations",
        "How it ends",
        "Bars filled in",
        "Copies",
        "Variety",
        "What is asked for",
    )
    assert absent_sections(model, capsys.readouterr().out, headings) == []
    card = evaluated_card(model)
    assert card["evaluation"]["metrics"]["natsANote"]["value"] == nats["stock", "test"]
    assert card["evaluation"]["metrics"]["grade"]["composer"] == rows["composer"]["grade"]["value"]


@pytest.mark.parametrize("option", ["--tunes", "--chorales"])
def test_it_harmonizes_nothing(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["transformer", option])
    assert ended.value.code == 2
    assert f"transformer harmonizes no melodies: it is judged without {option}" in capsys.readouterr().err
