"""The common part of the builders of stock data sets: splits, the manifest beside the pieces, and a build's folder."""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import unicodedata
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from opencomposer_music.keys import find_key
from opencomposer_music.piano_roll import Note
from opencomposer_training.dataset_shards import pack_shards

FOLDER = Path(__file__).resolve().parent
MANIFEST = "manifest.json"
KEYS = ("c", "d-flat", "d", "e-flat", "e", "f", "f-sharp", "g", "a-flat", "a", "b-flat", "b")

Job = TypeVar("Job")
Result = TypeVar("Result")


class Skipped(NamedTuple):
    """A file of the source that is not part of the data set, and the reason."""

    id: str
    reason: str


class NotUsable(Exception):
    """A file cannot be part of the data set. The message is the reason, in one sentence."""


@dataclass(frozen=True)
class StockDataset:
    """What a data set says of itself."""

    id: str
    version: str
    name: str
    license: str
    source: str

    @property
    def committed_folder(self) -> Path:
        """Returns the folder of the repository with the manifest."""
        return FOLDER / self.id

    @property
    def committed_manifest(self) -> Path:
        """Returns the manifest with the checksum that every build must have."""
        return self.committed_folder / MANIFEST

    def pack(
        self, lines: Sequence[Mapping[str, Any]], built_with: Mapping[str, str], skipped: Iterable[Skipped]
    ) -> dict[str, bytes]:
        """Returns the files of the data set. lines: the pieces (contracts/dataset-piece.schema.json), in their
        order."""
        shards = pack_shards([f"{encode(line)}\n".encode() for line in lines])
        manifest = {
            "schemaVersion": 2,
            "id": self.id,
            "version": self.version,
            "name": self.name,
            # The name `licence` of the files stays as it is, because stored data sets have it.
            "licence": self.license,
            "source": self.source,
            "pieces": len(lines),
            "bars": sum(line["bars"] for line in lines),
            "sha256": shards.sha256,
            "shards": shards.listed,
            "builtWith": dict(built_with),
            "skipped": [one._asdict() for one in sorted(skipped)],
        }
        return {**shards.files, MANIFEST: f"{json.dumps(manifest, indent=2, sort_keys=True)}\n".encode()}

    def is_built(self, folder: Path) -> bool:
        """Returns True if the folder holds this version, with the checksums of the committed manifest."""
        try:
            manifest = json.loads((folder / MANIFEST).read_text())
            committed = json.loads(self.committed_manifest.read_text())
            digest = hashlib.sha256()
            for shard in committed["shards"]:
                digest.update(gzip.decompress((folder / shard["file"]).read_bytes()))
            return bool(manifest == committed and digest.hexdigest() == committed["sha256"])
        except (OSError, EOFError, zlib.error, ValueError, KeyError):
            return False

    def difference(self, files: Mapping[str, bytes]) -> str | None:
        """Returns the sentence that tells how a build differs from the committed manifest, None where it does not."""
        if files[MANIFEST] == self.committed_manifest.read_bytes():
            return None
        built, committed = json.loads(files[MANIFEST]), json.loads(self.committed_manifest.read_text())
        return (
            f"The build of {self.id} {self.version} differs from the committed one: sha256 {built['sha256']} instead "
            f"of {committed['sha256']}, built with {_versions(built)} instead of {_versions(committed)}."
        )


