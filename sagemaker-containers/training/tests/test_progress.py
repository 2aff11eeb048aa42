"""Progress lines are appended whole, rewound after a resume, and printed so that the metric patterns find them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from opencomposer_training.progress import append_progress, metrics_line, rewind_progress, write_reference


def lines(folder: Path) -> list[int]:
    return [json.loads(line)["epoch"] for line in (folder / "progress.jsonl").read_text().splitlines()]


def test_lines_are_appended_with_their_time(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoints"
    append_progress(folder, {"epoch": 1, "criticLoss": -1.5})
    append_progress(folder, {"epoch": 2, "criticLoss": -2.5})
    first = json.loads((folder / "progress.jsonl").read_text().splitlines()[0])
    assert first["criticLoss"] == -1.5
    assert first["timestamp"].endswith("Z")
    assert lines(folder) == [1, 2]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_json_cannot_hold_is_refused_before_anything_is_written(tmp_path: Path, value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        append_progress(tmp_path, {"epoch": 1, "criticLoss": value})
    assert not (tmp_path / "progress.jsonl").exists()


def test_rewinding_leaves_one_whole_line_for_each_epoch_that_the_checkpoint_knows(tmp_path: Path) -> None:
    for epoch in (1, 2, 2, 3, 4):
        append_progress(tmp_path, {"epoch": epoch})
        (tmp_path / f"samples/epoch-{epoch:04d}").mkdir(parents=True, exist_ok=True)
    with (tmp_path / "progress.jsonl").open("ab") as file:
        file.write(b'{"epoch": 5, "crit\xff')
    rewind_progress(tmp_path, 3)
    assert lines(tmp_path) == [1, 2, 3]
    assert sorted(path.name for path in (tmp_path / "samples").iterdir()) == ["epoch-0001", "epoch-0002", "epoch-0003"]
    append_progress(tmp_path, {"epoch": 4})
    assert lines(tmp_path) == [1, 2, 3, 4]


def test_rewinding_an_empty_folder_does_nothing(tmp_path: Path) -> None:
    rewind_progress(tmp_path, 0)
    assert list(tmp_path.iterdir()) == []


def test_the_stdout_line_is_anchored_and_plain() -> None:
    assert metrics_line(3, {"generatorLoss": -1e-9, "criticLoss": 123456789.125}, {}) == (
        "[opencomposer] epoch=3 generatorLoss=-0.000000 criticLoss=123456789.125000"
    )
    with pytest.raises(ValueError, match="not finite"):
        metrics_line(3, {"criticLoss": float("nan")}, {})


def test_the_stdout_line_has_every_loss_and_of_the_metrics_those_that_every_technique_reports() -> None:
    metrics = {"tonalDistance": 1.4, "samplesPerSecond": 12.0, "similarityIndex": 0.2}
    assert metrics_line(1, {"oddLoss": 0.5, "loss": 2.0}, metrics) == (
        "[opencomposer] epoch=1 oddLoss=0.500000 loss=2.000000 similarityIndex=0.200000 samplesPerSecond=12.000000"
    )


def test_the_reference_is_written(tmp_path: Path) -> None:
    write_reference(tmp_path, {"emptyBarRate": 0.0}, {"similarityIndex": 0.02})
    assert json.loads((tmp_path / "reference.json").read_text()) == {
        "schemaVersion": 1,
        "metrics": {"emptyBarRate": 0.0},
        "validation": {"similarityIndex": 0.02},
    }
