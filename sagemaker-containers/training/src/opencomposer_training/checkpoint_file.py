"""Reads a checkpoint's file that may be damaged or made by somebody else. It is for training only
(PyTorch).

PyTorch writes a ZIP archive: `data.pkl`, a pickle of everything but the tensors' numbers, and one record of numbers a
tensor (https://docs.pytorch.org/docs/stable/notes/serialization.html). PyTorch's own reader makes objects of many
kinds, among them some as large as the pickle says. This one takes the four kinds that our checkpoints hold, and
allocates nothing that is not in the file.
"""

from __future__ import annotations

import io
import pickle
import pickletools
import zipfile
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, NoReturn

import torch

MAX_CHECKPOINT_BYTES = 256 * 1024 * 1024
"""The maximum size of a checkpoint in bytes. The largest that a training writes, of a `large` U-Net GAN, has 73 MB."""
MAX_PICKLE_BYTES = 4 * 1024 * 1024
MAX_RECORDS = 20_000

# fmt: off
OPCODES = frozenset((
    "PROTO", "STOP", "MARK", "NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT",
    "BINUNICODE", "EMPTY_LIST", "APPEND", "APPENDS", "EMPTY_DICT", "SETITEM", "SETITEMS", "EMPTY_TUPLE", "TUPLE",
    "TUPLE1", "TUPLE2", "TUPLE3", "BINPUT", "LONG_BINPUT", "BINGET", "LONG_BINGET", "GLOBAL", "REDUCE", "BUILD",
    "BINPERSID",
))
# fmt: on
"""The opcodes that pickles of protocol 2 need for numbers, texts, lists, dicts and tensors. Others allocate by a length
that they state, or make objects."""
MAX_INTEGER_DIGITS = 8
"""The maximum number of bytes of an integer."""

STORAGE_TYPES = {"FloatStorage": torch.float32, "LongStorage": torch.int64}


class BrokenCheckpoint(Exception):
    """The file is no checkpoint."""


def read_checkpoint(content: bytes) -> object:
    """Returns the content of a checkpoint's file. Raises BrokenCheckpoint for any other bytes; memory stays within a
    few times the file's size."""
    if len(content) > MAX_CHECKPOINT_BYTES:
        raise BrokenCheckpoint(f"it has more than {MAX_CHECKPOINT_BYTES} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            records = _records(archive, len(content))
            return _Unpickler(records).load()
    except BrokenCheckpoint:
        raise
    except Exception as error:  # noqa: BLE001 - damaged bytes make zipfile and pickle raise whatever they met first
        raise BrokenCheckpoint(type(error).__name__) from None


def _records(archive: zipfile.ZipFile, size: int) -> dict[str, bytes]:
    """Returns the archive's records by their names without the archive's own. Each is compared with its checksum."""
    entries = archive.infolist()
    if len(entries) > MAX_RECORDS or sum(entry.file_size for entry in entries) > size:
        raise BrokenCheckpoint("its records are larger than the file")
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise BrokenCheckpoint("it is compressed, which no checkpoint of ours is")
    return {entry.filename.partition("/")[2]: archive.read(entry) for entry in entries}


class _Unpickler(pickle.Unpickler):
    """Makes numbers, texts, lists, dicts and tensors, and nothing else."""

    def __init__(self, records: dict[str, bytes]) -> None:
        content = records.get("data.pkl", b"")
        _check_opcodes(content)
        if records.get("byteorder", b"little") != b"little":
            raise BrokenCheckpoint("its numbers are in another byte order")
        super().__init__(io.BytesIO(content))
        self._records = records
        self._storages: dict[str, torch.Tensor] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if module == "torch" and name in STORAGE_TYPES:
            return STORAGE_TYPES[name]
        raise BrokenCheckpoint(f"it holds a {module}.{name}"[:200])

    def persistent_load(self, identity: Any) -> torch.Tensor:
        kind, dtype, key, _, numbers = identity
        if kind != "storage" or not isinstance(dtype, torch.dtype) or not isinstance(key, str):
            raise BrokenCheckpoint("it refers to something that is no tensor")
        if key not in self._storages:
            record = self._records[f"data/{key}"]
            found = torch.frombuffer(bytearray(record), dtype=dtype) if record else torch.empty(0, dtype=dtype)
            self._storages[key] = found
        storage = self._storages[key]
        if storage.dtype != dtype or storage.numel() != numbers:
            raise BrokenCheckpoint("a tensor has another size than its numbers")
        return storage


def _tensor(
    storage: torch.Tensor, offset: int, size: Sequence[int], stride: Sequence[int], *_more: object
) -> torch.Tensor:
    """Returns a tensor of which every number is in the file exactly once."""
    whole = [offset, *size, *stride]
    if any(type(number) is not int or number < 0 for number in whole) or len(size) != len(stride):
        raise BrokenCheckpoint("a tensor has no shape")
    numbers = 1
    for axis in size:
        numbers *= axis
    last = offset + sum((axis - 1) * step for axis, step in zip(size, stride, strict=True))
    if numbers > storage.numel() or (numbers and last >= storage.numel()):
        raise BrokenCheckpoint("a tensor is larger than its numbers")
    return storage.as_strided(tuple(size), tuple(stride), offset)


def _check_opcodes(content: bytes) -> None:
    """Raises BrokenCheckpoint for a pickle that does more than ours do, or names memory cells far beyond its size."""
    if not 0 < len(content) <= MAX_PICKLE_BYTES:
        raise BrokenCheckpoint("its pickle is missing or too large")
    for opcode, argument, _ in pickletools.genops(content):
        if opcode.name not in OPCODES:
            _refuse_opcode(opcode.name)
        if opcode.name == "LONG1" and isinstance(argument, int) and argument.bit_length() > 8 * MAX_INTEGER_DIGITS:
            _refuse_opcode("a long number")
        if opcode.name.endswith("BINPUT") and isinstance(argument, int) and argument > len(content):
            _refuse_opcode("a cell of memory that it cannot need")


def _refuse_opcode(content: str) -> NoReturn:
    raise BrokenCheckpoint(f"its pickle holds {content}")
