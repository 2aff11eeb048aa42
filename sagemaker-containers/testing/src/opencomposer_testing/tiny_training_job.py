"""A training job small enough for a test: a few made-up pieces, the folders that SageMaker would mount, the process."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
from opencomposer_music.piano_roll import Note
from opencomposer_music.time_signatures import BAR_SHAPES, TimeSignature
from opencomposer_training.dataset_shards import PIECES_PER_SHARD, pack_shards
from opencomposer_training.packed_notes import pack_notes

CONTAINERS = Path(__file__).resolve().parents[3]
CONTRACTS = CONTAINERS.parent / "contracts"
SCALE = (0, 2, 4, 5, 7, 9, 11)
DEADLINE_SECONDS = 240
"""A tiny job that runs for longer has failed."""
TIMES = ("seconds", "elapsedSeconds", "samplesPerSecond", "timestamp")


def made_up_piece(
    index: int, *, bars: int = 6, polyphonic: bool = False, time_signature: TimeSignature = "4/4"
) -> dict[str, Any]:
    """Returns a melody of random steps in C major, with a voice a third below it and a slow bass (or chords). The notes
    are lists, which `packed` packs as a data set has them."""
    rng = np.random.default_rng(index)
    size = BAR_SHAPES[time_signature].steps
    quarters = bars * size // 4
    degrees = np.clip(np.cumsum(rng.integers(-2, 3, quarters)), -3, 7)

    def pitch(degree: int, base: int) -> int:
        return base + 12 * (degree // 7) + SCALE[degree % 7]

    melody = [[beat * 4, 4, pitch(int(degree), 60)] for beat, degree in enumerate(degrees)]
    third = [[beat * 4, 4, pitch(int(degree) - 2, 60)] for beat, degree in enumerate(degrees)]
    bass = [
        [beat * 4, min(8, 4 * (quarters - beat)), pitch(int(degrees[beat]) % 7, 48)] for beat in range(0, quarters, 2)
    ]
    if polyphonic:
        bass += [[onset, duration, low + 7] for onset, duration, low in bass]
    split = "validation" if index % 4 == 3 else "train"
    return {
        "id": f"piece-{index}",
        "title": f"Piece {index}",
        "tags": {"composer": ["nobody"]},
        "split": split,
        "tune": f"piece-{index}",
        "pickupSteps": 0,
        "bars": bars,
        **({} if time_signature == "4/4" else {"timeSignature": time_signature}),
        # Only some of the pieces say where their phrases end: every second bar with its last note.
        **(
            {}
            if index % 4 == 0
            else {"phraseEnds": [size * bar - 4 for bar in range(1, bars + 1) if bar % 2 == bars % 2]}
        ),
        "voices": [
            {"name": "Melody", "program": 73, "notes": melody},
            {"name": "Third", "program": 0, "notes": third},
            {"name": "Bass", "program": 32, "notes": bass},
        ],
    }


def made_up_band(index: int, *, bars: int = 6) -> dict[str, Any]:
    """Returns a made-up piece whose melody is accompanied by chords, bass and drums: kick, snare and closed hi-hat."""
    piece = made_up_piece(index, bars=bars)
    melody, third, bass = piece["voices"]
    chords = [[onset, 8, pitch + interval] for onset, _, pitch in bass["notes"] for interval in (12, 19)]
    drums = [[step, 3, 42] for step in range(0, bars * 16, 2)]
    drums += [[step, 1, 36 if step % 8 == 0 else 38] for step in range(0, bars * 16, 4)]
    return {
        **piece,
        "voices": [
            melody,
            {"name": "Chords", "program": 26, "notes": chords},
            {**third, "name": "Bass", "notes": bass["notes"]},
            {"name": "Drums", "program": 0, "kind": "drums", "notes": drums},
        ],
    }


def packed(piece: dict[str, Any]) -> dict[str, Any]:
    """Returns a piece whose notes are lists of onset, duration and pitch as a line of a data set."""
    voices = [{**voice, "notes": pack_notes(Note(*note) for note in voice["notes"])} for voice in piece["voices"]]
    return {**piece, "voices": voices}


def write_dataset(
    folder: Path, lines: Sequence[Mapping[str, Any]], *, shard_pieces: int = PIECES_PER_SHARD
) -> dict[str, Any]:
    """Writes the shards and the manifest of a made-up data set, and returns the manifest."""
    shards = pack_shards([(json.dumps(line) + "\n").encode() for line in lines], shard_pieces)
    manifest = {
        "schemaVersion": 2,
        "id": "made-up",
        "version": "1",
        "name": "Made up",
        "licence": "none needed",
        "source": "a test",
        "pieces": len(lines),
        "bars": sum(line["bars"] for line in lines),
        "sha256": shards.sha256,
        "shards": shards.listed,
        "builtWith": {},
        "skipped": [],
    }
    for name, content in shards.files.items():
        (folder / name).write_bytes(content)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return manifest


def write_job(
    base: Path,
    technique: str,
    hyperparameters: dict[str, str],
    *,
    pieces: int = 8,
    bars: int = 6,
    polyphonic: bool = False,
    band: bool = False,
    time_signature: TimeSignature = "4/4",
) -> None:
    """Lays out the input folders of a job under `base`. band: the pieces are played by a band with drums."""
    for folder in ("input/config", "input/data/dataset", "input/data/selection", "model", "output"):
        (base / folder).mkdir(parents=True, exist_ok=True)
    made_up = [
        made_up_band(index, bars=bars)
        if band
        else made_up_piece(index, bars=bars, polyphonic=polyphonic, time_signature=time_signature)
        for index in range(pieces)
    ]
    lines = [packed(piece) for piece in made_up]
    digest = write_dataset(base / "input/data/dataset", lines)["sha256"]
    selection = {
        "schemaVersion": 1,
        "jobId": "tiny",
        "technique": technique,
        "dataset": {"id": "made-up", "version": "1", "sha256": digest, "licence": "none needed"},
        "topics": {"composer": ["nobody"]},
        "pieces": [{"id": line["id"], "split": line["split"]} for line in lines],
        "melodies": [
            {
                "id": "up-and-down",
                "name": "Up and down",
                "tempo": 100,
                "bars": 2,
                **({} if time_signature == "4/4" else {"timeSignature": time_signature}),
                "notes": [{"onset": 4 * i, "duration": 4, "pitch": p} for i, p in enumerate((60, 62, 64, 65, 64, 62))],
            }
        ],
    }
    (base / "input/config/hyperparameters.json").write_text(json.dumps({"batchSize": "8", **hyperparameters}))
    (base / "input/data/selection/manifest.json").write_text(json.dumps(selection))


def keep_piece(base: Path, index: int) -> None:
    """Leaves only one piece in a job's selection. Of each four the last is held out."""
    path = base / "input/data/selection/manifest.json"
    selection = json.loads(path.read_text())
    path.write_text(json.dumps({**selection, "pieces": [selection["pieces"][index]]}))


