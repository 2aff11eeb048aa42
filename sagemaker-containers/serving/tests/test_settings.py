"""Settings from the environment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from opencomposer_music.model_limits import MAX_MODEL_BYTES
from opencomposer_serving.settings import SettingsError, read_settings
from opencomposer_testing.serving_process import REPOSITORY


def test_an_empty_environment_is_what_sagemaker_expects() -> None:
    settings = read_settings({})
    assert (settings.host, settings.port) == ("0.0.0.0", 8080)  # noqa: S104
    assert settings.model_origins == ()
    assert settings.stock_models_dir is None
    assert settings.cache_dir is None
    assert settings.threads is None
    assert settings.memory_bytes >= settings.model_max_bytes


def test_empty_variables_count_as_absent() -> None:
    names = [
        "SAGEMAKER_BIND_TO_PORT",
        "SAGEMAKER_BIND_HOST",
        "OPENCOMPOSER_MODEL_ORIGINS",
        "OPENCOMPOSER_MODEL_MAX_BYTES",
    ]
    assert read_settings(dict.fromkeys(names, " ")) == read_settings({})


def test_every_variable_is_read(tmp_path: Path) -> None:
    settings = read_settings(
        {
            "SAGEMAKER_BIND_TO_PORT": "9000",
            "SAGEMAKER_BIND_HOST": "127.0.0.1",
            "OPENCOMPOSER_STOCK_MODELS_DIR": str(tmp_path),
            "OPENCOMPOSER_MODEL_ORIGINS": "https://a.example http://127.0.0.1:4566",
            "OPENCOMPOSER_MODEL_CACHE_DIR": str(tmp_path / "cache"),
            "OPENCOMPOSER_MODEL_CACHE_BYTES": "5",
            "OPENCOMPOSER_MODEL_MEMORY_BYTES": "4",
            "OPENCOMPOSER_MODEL_MAX_BYTES": "3",
            "OPENCOMPOSER_REQUEST_SECONDS": "2",
            "OPENCOMPOSER_INFERENCE_THREADS": "1",
        }
    )
    assert [str(origin) for origin in settings.model_origins] == ["https://a.example", "http://127.0.0.1:4566"]
    assert (settings.port, settings.host, settings.stock_models_dir) == (9000, "127.0.0.1", tmp_path)
    assert settings.cache_dir == tmp_path / "cache"
    assert (settings.cache_bytes, settings.memory_bytes, settings.model_max_bytes) == (5, 4, 3)
    assert (settings.request_seconds, settings.threads) == (2, 1)


def test_the_largest_model_is_the_contract_s_and_memory_must_hold_it() -> None:
    contract = json.loads((REPOSITORY / "contracts/model-limits.json").read_text())
    assert read_settings({}).model_max_bytes == MAX_MODEL_BYTES == contract["maxModelBytes"]
    with pytest.raises(SettingsError, match=f"OPENCOMPOSER_MODEL_MAX_BYTES is '{MAX_MODEL_BYTES + 1}' "):
        read_settings({"OPENCOMPOSER_MODEL_MAX_BYTES": str(MAX_MODEL_BYTES + 1)})
    with pytest.raises(SettingsError, match="OPENCOMPOSER_MODEL_MEMORY_BYTES is 1 "):
        read_settings({"OPENCOMPOSER_MODEL_MEMORY_BYTES": "1"})


@pytest.mark.parametrize("text", ["-1", "65536", "8080.0", "0x10", "١", "many", "1" * 400])
def test_a_port_that_is_none_is_refused_with_its_range(text: str) -> None:
    with pytest.raises(SettingsError, match="allowed: an integer from 0 to 65535"):
        read_settings({"SAGEMAKER_BIND_TO_PORT": text})
