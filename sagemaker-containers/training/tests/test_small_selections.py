"""A training of every technique on hardly any pieces."""

from __future__ import annotations

from pathlib import Path

import pytest
from opencomposer_testing.tiny_training_job import keep_piece, progress_lines, write_job
from opencomposer_testing.tiny_training_runs import RUNS
from opencomposer_training.environment import TrainingFailure


@pytest.mark.parametrize("technique", list(RUNS))
def test_pieces_that_are_all_held_out_are_no_training_data(tmp_path: Path, technique: str) -> None:
    write_job(tmp_path, technique, {})
    keep_piece(tmp_path, 3)
    with pytest.raises(TrainingFailure, match="no piece to train on"):
        RUNS[technique](tmp_path)


@pytest.mark.parametrize("technique", list(RUNS))
def test_a_single_piece_is_enough(tmp_path: Path, technique: str) -> None:
    write_job(tmp_path, technique, {})
    keep_piece(tmp_path, 0)
    assert RUNS[technique](tmp_path, epochs=1).run() == "epochs"
    assert progress_lines(tmp_path)[0]["epoch"] == 1
