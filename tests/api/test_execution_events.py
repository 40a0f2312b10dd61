"""Events of subscriptions by the compiled executor: those that graphql-core sends."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import strawberry
from hypothesis import given, settings
from hypothesis import strategies as st

from api import execution
from api.execution import Executor
from tests.api.shapes import SCHEMA, Asking, Data, Thing, schema_with
from tests.api.test_execution import collected  # noqa: F401  a fixture

pytestmark = pytest.mark.filterwarnings("ignore:coroutine:RuntimeWarning")


@strawberry.type
class Subscription:
    @strawberry.subscription(graphql_type=Thing | None)  # type: ignore[untyped-decorator]
    @staticmethod
    async def thing(seed: int) -> AsyncIterator[Any]:
        for number in range(4):
            yield Data(seed + number).root().thing
        if seed % 2:
            raise RuntimeError("ended early")


OURS = schema_with(Executor, subscription=Subscription)
THEIRS = schema_with(None, subscription=Subscription)


async def events(schema: strawberry.Schema, query: str, variables: dict[str, Any]) -> list[Any]:
    """Data with its order and all that errors say, of each event."""
    found = []
    results: Any = await schema.stream(query, variables, context_value={"picky": True})
    async for result in results:
        errors = [(each.message, each.path, each.locations) for each in result.errors or ()]
        found.append((json.dumps(result.data), errors))
    return found


@settings(max_examples=100, deadline=None)
@given(asking=st.integers(0, 2**32), seed=st.integers(0, 2**31 - 9), no=st.booleans())
def test_events_are_those_of_graphql_core(asking: int, seed: int, no: bool) -> None:
    drawn = Asking(asking)
    body = drawn._set(SCHEMA.type_map["Thing"], 1)
    used = "yes: __typename @skip(if: $yes) no: __typename @skip(if: $no)"
    head = "subscription ($yes: Boolean! = true, $no: Boolean!, $seed: Int!)"
    text = f"{head} {{ thing(seed: $seed) {{ {used} {body[1:]} }} {' '.join(drawn._fragments)}"
    variables = {"no": no, "seed": seed}

    async def compare() -> None:
        theirs = await events(THEIRS, text, variables)
        assert await events(OURS, text, variables) == theirs

    asyncio.run(compare())


def test_a_plain_event_is_answered_by_a_function(monkeypatch: pytest.MonkeyPatch) -> None:
    answered: list[Any] = []
    ordinary = execution._answered

    def noted(*given: Any) -> Any:
        answered.append(ordinary(*given))
        return answered[-1]

    monkeypatch.setattr(execution, "_answered", noted)
    query = "subscription { also: thing(seed: 2) { word child { word } } }"
    found = asyncio.run(events(OURS, query, {}))
    assert found == asyncio.run(events(THEIRS, query, {}))
    assert any(answered)
    answered.clear()
    asyncio.run(events(OURS, "subscription { thing(seed: 2) { later } }", {}))
    assert not answered
