"""The server's settings, read from the environment once at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from opencomposer_music.model_limits import MAX_MODEL_BYTES

from opencomposer_serving.model_fetch import Origin, parse_origin

MEBIBYTE = 1024 * 1024

DEFAULT_HOST = "0.0.0.0"  # noqa: S104 - SageMaker calls the container from outside of it
DEFAULT_PORT = 8080
DEFAULT_CACHE_BYTES = 2048 * MEBIBYTE
DEFAULT_MEMORY_BYTES = 256 * MEBIBYTE
DEFAULT_REQUEST_SECONDS = 44


class SettingsError(ValueError):
    """Environment variables that cannot be used; the message names each one with its value and what is allowed."""


@dataclass(frozen=True)
class ServingSettings:
    """The host and port to bind, the sources of models, and every limit in bytes and seconds."""

    host: str
    port: int
    stock_models_dir: Path | None
    model_origins: tuple[Origin, ...]
    cache_dir: Path | None
    cache_bytes: int
    memory_bytes: int
    model_max_bytes: int
    request_seconds: int
    threads: int | None


def read_settings(environment: Mapping[str, str]) -> ServingSettings:
    """Reads and checks all settings; an empty variable counts as absent.

    Raises SettingsError that names every broken variable at once.
    """
    broken: list[str] = []

    def integer(name: str, default: int, minimum: int, maximum: int) -> int:
        text = environment.get(name, "").strip()
        if not text:
            return default
        if text.isascii() and text.isdigit() and len(text) <= 15 and minimum <= int(text) <= maximum:
            return int(text)
        broken.append(f"{name} is {text[:80]!r} (allowed: an integer from {minimum} to {maximum})")
        return default

    def folder(name: str) -> Path | None:
        text = environment.get(name, "").strip()
        return Path(text) if text else None

    origins = []
    for text in environment.get("OPENCOMPOSER_MODEL_ORIGINS", "").split():
        try:
            origins.append(parse_origin(text))
        except ValueError as error:
            broken.append(f"OPENCOMPOSER_MODEL_ORIGINS holds {text[:200]!r}: {error}")
    stock_models_dir = folder("OPENCOMPOSER_STOCK_MODELS_DIR")
    if stock_models_dir is not None and not stock_models_dir.is_dir():
        broken.append(f"OPENCOMPOSER_STOCK_MODELS_DIR is {str(stock_models_dir)!r} (allowed: an existing folder)")
    gibibytes_64 = 64 * 1024 * MEBIBYTE
    model_max_bytes = integer("OPENCOMPOSER_MODEL_MAX_BYTES", MAX_MODEL_BYTES, 1, MAX_MODEL_BYTES)
    memory_bytes = integer("OPENCOMPOSER_MODEL_MEMORY_BYTES", DEFAULT_MEMORY_BYTES, 1, gibibytes_64)
    if memory_bytes < model_max_bytes:
        broken.append(
            f"OPENCOMPOSER_MODEL_MEMORY_BYTES is {memory_bytes} "
            f"(allowed: at least OPENCOMPOSER_MODEL_MAX_BYTES, which is {model_max_bytes})"
        )
    threads = integer("OPENCOMPOSER_INFERENCE_THREADS", 0, 0, 256)
    settings = ServingSettings(
        host=environment.get("SAGEMAKER_BIND_HOST", "").strip() or DEFAULT_HOST,
        port=integer("SAGEMAKER_BIND_TO_PORT", DEFAULT_PORT, 0, 65535),
        stock_models_dir=stock_models_dir,
        model_origins=tuple(origins),
        cache_dir=folder("OPENCOMPOSER_MODEL_CACHE_DIR"),
        cache_bytes=integer("OPENCOMPOSER_MODEL_CACHE_BYTES", DEFAULT_CACHE_BYTES, 0, gibibytes_64),
        memory_bytes=memory_bytes,
        model_max_bytes=model_max_bytes,
        request_seconds=integer("OPENCOMPOSER_REQUEST_SECONDS", DEFAULT_REQUEST_SECONDS, 1, 900),
        threads=threads or None,
    )
    if broken:
        raise SettingsError("; ".join(broken))
    return settings
