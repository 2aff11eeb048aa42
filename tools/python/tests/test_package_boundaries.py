"""import-linter refuses each import that the boundaries of the packages forbid, by our own rules (.importlinter).

The rules are run on a copy of the packages that has the modules named here and no code. One import is added to it.
"""

from __future__ import annotations

import configparser
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
RULES = REPOSITORY / ".importlinter"
RUN = "from importlinter.cli import lint_imports_command as run; run()"
MODULES = (
    "opencomposer_music.metrics",
    "opencomposer_serving.onnx_file",
    "opencomposer_serving.failures",
    "opencomposer_serving.server",
    "opencomposer_training.dataset",
    "opencomposer_container.container_commands",
    "opencomposer_unet_gan.serve",
    "opencomposer_unet_gan.generation",
    "opencomposer_ar_cnn.serve",
    "opencomposer_ar_cnn.training",
    "opencomposer_transformer.network",
    "opencomposer_evaluation.command",
    "opencomposer_testing.tiny_music",
)
ALLOWED = {
    "opencomposer_training.onnx_export": (
        "import torch",
        "import opencomposer_serving.onnx_file",
        "import opencomposer_serving.failures",
    ),
    "opencomposer_unet_gan.serve": ("import opencomposer_unet_gan.generation",),
    "opencomposer_unet_gan.generation": ("import opencomposer_serving.server", "import opencomposer_music.metrics"),
    "opencomposer_ar_cnn.training": ("import torch", "import opencomposer_training.dataset"),
    "opencomposer_testing.tiny_music": ("import opencomposer_evaluation.command",),
}
"""Imports that the rules allow, by the module that has them."""

LAYERS = "A package imports those below it, and techniques not each other"
MUSIC = "Music is numpy only"
SERVING = "Serving needs no training code"
TRAINING = "Training takes from serving only the rules of a model file"


def check(folder: Path, more: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs import-linter on the packages of MODULES with the imports of ALLOWED and those of `more`."""
    for module in {*MODULES, *ALLOWED, *more}:
        package, name = module.split(".")
        (folder / package).mkdir(exist_ok=True)
        (folder / package / "__init__.py").touch()
        lines = [*ALLOWED.get(module, ()), *([more[module]] if module in more else [])]
        (folder / package / f"{name}.py").write_text("".join(f"{line}\n" for line in lines))
    return subprocess.run(
        [sys.executable, "-c", RUN, "--no-cache", "--config", str(RULES)],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_imports_that_are_allowed_keep_every_rule(tmp_path: Path) -> None:
    done = check(tmp_path, {})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(
    ("module", "line", "rule"),
    [
        ("opencomposer_music.metrics", "import opencomposer_training.dataset", LAYERS),
        ("opencomposer_music.metrics", "import torch", MUSIC),
        ("opencomposer_container.container_commands", "import opencomposer_music.metrics", LAYERS),
        ("opencomposer_serving.server", "import opencomposer_training.dataset", SERVING),
        ("opencomposer_unet_gan.generation", "import torch", SERVING),
        ("opencomposer_ar_cnn.serve", "import opencomposer_ar_cnn.training", SERVING),
        ("opencomposer_training.dataset", "import opencomposer_serving.server", TRAINING),
        ("opencomposer_training.dataset", "import opencomposer_ar_cnn.training", LAYERS),
        ("opencomposer_ar_cnn.training", "import opencomposer_unet_gan.generation", LAYERS),
        ("opencomposer_ar_cnn.training", "import opencomposer_evaluation.command", LAYERS),
        ("opencomposer_training.dataset", "import opencomposer_testing.tiny_music", LAYERS),
        ("opencomposer_evaluation.command", "import opencomposer_testing.tiny_music", LAYERS),
    ],
)
def test_a_forbidden_import_is_refused(tmp_path: Path, module: str, line: str, rule: str) -> None:
    done = check(tmp_path, {module: line})
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{rule} BROKEN" in done.stdout
    assert module in done.stdout


def rules() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read_string(RULES.read_text("utf-8"))
    return parser


def test_every_package_is_under_the_rules() -> None:
    sources = [*REPOSITORY.glob("sagemaker-containers/*/src/*/"), *REPOSITORY.glob("evaluation/src/*/")]
    packages = {source.name for source in sources if (source / "__init__.py").is_file()}
    assert packages == set(rules()["importlinter"]["root_packages"].split())


def test_every_technique_with_a_container_is_in_the_layer_of_techniques() -> None:
    every = REPOSITORY.glob("contracts/techniques/*.json")
    documents = [document for document in every if "x-losses" in json.loads(document.read_text("utf-8"))]
    packages = {f"opencomposer_{document.stem.replace('-', '_')}" for document in documents}
    layers = rules()["importlinter:contract:layers"]["layers"].strip().splitlines()
    assert packages in [set(layer.replace("|", " ").split()) for layer in layers]