def _versions(manifest: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {version}" for name, version in sorted(manifest["builtWith"].items()))


def encode(value: object) -> str:
    """Returns JSON in one fixed spelling, so that equal content has equal bytes."""
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def slug(text: str) -> str:
    """Returns lower-case ASCII words joined by hyphens, for comparing titles that editors spell differently."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower().replace("'", "")).strip("-")


def length_tag(bars: int, short: int, medium: int) -> str:
    """Returns the length topic: short up to so many bars, medium up to so many, long beyond."""
    return "short" if bars <= short else "medium" if bars <= medium else "long"


def key_tags(notes: Sequence[Note]) -> tuple[str, str]:
    """Returns the topics for the key and for the mode whose profile fits best to the tones."""
    sounding = np.repeat([note.pitch for note in notes], [note.duration for note in notes]).astype(np.int64)
    key = find_key(sounding)
    return f"{KEYS[key.tonic]}-{key.mode}", key.mode


def split_tunes(bars: Mapping[str, int]) -> dict[str, str]:
    """Maps each tune, of which `bars` says how many bars it has, to train, validation or test: about 80/10/10 of them.

    Tunes are taken in the order of their hash (so the order says nothing about the music) and each goes to the split
    that is furthest below its share.
    """
    shares = {"train": 0.8, "validation": 0.1, "test": 0.1}
    filled: Counter[str] = Counter()
    result: dict[str, str] = {}
    for tune in sorted(bars, key=lambda name: hashlib.sha256(name.encode()).hexdigest()):
        split = max(shares, key=lambda name: shares[name] - filled[name] / max(1, sum(filled.values())))
        result[tune] = split
        filled[split] += bars[tune]
    return result


def skipped_lines(reasons: Iterable[str]) -> list[str]:
    """Returns one line for each reason with the number of pieces, the most frequent first. What only one piece has, as
    the name of another, is left out."""
    general = (re.sub(r" \(.*\)", "", reason) for reason in reasons)
    counts = Counter(
        re.sub(r"(the same notes as|another encoding of) .*", r"\1 another piece", reason) for reason in general
    )
    return [f"skipped {count}: {reason}" for reason, count in counts.most_common()]


def read_in_processes(
    name: str, jobs: Sequence[Job], read: Callable[[Job], Result], workers: int, every: int
) -> list[Result]:
    """Returns what `read` makes of each job, in their order. After every `every` jobs it says how far it is."""
    results: list[Result] = []
    with multiprocessing.get_context("spawn").Pool(max(1, workers)) as pool:
        for count, result in enumerate(pool.imap(read, jobs), start=1):
            results.append(result)
            if count % every == 0 or count == len(jobs):
                print(f"{name}: read {count} of {len(jobs)} files", flush=True)
    return results


def build_into_cache(dataset: StockDataset, build: Callable[[int], dict[str, bytes]], arguments: list[str]) -> int:
    """Builds a data set from the installed music21 into CACHE/<id>/<version>, where it is not there already. build:
    returns the files, given a number of worker processes.

    Returns 0 when it is there and verified, 1 when another one was built than the committed manifest says.
    """
    parser = argparse.ArgumentParser(description=f"Build the data set {dataset.id} from the installed music21 package.")
    parser.add_argument("cache", type=Path, help=f"folder to build into; the result lies in {dataset.id}/VERSION")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument(
        "--accept-new-manifest", action="store_true", help="replace the committed manifest instead of verifying it"
    )
    options = parser.parse_args(arguments)
    target: Path = options.cache / dataset.id / dataset.version
    if not options.accept_new_manifest and dataset.is_built(target):
        print(f"{dataset.id} {dataset.version} is built and intact: {target}", flush=True)
        return 0
    os.nice(5)
    files = build(options.workers)
    if options.accept_new_manifest:
        dataset.committed_folder.mkdir(parents=True, exist_ok=True)
        dataset.committed_manifest.write_bytes(files[MANIFEST])
    elif (difference := dataset.difference(files)) is not None:
        print(f"{difference} Install the pinned version (datasets/requirements.txt).", file=sys.stderr)
        return 1
    place_build(files, target)
    manifest = json.loads(files[MANIFEST])
    print(f"{dataset.id} {dataset.version}: {manifest['pieces']} pieces, {manifest['bars']} bars in {target}")
    for line in skipped_lines(skip["reason"] for skip in manifest["skipped"]):
        print(f"  {line}")
    return 0


def place_build(files: Mapping[str, bytes], target: Path) -> None:
    """Writes the files into the folder `target`, which then has all of them and nothing else."""
    target.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=".building-", dir=target.parent))
    try:
        for name, written in files.items():
            (building / name).write_bytes(written)
        building.chmod(0o755)
        if target.exists():
            shutil.rmtree(target)
        building.rename(target)
    finally:
        shutil.rmtree(building, ignore_errors=True)
