"""The package carries the techniques' documents: in the repository by links, and in a wheel as files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.parameter_set import Parameter
from opencomposer_music.technique_document import form_faults, load_technique, read_technique
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


STEPS = st.sampled_from([1, 0.5, 0.25, 0.1, 0.05, 0.01, 0.001, 0.00001])


def number(values: tuple[int, int, int], step: float, **changes: Any) -> dict[str, Any]:
    """Returns the rule of a number whose minimum, default and maximum are so many steps."""
    minimum, default, maximum = (steps * step for steps in sorted(values))
    rule = {"x-group": "more", "type": "number", "minimum": minimum, "default": default, "maximum": maximum}
    return {**rule, "x-step": step, "x-scale": "linear", **changes}


WHOLE = st.integers(-10_000, 10_000)


@given(values=st.tuples(WHOLE, WHOLE, WHOLE), step=STEPS, scale=st.sampled_from(["linear", "log"]))
def test_multiples_of_a_step_make_a_form_unless_a_logarithmic_scale_reaches_zero(
    values: tuple[int, int, int], step: float, scale: str
) -> None:
    faults = list(form_faults({"a": number(values, step, **{"x-scale": scale})}))
    assert len(faults) == (1 if scale == "log" and min(values) <= 0 else 0)


@given(
    values=st.tuples(WHOLE, WHOLE, WHOLE),
    step=STEPS,
    moved=st.sampled_from(["minimum", "default", "maximum"]),
    part=st.floats(0.01, 0.99),
)
def test_what_lies_between_two_steps_is_reported_with_its_value(
    values: tuple[int, int, int], step: float, moved: str, part: float
) -> None:
    rule = number(values, step)
    rule[moved] += part * step
    allowed = f"(allowed: multiples of its step {step})"
    assert list(form_faults({"a": rule})) == [("a", f"has the {moved} {rule[moved]} {allowed}")]


def test_a_document_of_which_no_form_can_be_made_is_not_read() -> None:
    document = json.loads((CONTRACTS / "fixtures/technique/valid-toy.json").read_text())
    assert read_technique(document).id == "toy"
    document["properties"]["hyperparameters"]["properties"]["epochs"]["x-step"] = 3
    with pytest.raises(ValueError, match="the document of toy has the parameter epochs, which has the minimum 1 "):
        read_technique(document)
