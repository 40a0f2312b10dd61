"""What every provider's plugin must hold: what it says of itself is sound."""

import re
from collections.abc import Callable, Mapping
from typing import ClassVar

import jsonschema_rs
import orjson
import pytest

from graph.edge import EdgeKind, MediaType, Operation
from providers.contract import Ability, Detail, Plugin, Request
from providers.hint import Extraction
from settings import Settings
from tests.providers.conforming import Traits

DRAFT = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
CAMEL = re.compile(r"[a-z][a-zA-Z0-9]*")
NAME = re.compile(r"[a-z][a-z0-9_]*")
# The same meaning has the same name and type over all providers.
COMMON = {
    "prompt": {"string"},
    "negativePrompt": {"string"},
    "seed": {"integer"},
    "width": {"integer"},
    "height": {"integer"},
    "count": {"integer"},
    "durationSeconds": {"integer", "number"},
    "aspectRatio": {"string"},
    "resolution": {"string"},
    "model": {"string"},
    "audio": {"boolean"},
}


class Described:
    """The tests of a plugin. Requests are made by functions, as their media take time to make; one
    of `bad` is one that the service must refuse."""

    plugin: ClassVar[Plugin]
    requests: ClassVar[Mapping[str, Callable[[], Request]]]
    bad: ClassVar[Mapping[str, Callable[[], Request]]]
    traits: ClassVar[Traits] = Traits()

    @classmethod
    def pytest_generate_tests(cls, metafunc: pytest.Metafunc) -> None:
        given = metafunc.cls
        assert given is not None
        for name, table in (("request_name", given.requests), ("bad_name", given.bad)):
            if name in metafunc.fixturenames:
                metafunc.parametrize(name, list(table))

    @pytest.fixture
    def wanted(self, request_name: str) -> Request:
        return self.requests[request_name]()

    @pytest.fixture
    def any_wanted(self) -> Request:
        return next(iter(self.requests.values()))()

    def test_the_plugin_is_named(self) -> None:
        assert NAME.fullmatch(self.plugin.name)
        assert self.plugin.title.strip()
        assert self.plugin.setup.strip().endswith(".")
        operations = [ability.operation for ability in self.plugin.abilities]
        assert len(set(operations)) == len(operations), "an operation stands once"
        assert operations or self.plugin.workflows

    def test_abilities_are_of_the_catalogue(self) -> None:
        for ability in self.plugin.abilities:
            Operation(ability.operation)
            child = MediaType(ability.output)
            assert ability.description.strip().endswith(".")
            names = [rule.name for rule in ability.inputs]
            assert len(set(names)) == len(names)
            assert not set(names) & set(ability.parameters["properties"])
            for rule in ability.inputs:
                assert CAMEL.fullmatch(rule.name)
                assert rule.description.strip().endswith(".")
                assert 0 <= rule.least <= rule.most >= 1
                assert rule.media_types
                assert all(isinstance(detail, Detail) for detail in rule.details)
                for parent in rule.media_types:
                    misfit = EdgeKind(rule.kind).misfit(child, MediaType(parent))
                    assert misfit is None, f"{ability.operation}.{rule.name}: {misfit}"

    def test_schemas_are_sound(self) -> None:
        for ability in self.plugin.abilities:
            schema = ability.parameters
            jsonschema_rs.meta.validate({**DRAFT, **schema})
            assert schema["type"] == "object"
            assert schema["additionalProperties"] is False
            orjson.dumps(schema)
            for name, one in schema["properties"].items():
                assert CAMEL.fullmatch(name), name
                assert one.get("description", "").strip().endswith("."), name
                assert name not in COMMON or one.get("type") in COMMON[name], name
                if "default" in one:
                    jsonschema_rs.validate(one, one["default"])
            assert set(schema.get("required", ())) <= set(schema["properties"])

    def test_every_ability_is_asked_for(self) -> None:
        asked = {made().operation for made in self.requests.values()}
        assert asked >= {ability.operation for ability in self.plugin.abilities}

    def test_requests_are_as_the_plugin_says(self, wanted: Request) -> None:
        ability = self.ability(wanted)
        if ability is None:
            return
        jsonschema_rs.validate({**DRAFT, **ability.parameters}, dict(wanted.parameters))
        rules = {rule.name: rule for rule in ability.inputs}
        assert {one.parameter for one in wanted.inputs} <= set(rules)
        for rule in ability.inputs:
            given = wanted.given(rule.name)
            assert rule.least <= len(given) <= rule.most
            assert all(one.media.media_type in rule.media_types for one in given)
        assert not list(ability.check(wanted) if ability.check else ())

    @pytest.mark.parametrize(
        "metadata", [{}, {"request": 3, "response": None}, {"request": {"prompt": ["\0"]}}]
    )
    def test_odd_metadata_does_no_harm(self, metadata: dict[str, object]) -> None:
        assert isinstance(self.plugin.extract(metadata), Extraction)

    def test_nothing_set_up_is_no_provider(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in Settings.model_fields:
            monkeypatch.delenv(f"PEDIGREE_{name.upper()}", raising=False)
        assert (self.plugin.make(Settings()) is not None) is self.traits.always

    def ability(self, wanted: Request) -> Ability | None:
        return None if wanted.workflow is not None else self.plugin.ability(wanted.operation)
