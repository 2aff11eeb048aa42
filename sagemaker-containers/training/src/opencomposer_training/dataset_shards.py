"""The files with the pieces of a data set: `pieces-0001.jsonl.gz` and so on, a piece a line.

It imports the standard library only, because the builders of stock data sets run without the trainer.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PIECES_PER_SHARD = 2_000


@dataclass(frozen=True)
class Shards:
    """The shards of a data set.

    sha256: the digest of all lines, unpacked and in their order, which names the pieces whatever packed them.
    listed: what the manifest says of each file. files: the content by the file's name.
    """

    sha256: str
    listed: list[dict[str, Any]]
    files: dict[str, bytes]


def pack_shards(lines: Sequence[bytes], pieces_per_shard: int = PIECES_PER_SHARD) -> Shards:
    """Returns the shards of lines, each of which ends with a line feed."""
    packed = Shards(hashlib.sha256(b"".join(lines)).hexdigest(), [], {})
    for number, start in enumerate(range(0, len(lines), pieces_per_shard), start=1):
        name = f"pieces-{number:04}.jsonl.gz"
        chosen = lines[start : start + pieces_per_shard]
        # Without the time of packing, equal pieces have equal bytes.
        packed.files[name] = gzip.compress(b"".join(chosen), mtime=0)
        packed.listed.append({"file": name, "pieces": len(chosen)})
    return packed
