"""The contents of images, as the Dockerfile's own program lays them out. They run with the packages of their locks
alone."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from opencomposer_testing.serving_process import CONTAINERS, REPOSITORY, ServingProcess
from opencomposer_testing.tiny_training_job import progress_lines, validate, write_job

DOCUMENTS = CONTAINERS / "music/src/opencomposer_music/techniques"
TECHNIQUES = sorted(document.stem for document in DOCUMENTS.glob("*.json"))
COPIED: dict[str, list[str]] = json.loads((CONTAINERS / "image-contents.json").read_text("utf-8"))["locks"]
"""The locks that the Dockerfile copies for each purpose; it installs one of the two of PyTorch."""
LOCKS = {purpose: [lock for lock in locks if lock != "training/torch-cuda.txt"] for purpose, locks in COPIED.items()}
ONLY_FOR_TRAINING = {"torch", "onnx", "mido", "opencomposer_training"}
ONLY_FOR_THE_DATA_SET = {"music21", "matplotlib", "pillow", "requests"}


def lay_out(purpose: str, technique: str, image: Path) -> subprocess.CompletedProcess[str]:
    """Runs the command of the Dockerfile."""
    command = [sys.executable, str(CONTAINERS / "image_contents.py"), purpose, technique, str(image)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def locked(purpose: str) -> dict[str, str]:
    """Returns version by distribution, as the locks of an image say."""
    text = "\n".join((CONTAINERS / lock).read_text("utf-8") for lock in LOCKS[purpose])
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^ \\\n]+)", text, re.MULTILINE))


def install(purpose: str, folder: Path) -> None:
    """Links the packages of an image's locks into an empty folder, from the environment that the tests run in."""
    folder.mkdir()
    for name, version in locked(purpose).items():
        distribution = importlib.metadata.distribution(name)
        assert distribution.version.split("+")[0] == version.split("+")[0]
        files = distribution.files or []
        for top in {file.parts[0] for file in files} - {"..", "__pycache__"}:
            if not (folder / top).exists():
                (folder / top).symlink_to(Path(str(distribution.locate_file(top))))


