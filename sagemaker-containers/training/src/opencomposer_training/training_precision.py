"""The precision of the numbers in which a network is trained (PyTorch)."""

from __future__ import annotations

from typing import Literal

import torch

Precision = Literal["bfloat16", "float32"]


def choose_precision(device: torch.device, *, with_avx512: bool) -> Precision:
    """Returns bfloat16 where it is faster: on GPUs from Ampere on, on CPUs with AMX, and on those with AVX512-BF16
    alone where the technique has measured that its network gains by it (`with_avx512`)."""
    if device.type == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    features = torch.cpu.get_capabilities()
    if features.get("amx_bf16") or (features.get("avx512_bf16") and with_avx512):
        return "bfloat16"
    return "float32"


def restored_precision(value: object) -> Precision:
    """Returns the precision that a checkpoint names. Raises ValueError where it names none."""
    if value == "bfloat16":
        return "bfloat16"
    if value == "float32":
        return "float32"
    raise ValueError(f"{value!r} is no precision"[:200])
