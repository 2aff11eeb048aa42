"""Lays out what an image holds beside its installed packages: the Python sources of its purpose, and stock models.

    python sagemaker-containers/image_contents.py inference unet-gan /opt/opencomposer

This command writes `src/`, the one folder on the image's Python path, and for `inference` `models/`. The Dockerfile
runs it, and so does the test of the result. `image-contents.json` says which packages an image of each purpose holds,
and the deploy reads it, too, to give each build no other files (lib/constructs/build-context.ts). A technique
lists in `[tool.opencomposer]` of its pyproject.toml the modules that serve; an inference image gets no others of it.

This program needs the standard library only, because an image has nothing else when it runs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tomllib
from pathlib import Path

CONTENTS = Path(__file__).resolve().with_name("image-contents.json")
"""Says what images are made of. For each purpose, `packages` names the folders of the packages that an image holds
whole, beside its technique, and `locks` names the lock files that its build needs. `stockModelFiles` are the files of a
stock model that serving reads."""

PURPOSES = ("inference", "training")


class ContentsProblem(Exception):
    """An image cannot be laid out. The message is a sentence for a person."""


def lay_out(repository: Path, purpose: str, technique: str, image: Path) -> None:
    """Writes `src/`, and for `inference` `models/`, into the folder `image`, which must have neither.

    Raises:
        ContentsProblem: the technique is unknown, names a module that it lacks, or has no stock model to serve.
    """
    contents = json.loads(CONTENTS.read_text("utf-8"))
    containers = repository / "sagemaker-containers"
    known = sorted(pyproject.parent.name for pyproject in containers.glob("*/pyproject.toml") if _serving(pyproject))
    if technique not in known:
        raise ContentsProblem(f'The technique is "{technique}" (allowed: {", ".join(known)}).')
    for package in contents["packages"][purpose]:
        _copy_sources(containers / package / "src", image / "src")
    if purpose == "training":
        _copy_sources(containers / technique / "src", image / "src")
    else:
        _copy_serving_modules(containers / technique, image / "src")
        _copy_stock_models(repository / "models", technique, contents["stockModelFiles"], image / "models")


def _serving(pyproject: Path) -> list[str]:
    """Returns the modules that serve, as a technique's pyproject.toml lists them; none for other packages."""
    tools = tomllib.loads(pyproject.read_text("utf-8")).get("tool", {})
    return list(tools.get("opencomposer", {}).get("serving-modules", []))


def _copy_sources(source: Path, destination: Path) -> None:
    # Links are followed, because opencomposer_music has links into contracts/, and the image gets the files.
    shutil.copytree(source, destination, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))


def _copy_serving_modules(technique: Path, destination: Path) -> None:
    [package] = (technique / "src").iterdir()
    (destination / package.name).mkdir(parents=True)
    for module in _serving(technique / "pyproject.toml"):
        if not (package / module).is_file():
            raise ContentsProblem(
                f'serving-modules of {technique / "pyproject.toml"} names "{module}", which is not there.'
            )
        shutil.copy(package / module, destination / package.name / module)


def _copy_stock_models(models: Path, technique: str, files: list[str], destination: Path) -> None:
    cards = sorted(models.glob(f"{technique}-*/model-card.json"))
    if not cards:
        raise ContentsProblem(f"The image would serve nothing: {models} has no stock model of {technique}.")
    for card in cards:
        model = destination / card.parent.name
        model.mkdir(parents=True)
        for name in files:
            shutil.copy(card.parent / name, model / name)


def main(arguments: list[str]) -> int:
    """Runs the command of the module's docstring. Prints a problem as one sentence on standard error and returns 1."""
    parser = argparse.ArgumentParser(description="What an image holds beside its installed packages")
    parser.add_argument("purpose", choices=PURPOSES)
    parser.add_argument("technique")
    parser.add_argument("image", type=Path)
    asked = parser.parse_args(arguments)
    try:
        lay_out(Path(__file__).resolve().parents[1], asked.purpose, asked.technique, asked.image)
    except ContentsProblem as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
