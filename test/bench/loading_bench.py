"""Measures how a container loads a data set of 20,000 pieces of about a thousand notes. Prints one JSON document.

python loading_bench.py FOLDER

FOLDER is where the data set is written before it is loaded. A process of its own loads it, so that nothing of the
writing counts.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

PIECES = 20_000
DISTINCT = 50
"""So many pieces are made up; the others repeat their notes under other ids, which costs a reader the same."""
BARS = 64


def write_dataset(folder: Path) -> None:
    """Writes shards and manifest."""
    import numpy as np
    from opencomposer_music.piano_roll import Note
    from opencomposer_training.dataset_shards import pack_shards
    from opencomposer_training.packed_notes import pack_notes

    random = np.random.default_rng(1)

    def voice(low: int) -> str:
        onsets = np.sort(random.choice(16 * BARS - 2, 250, replace=False))
        return pack_notes(Note(int(onset), 2, low + int(random.integers(12))) for onset in onsets)

    voices = [
        [{"name": name, "program": 0, "notes": voice(low)} for name, low in zip("ABCD", (72, 60, 48, 36), strict=True)]
        for _ in range(DISTINCT)
    ]
    lines = []
    for number in range(PIECES):
        piece = {
            **{"id": f"piece-{number}", "title": "A piece", "tags": {"genre": ["rock"]}, "tune": f"tune-{number}"},
            **{"split": "train", "pickupSteps": 0, "bars": BARS, "voices": voices[number % DISTINCT]},
        }
        lines.append(f"{json.dumps(piece, separators=(',', ':'))}\n".encode())
    shards = pack_shards(lines)
    manifest = {
        **{"schemaVersion": 2, "id": "made-up", "version": "1", "name": "Made up", "licence": "none", "source": "none"},
        **{"pieces": PIECES, "bars": PIECES * BARS, "sha256": shards.sha256, "shards": shards.listed},
        **{"builtWith": {}, "skipped": []},
    }
    for name, content in {**shards.files, "manifest.json": json.dumps(manifest).encode()}.items():
        (folder / name).write_bytes(content)


def load(folder: Path) -> None:
    """Loads the data set and prints what it took."""
    from opencomposer_training.dataset import build_dataset, iterate_pieces

    began = time.process_time()
    dataset = build_dataset(iterate_pieces(folder))
    seconds = time.process_time() - began
    if len(dataset.pieces) != PIECES:
        raise ValueError(f"{len(dataset.pieces)} pieces were loaded")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpuSeconds": seconds, "peakMegabytes": peak}))


if __name__ == "__main__":
    if sys.argv[1] == "--load":
        load(Path(sys.argv[2]))
    else:
        write_dataset(Path(sys.argv[1]))
        subprocess.run([sys.executable, __file__, "--load", sys.argv[1]], check=True)
