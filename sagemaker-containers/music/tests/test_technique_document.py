"""The package carries the techniques' documents: in the repository by links, and in a wheel as files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from opencomposer_music.parameter_set import Parameter
from opencomposer_music.technique_document import load_technique
from opencomposer_testing.serving_process import CONTAINERS, REPOSITORY

CONTRACTS = REPOSITORY / "contracts"
IDENTIFIERS = sorted(path.stem for path in (CONTAINERS / "music/src/opencomposer_music/techniques").glob("*.json"))


def test_an_installed_package_has_every_document_and_reads_it(tmp_path: Path) -> None:
    # The test builds from a copy, because building leaves folders beside the sources.
    copy = tmp_path / "repository"
    shutil.copytree(CONTRACTS, copy / "contracts")
    shutil.copytree(CONTAINERS / "music", copy / "sagemaker-containers/music", symlinks=True)
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    source = str(copy / "sagemaker-containers/music")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", *offline, "--wheel-dir", str(tmp_path), source]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    [wheel] = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    package = installed / "opencomposer_music"
    for identifier in IDENTIFIERS:
        carried = package / "techniques" / f"{identifier}.json"
        assert not carried.is_symlink()
        assert carried.read_bytes() == (CONTRACTS / "techniques" / f"{identifier}.json").read_bytes()
    program = (
        "import json, opencomposer_music as package; from opencomposer_music import model_limits, technique_document;"
        f"documents = [technique_document.load_technique(name) for name in {IDENTIFIERS!r}];"
        "print(json.dumps([package.__file__, model_limits.MAX_MODEL_BYTES, [document.id for document in documents]]))"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(installed)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    ).stdout
    limit = json.loads((CONTRACTS / "model-limits.json").read_text())["maxModelBytes"]
    assert json.loads(done) == [str(package / "__init__.py"), limit, IDENTIFIERS]


def test_an_unknown_technique_has_no_document() -> None:
    with pytest.raises(FileNotFoundError):
        load_technique("cowbell")


@pytest.mark.parametrize(
    ("schema", "value", "accepted"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 9, "default": 1}, 4.0, 4),
        ({"type": "integer", "minimum": 1, "maximum": 9, "default": 1}, 4.5, None),
        ({"type": "integer", "minimum": 0, "maximum": 9, "default": 1}, True, None),
        ({"type": "integer", "minimum": 0, "maximum": 9, "default": 1}, 10**400, None),
        ({"type": "number", "minimum": 0, "maximum": 9, "default": 1}, 4, 4.0),
        ({"type": "number", "minimum": 0, "maximum": 9, "default": 1}, float("nan"), None),
        ({"type": "boolean", "default": False}, 1, None),
        ({"type": "boolean", "default": False}, False, False),
        ({"type": "string", "enum": ["a", "b"], "default": "a"}, ["a"], None),
        ({"type": "string", "enum": ["a", "b"], "default": "a"}, "b", "b"),
    ],
)
def test_a_value_is_accepted_in_the_parameter_s_type_or_not_at_all(
    schema: dict[str, object], value: object, accepted: object
) -> None:
    found = Parameter("x", schema).accept(value)
    assert found == accepted
    assert type(found) is type(accepted)
