"""The schemas against their fixtures, and what Python writes and reads against the schemas."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from opencomposer_shared.environment import TrainingFailure
from opencomposer_shared.hyperparameters import parse_hyperparameters
from opencomposer_shared.progress import STDOUT_MEASURES, metrics_line
from opencomposer_shared.serving.parameters import BrokenFields, ParameterRule, parse_parameters

CONTRACTS = Path(__file__).resolve().parent.parent
REPOSITORY = CONTRACTS.parent
FIXTURES = sorted((CONTRACTS / "fixtures").glob("*/*.json"))
SCHEMAS = sorted(CONTRACTS.glob("*.schema.json"))


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def validator(contract: str) -> Any:
    return jsonschema.Draft202012Validator(load(CONTRACTS / f"{contract}.schema.json"))


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_schema_is_valid_and_has_fixtures_of_both_kinds(path: Path) -> None:
    schema = load(path)
    jsonschema.Draft202012Validator.check_schema(schema)
    contract = path.name.removesuffix(".schema.json")
    assert schema["$id"].endswith(f"/{path.name}")
    names = [fixture.name for fixture in FIXTURES if fixture.parent.name == contract]
    assert any(name.startswith("valid-") for name in names)
    assert any(name.startswith("invalid-") for name in names)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_fixture_is_what_its_name_says(path: Path) -> None:
    errors = list(validator(path.parent.name).iter_errors(load(path)))
    if path.name.startswith("valid-"):
        assert errors == []
    else:
        # Exactly one thing is wrong: a fixture that fails for another reason would prove nothing.
        assert len(errors) == 1, [error.message for error in errors]


def as_strings(values: dict[str, Any]) -> dict[str, str]:
    """Hyperparameters as SageMaker passes them on."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}


TECHNIQUES = sorted(load(CONTRACTS / "metric-definitions.json")["losses"])

# On the wire a number and its text are the same, so that one fixture means nothing there.
ON_THE_WIRE = [
    path
    for path in FIXTURES
    if path.parent.name.startswith("hyperparameters-") and path.stem != "invalid-epochs-as-text"
]
PARAMETERS = [path for path in FIXTURES if path.parent.name.startswith("parameters-")]


def fixture_id(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", ON_THE_WIRE, ids=fixture_id)
def test_the_container_accepts_the_hyperparameters_that_the_schema_accepts(path: Path) -> None:
    schema = load(CONTRACTS / f"{path.parent.name}.schema.json")
    values = load(path)
    if path.stem.startswith("valid-"):
        parsed = parse_hyperparameters(schema, as_strings(values))
        assert {key: parsed[key] for key in values} == values
        assert set(parsed) == set(schema["properties"])
    else:
        with pytest.raises(TrainingFailure):
            parse_hyperparameters(schema, as_strings(values))


def container_package(technique: str) -> str:
    return f"opencomposer_{technique.replace('-', '_')}"


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_the_container_carries_the_contracts_schema(technique: str) -> None:
    name = f"hyperparameters-{technique}.schema.json"
    copy = REPOSITORY / "sagemaker-containers" / technique / "src" / container_package(technique) / name
    assert copy.read_bytes() == (CONTRACTS / name).read_bytes()


def parameter_rules(technique: str) -> Sequence[ParameterRule]:
    """What the technique's inference container declares."""
    module = importlib.import_module(f"{container_package(technique)}.generation")
    [served] = [each for each in vars(module).values() if isinstance(each, type) and hasattr(each, "parameter_rules")]
    rules: Sequence[ParameterRule] = served(threads=1).parameter_rules
    return rules


def as_schema(rule: ParameterRule) -> dict[str, Any]:
    """A rule in JSON Schema's words."""
    ranged = {"minimum": rule.minimum, "maximum": rule.maximum} if rule.type in ("integer", "number") else {}
    choices = {"enum": list(rule.values)} if rule.values else {}
    return {"type": rule.type, "default": rule.default, **ranged, **choices}


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_the_container_declares_the_parameters_of_the_contract(technique: str) -> None:
    properties = load(CONTRACTS / f"parameters-{technique}.schema.json")["properties"]
    for_people = {"title", "description", "x-unit"}
    contract = {
        name: {key: value for key, value in rule.items() if key not in for_people} for name, rule in properties.items()
    }
    assert {rule.name: as_schema(rule) for rule in parameter_rules(technique)} == contract


@pytest.mark.parametrize("path", PARAMETERS, ids=fixture_id)
def test_the_container_accepts_the_parameters_that_the_schema_accepts(path: Path) -> None:
    broken = BrokenFields()
    values = load(path)
    parsed = parse_parameters(
        values, parameter_rules(path.parent.name.removeprefix("parameters-")), "/parameters", broken
    )
    if path.stem.startswith("valid-"):
        assert broken.count == 0
        assert {key: parsed[key] for key in values} == values
    else:
        assert [field.pointer for field in broken.kept] == [f"/parameters/{key}" for key in values]


def metric_definitions(technique: str) -> list[dict[str, str]]:
    """What a training job of the technique is created with."""
    document = load(CONTRACTS / "metric-definitions.json")
    return [*document["losses"][technique], *document["everyTechnique"]]


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_each_metric_definition_finds_its_number_in_the_stdout_line(technique: str) -> None:
    names = [each["Name"].removeprefix("opencomposer:") for each in metric_definitions(technique)]
    values = {name: -1.5 * (index + 1) for index, name in enumerate(names) if name != "epoch"}
    measures = {name: values[name] for name in STDOUT_MEASURES}
    line = metrics_line(17, {name: value for name, value in values.items() if name not in measures}, measures)
    definitions = metric_definitions(technique)
    assert len(definitions) <= 40
    found = {}
    for definition in definitions:
        assert len(definition["Regex"]) <= 500
        match = re.search(definition["Regex"], line)
        assert match is not None, definition
        found[definition["Name"].removeprefix("opencomposer:")] = float(match.group(1))
        assert re.search(definition["Regex"], f"something else {line}") is None
    assert found == {"epoch": 17, **values}


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_each_technique_has_a_progress_line_with_exactly_its_losses(technique: str) -> None:
    losses = {
        each["Name"].removeprefix("opencomposer:")
        for each in load(CONTRACTS / "metric-definitions.json")["losses"][technique]
    }
    pattern = re.compile(*load(CONTRACTS / "progress-line.schema.json")["patternProperties"])
    line = load(CONTRACTS / f"fixtures/progress-line/valid-{technique}.json")
    assert {name for name in line if pattern.search(name)} == losses


@pytest.mark.parametrize(
    "log", sorted((REPOSITORY / "models").glob("*/training-log.jsonl")), ids=lambda log: log.parent.name
)
def test_committed_training_logs_keep_the_contract(log: Path) -> None:
    lines = log.read_text(encoding="utf-8").splitlines()
    assert lines
    for line in lines:
        validator("progress-line").validate(json.loads(line))


@pytest.mark.parametrize("name", ["bach-chorales"])
def test_the_committed_manifest_keeps_the_contract(name: str) -> None:
    validator("dataset-manifest").validate(load(REPOSITORY / "datasets" / name / "manifest.json"))