@pytest.fixture(scope="module", params=TECHNIQUES)
def technique(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def image_fixture(purpose: str, technique: str, base: Path) -> Path:
    done = lay_out(purpose, technique, base)
    assert done.returncode == 0, done.stderr
    install(purpose, base / "site-packages")
    return base


@pytest.fixture(scope="module")
def inference(technique: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return image_fixture("inference", technique, tmp_path_factory.mktemp("inference"))


@pytest.fixture(scope="module")
def training(technique: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return image_fixture("training", technique, tmp_path_factory.mktemp("training"))


def in_image(image: Path, technique: str) -> dict[str, str]:
    """Returns the variables of the image. With `python -S`, only the standard library and these are on the path."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{image / 'src'}{os.pathsep}{image / 'site-packages'}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENCOMPOSER_TECHNIQUE": technique,
        "OPENCOMPOSER_STOCK_MODELS_DIR": str(image / "models"),
    }


def run(code: str, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def modules(image: Path) -> list[str]:
    """Returns the dotted names of the modules of our packages in an image, without entry points, which run when they
    are imported."""
    files = [file.relative_to(image / "src").with_suffix("") for file in (image / "src").rglob("*.py")]
    return sorted(".".join(file.parts) for file in files if file.name not in ("__init__", "__main__"))


def imported(image: Path) -> Iterator[tuple[str, str]]:
    """Yields each module that a file of ours imports anywhere in it, also inside of functions, with the file's name."""
    for file in (image / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                yield file.name, node.module
            elif isinstance(node, ast.Import):
                yield from ((file.name, alias.name) for alias in node.names)


def stock_request(image: Path, technique: str) -> dict[str, Any]:
    card_file = image / "models" / f"{technique}-bach" / "model-card.json"
    card = json.loads(card_file.read_text("utf-8"))
    return {
        "schemaVersion": 1,
        "technique": technique,
        "model": {"sha256": card["model"]["sha256"], "bytes": card["model"]["bytes"]},
        "seed": 1,
        "melody": {
            "stepsPerBeat": 4,
            "beatsPerBar": 4,
            "bars": 1,
            "notes": [{"onset": 0, "duration": 4, "pitch": 67}, {"onset": 4, "duration": 12, "pitch": 62}],
        },
        "parameters": {},
    }


def test_an_inference_image_has_no_training_code(inference: Path) -> None:
    assert {folder.name for folder in (inference / "src").iterdir()} >= {"opencomposer_music", "opencomposer_serving"}
    assert not (inference / "src/opencomposer_training").exists()
    assert not ONLY_FOR_TRAINING & set(locked("inference"))
    assert [(file, name) for file, name in imported(inference) if name.split(".")[0] in ONLY_FOR_TRAINING] == []
    assert [file.name for file in (inference / "src").rglob("train*.py")] == []


def test_every_module_of_an_inference_image_can_be_imported_with_its_lock_alone(
    inference: Path, technique: str
) -> None:
    names = modules(inference)
    assert f"opencomposer_{technique.replace('-', '_')}.generation" in names
    code = f"import importlib, sys\nfor name in {names!r}: importlib.import_module(name)\nprint('torch' in sys.modules)"
    environment = in_image(inference, technique)
    assert run(code, environment).strip() == "False"
    assert "No module named 'torch'" in run("try: import torch\nexcept ImportError as e: print(e)", environment)


def test_an_inference_image_serves_its_stock_model(inference: Path, technique: str) -> None:
    with ServingProcess(["-S", "-m", "opencomposer_container", "serve"], in_image(inference, technique)) as server:
        assert server.request("GET", "/ping").status == 200
        response = server.invoke(stock_request(inference, technique))
        assert response.status == 200, response.body
        # The U-Net GAN adds tracks, the Transformer goes on with the melody's, and the AR-CNN edits the melody.
        content = response.json()
        assert content["editEvents" if technique == "ar-cnn" else "tracks"]


def test_a_training_image_trains_without_what_only_the_data_set_needs(
    training: Path, technique: str, tmp_path: Path
) -> None:
    assert not ONLY_FOR_THE_DATA_SET & set(locked("training"))
    write_job(tmp_path, technique, {"epochs": "1", "modelSize": "small"})
    done = subprocess.run(
        [sys.executable, "-S", "-m", "opencomposer_container", "train"],
        env={**in_image(training, technique), "SAGEMAKER_BASE_DIR": str(tmp_path), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(progress_lines(tmp_path)) == 1
    validate("model-card", json.loads((tmp_path / "model/model-card.json").read_text("utf-8")))


def test_the_dockerfile_lays_out_its_images_by_this_program_and_installs_these_locks() -> None:
    dockerfile = (CONTAINERS / "Dockerfile").read_text("utf-8")
    for purpose, locks in COPIED.items():
        assert f'image_contents.py {purpose} "$TECHNIQUE" .' in dockerfile
        assert f"COPY {' '.join(f'sagemaker-containers/{lock}' for lock in locks)} ./" in dockerfile
    # Nothing else of the repository gets into an image except through that program.
    own = [line for line in dockerfile.splitlines() if line.startswith("COPY ") and "/repository/" not in line]
    assert all("--from=" in line or line.endswith(".txt ./") for line in own)


def test_the_base_image_is_pinned_by_digest_and_every_package_by_hash() -> None:
    dockerfile = (CONTAINERS / "Dockerfile").read_text("utf-8")
    [base] = re.findall(r"^ARG BASE_IMAGE=(.*)$", dockerfile, re.MULTILINE)
    assert re.fullmatch(r"public\.ecr\.aws/docker/library/python:3\.11-slim-bookworm@sha256:[0-9a-f]{64}", base)
    assert set(re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)) == {"${BASE_IMAGE}", "base", "repository"}
    installs = re.findall(r"pip install [^;\n]*", dockerfile)
    assert len(installs) == 3
    assert all("--no-deps --require-hashes" in install for install in installs)
    for lock in {lock for locks in COPIED.values() for lock in locks}:
        pinned = re.findall(r"^[A-Za-z0-9._-]+==(?:.*\\\n)*.*$", (CONTAINERS / lock).read_text("utf-8"), re.MULTILINE)
        assert pinned
        assert [requirement for requirement in pinned if "--hash=sha256:" not in requirement] == []


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ("", 'The technique is "" (allowed: ar-cnn, transformer, unet-gan).'),
        ("training", 'The technique is "training" (allowed: ar-cnn, transformer, unet-gan).'),
    ],
)
def test_an_unknown_technique_is_refused(asked: str, problem: str, tmp_path: Path) -> None:
    done = lay_out("inference", asked, tmp_path / "image")
    assert (done.returncode, done.stderr.strip()) == (1, problem)
    assert not (tmp_path / "image").exists()


def test_a_serving_module_that_is_gone_is_named(tmp_path: Path) -> None:
    copy = tmp_path / "repository"
    containers = copy / "sagemaker-containers"
    containers.mkdir(parents=True)
    for name in ("image_contents.py", "image-contents.json"):
        (containers / name).write_bytes((CONTAINERS / name).read_bytes())
    for package in ("container", "music", "serving", "unet-gan"):
        (containers / package).symlink_to(CONTAINERS / package)
    broken = containers / "broken"
    (broken / "src/opencomposer_broken").mkdir(parents=True)
    (broken / "pyproject.toml").write_text('[tool.opencomposer]\nserving-modules = ["serve.py"]\n')
    (copy / "models").symlink_to(REPOSITORY / "models")
    command = [sys.executable, str(containers / "image_contents.py"), "inference", "broken", str(tmp_path / "image")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert 'names "serve.py", which is not there' in done.stderr


@pytest.mark.parametrize("variant", ["cpu", "cuda"])
def test_every_package_of_a_training_image_has_one_version_and_a_hash(variant: str) -> None:
    locks = [CONTAINERS / "training" / name for name in (f"torch-{variant}.txt", "requirements.txt")]
    versions: dict[str, str] = {}
    for lock in locks:
        text = re.sub(r"#.*", "", lock.read_text("utf-8")).replace("\\\n", " ")
        for entry in text.split("\n"):
            if entry.strip():
                name, version = entry.split()[0].split("==")
                assert re.search(r" --hash=sha256:[0-9a-f]{64}\b", entry), f"{lock.name}: {entry}"
                assert versions.setdefault(name, version) == version
    assert f"torch=={versions['torch'].split('+')[0]}" in (CONTAINERS / "training/torch.txt").read_text("utf-8")
    assert (versions["torch"].endswith("+cpu"), "nvidia-cudnn-cu13" in versions) == (
        variant == "cpu",
        variant == "cuda",
    )