@contextlib.contextmanager
def running_job(
    base: Path, technique: str, variables: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Runs the container's training entry point as the process that SageMaker would start; ends it with the test.
    variables: environment variables besides those that every run has."""
    environment = {
        "PATH": os.environ["PATH"],
        "SAGEMAKER_BASE_DIR": str(base),
        "OMP_NUM_THREADS": "1",
        **(variables or {}),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", f"opencomposer_{technique.replace('-', '_')}.train"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def progress_lines(base: Path) -> list[dict[str, Any]]:
    """Returns the whole lines of progress.jsonl, or none before there are any."""
    path = base / "checkpoints/progress.jsonl"
    return [json.loads(line) for line in path.read_text().split("\n")[:-1]] if path.exists() else []


def wait_for_epochs(base: Path, process: subprocess.Popen[str], count: int = 1) -> None:
    """Waits until a running job has written the progress lines of `count` epochs. AssertionError when it ends first, or
    they do not come in time."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while len(progress_lines(base)) < count:
        if process.poll() is not None:
            raise AssertionError(process.communicate()[0])
        if time.monotonic() > deadline:
            raise AssertionError(f"no {count} epochs in {DEADLINE_SECONDS} s; lines: {progress_lines(base)}")
        time.sleep(0.05)


def without_times(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns progress lines without the members that depend on the clock."""
    return [{key: value for key, value in line.items() if key not in TIMES} for line in lines]


def validate(contract: str, value: Any) -> None:
    """Raises jsonschema.ValidationError where the value breaks the contract."""
    schema = json.loads((CONTRACTS / f"{contract}.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(value)
