"""A contract's schema judges a document, and what is wrong is said as field, value and what is allowed."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.contract import ContractError, check_contract

CONTRACTS = Path(__file__).resolve().parents[3] / "contracts"
SCHEMA = json.loads((CONTRACTS / "training-selection.schema.json").read_text())
FIXTURES = sorted((CONTRACTS / "fixtures/training-selection").glob("*.json"))
VALID = json.loads((CONTRACTS / "fixtures/training-selection/valid-one-topic.json").read_text())

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=200),
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(max_size=200), inner, max_size=20),
    max_leaves=20,
)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_the_contracts_fixtures_are_judged_as_their_names_say(path: Path) -> None:
    document = json.loads(path.read_text())
    if path.name.startswith("valid-"):
        check_contract("training-selection", document)
    else:
        with pytest.raises(ContractError):
            check_contract("training-selection", document)


@given(st.sampled_from(sorted(VALID)), JSON_VALUES)
def test_any_value_is_judged_as_another_library_judges_it_and_shortly(name: str, value: object) -> None:
    document = {**VALID, name: value}
    try:
        check_contract("training-selection", document)
    except ContractError as error:
        assert len(str(error)) < 1000
        # The library in use compares true with 1, and 1.0 with 1, as Python does.
        assert name == "schemaVersion" or not jsonschema.Draft202012Validator(SCHEMA).is_valid(document)
    else:
        assert name == "schemaVersion" or jsonschema.Draft202012Validator(SCHEMA).is_valid(document)


def test_missing_and_unknown_members_are_named() -> None:
    with pytest.raises(ContractError, match="the document lacks jobId"):
        check_contract("training-selection", {key: VALID[key] for key in VALID if key != "jobId"})
    with pytest.raises(ContractError, match='unknown member "colour"; known are schemaVersion, jobId'):
        check_contract("training-selection", {**VALID, "colour": 1})
