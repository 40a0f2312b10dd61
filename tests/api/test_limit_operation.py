"""Limits around an operation, with Strawberry's whole way from text to answer."""

import asyncio
import enum
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest
import strawberry
from graphql import get_introspection_query, parse
from hypothesis import given
from hypothesis import strategies as st

from api import graphiql, limit_document, limit_operation
from api.limit import Limits, nesting
from api.limit_document import Measure, refusals
from api.limit_operation import KEPT_CHARACTERS, LimitedSchema
from api.schema import schema
from bench import cases
from graph.driver import Graph
from graph.identifier import new_id
from settings import Settings
from tests.test_docs import snippets
from tests.waiting import until

TINY = Limits(
    depth=3, aliases=3, root_fields=4, fields=8, directives=2, tokens=60, variables_depth=4
)


@strawberry.enum
class Colour(enum.Enum):
    GREEN = "green"


@strawberry.input
class Wish:
    colour: Colour = Colour.GREEN


@strawberry.type
class Thing:
    name: str = "thing"

    @strawberry.field
    def thing(self) -> "Thing":
        return self


@strawberry.type
class Query:
    @strawberry.field
    def thing(self, wish: Wish | None = None) -> Thing:
        return Thing()

    @strawberry.field
    def hello(self, name: str = "you", colour: Colour = Colour.GREEN) -> str:
        return name

    @strawberry.field
    async def forever(self) -> str:
        await asyncio.Event().wait()
        return "never"

    @strawberry.field
    async def timed_out_within(self) -> str:
        raise TimeoutError("within")

    @strawberry.field
    async def count(self, info: strawberry.Info, mark: str) -> str:
        """A graph query that takes minutes; its comment tells it from others."""
        text: Any = f"UNWIND range(1, 10000000000) AS x /* {mark} */ RETURN sum(x % 7) AS sum"
        return str(await info.context.read(text))


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def slowly(self) -> AsyncIterator[int]:
        for number in range(3):
            await asyncio.sleep(0.03)
            yield number


def make(**changed: Any) -> LimitedSchema:
    chosen = replace(TINY, **changed)
    return LimitedSchema(query=Query, subscription=Subscription, limits=lambda: chosen)


async def errors(of: LimitedSchema, text: str, **variables: Any) -> list[dict[str, Any]]:
    """The errors of an answer, the same over both of Strawberry's ways."""
    answer = await of.execute(text, variable_values=variables)
    told = [error.formatted for error in answer.errors or ()]
    async for frame in await of.stream(text, variable_values=variables):
        streamed = [error.formatted for error in getattr(frame, "errors", None) or ()]
        assert [_lasting(e) for e in streamed] == [_lasting(e) for e in told]
    return [dict(error) for error in told]


def _lasting(error: Any) -> Any:
    return {**error, "message": error["message"].split(";")[0]}


BEYOND: list[tuple[str, dict[str, Any], str, int, int]] = [
    ("{ thing { thing { thing { name } } } }", {}, "depth", 4, 3),
    ("{ a: hello b: hello c: hello d: hello }", {}, "aliases", 4, 3),
    ("{ hello hello hello hello hello }", {}, "rootFields", 5, 4),
    ("{ " + "thing { name } " * 2 + "thing { " + "name " * 4 + "} }", {}, "fields", 9, 8),
    (
        "{ hello @skip(if: true) thing @skip(if: true) { name @skip(if: true) } }",
        {},
        "directives",
        3,
        2,
    ),
    ("{ " + "hello " * 60 + "}", {}, "tokens", 61, 60),
    ("query ($x: Wish) { thing(wish: $x) { name } }", {"x": [[[[{}]]]]}, "variablesDepth", 5, 4),
]


@pytest.mark.parametrize(("text", "variables", "limit", "asked", "allowed"), BEYOND)
@pytest.mark.anyio
async def test_each_limit_is_told_with_both_numbers(
    text: str, variables: dict[str, Any], limit: str, asked: int, allowed: int
) -> None:
    (error,) = await errors(make(), text, **variables)
    assert error["extensions"] == {
        "code": "LIMIT_EXCEEDED",
        "limit": limit,
        "asked": asked,
        "allowed": allowed,
    }
    assert str(asked) in error["message"]
    assert str(allowed) in error["message"]


@pytest.mark.anyio
async def test_a_verdict_is_remembered_with_all_limits_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped limiters make a new rule each time, so that no verdict is ever found again."""
    looked = 0

    class Counted(Measure):
        def operations(self) -> Any:
            nonlocal looked
            looked += 1
            return super().operations()

    monkeypatch.setattr(limit_document, "Measure", Counted)
    asked = make()
    text = f'{{ hello(name: "{new_id()}") }}'
    documents = set()
    for _ in range(10):
        answer = await asked.execute(text)
        assert answer.errors is None
        documents.add(id(limit_operation._parse_once(text, TINY.tokens).document))
    assert looked == 1
    assert len(documents) == 1
    bad = f"{{ no_{new_id().replace('-', '_')} }}"
    told = [(await asked.execute(bad)).errors for _ in range(10)]
    assert all(each and len(each) == 1 for each in told)
    assert looked == 2


@pytest.mark.anyio
async def test_one_of_several_operations_is_named() -> None:
    several = "query a { hello } query b { hello }"
    answer = await make().execute(several)
    assert answer.errors
    assert "operationName" in answer.errors[0].message
    assert (await make().execute(several, operation_name="b")).errors is None


@pytest.mark.anyio
async def test_long_documents_are_not_kept() -> None:
    kept = limit_operation._parse_once.cache_info().currsize
    answer = await make().execute("{ hello } #" + "x" * KEPT_CHARACTERS)
    assert answer.errors is None
    assert limit_operation._parse_once.cache_info().currsize == kept


@pytest.mark.anyio
async def test_limits_of_one_schema_are_not_those_of_another() -> None:
    text = "{ thing { thing { name } } }"
    assert await errors(make(depth=3), text) == []
    assert [e["extensions"]["limit"] for e in await errors(make(depth=2), text)] == ["depth"]
    assert await errors(make(depth=3), text) == []


@pytest.mark.anyio
async def test_an_operation_ends_when_its_time_is_over() -> None:
    (error,) = await errors(make(operation_seconds=0.05), "{ forever }")
    assert error["extensions"] == {
        "code": "LIMIT_EXCEEDED",
        "limit": "operationSeconds",
        "asked": 1,
        "allowed": 0.05,
    }


@pytest.mark.anyio
async def test_a_time_out_within_is_not_taken_for_it() -> None:
    answer = await make().execute("{ timedOutWithin }")
    assert answer.errors
    assert (answer.errors[0].extensions or {}).get("code") == "INTERNAL"


@pytest.mark.anyio
async def test_a_subscription_may_last_longer() -> None:
    stream = await make(operation_seconds=0.02).stream("subscription { slowly }")
    found = [getattr(frame, "data", None) async for frame in stream]
    assert found == [{"slowly": number} for number in range(3)]


@pytest.mark.anyio
async def test_neo4j_stops_the_query_of_an_operation_that_ended(graph: Graph) -> None:
    mark = new_id()

    async def runs() -> bool:
        rows = await graph.read("SHOW TRANSACTIONS YIELD currentQuery, status")
        return any(
            mark in (row["currentQuery"] or "") and "Terminated" not in row["status"]
            for row in rows
        )

    async def stopped() -> bool:
        return not await runs()

    asked = make(operation_seconds=3.0)
    work = asyncio.create_task(asked.execute(f'{{ count(mark: "{mark}") }}', context_value=graph))
    await until(runs)
    answer = await work
    assert answer.errors
    assert (answer.errors[0].extensions or {})["limit"] == "operationSeconds"
    await until(stopped, 10)


HINTED: list[tuple[str, dict[str, Any]]] = [
    ("{ helo }", {}),
    ("{ hello(nam: 1) }", {}),
    ("{ hello(colour: GREN) }", {}),
    ("{ thing(wish: {color: GREEN}) { name } }", {}),
    ("query ($w: Wsh) { thing(wish: $w) { name } }", {}),
    ("{ thing }", {}),
    ("{ hello @skp(if: true) hello @skip(i: true, if: true) }", {}),
    ("query ($c: Colour!) { hello(colour: $c) }", {"c": "GREN"}),
    ("query ($w: Wish) { thing(wish: $w) { name } }", {"w": {"color": "GREEN"}}),
]


@pytest.mark.parametrize(("text", "variables"), HINTED)
@pytest.mark.anyio
async def test_no_hint_is_given_where_introspection_is_off(
    text: str, variables: dict[str, Any]
) -> None:
    hidden = await errors(make(introspection=False), text, **variables)
    assert hidden
    assert "Did you mean" not in str(hidden)
    hinted = await errors(make(), text, **variables)
    assert len(hinted) == len(hidden)


@pytest.mark.anyio
async def test_hints_are_given_where_introspection_is_on() -> None:
    told = [str(await errors(make(), text, **variables)) for text, variables in HINTED]
    assert sum("Did you mean" in each for each in told) >= len(HINTED) - 1


@pytest.mark.anyio
async def test_introspection_can_be_off() -> None:
    wide = Limits(introspection=False)
    asked = LimitedSchema(query=Query, limits=lambda: wide)
    assert await errors(asked, get_introspection_query())
    assert await errors(asked, "{ __typename }") == []


NESTED = st.recursive(
    st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


def depth_of(value: Any) -> int:
    if not isinstance(value, dict | list):
        return 0
    parts = value.values() if isinstance(value, dict) else value
    return 1 + max(map(depth_of, parts), default=0)


@given(NESTED)
def test_nesting_is_what_recursion_finds(value: Any) -> None:
    assert nesting(value, 100) == depth_of(value)
    assert nesting(value, 2) == min(2, depth_of(value))


def ours() -> Iterator[tuple[str, str]]:
    """What this product itself asks: the page's tabs, the documents, and the benchmark."""
    yield "introspection", get_introspection_query(input_value_deprecation=True)
    for starter in graphiql.starters():
        yield starter.name, starter.query
    for snippet in snippets():
        yield snippet.where, snippet.query
    for name in ("LINEAGE", "CHILDREN", "IMPACT", "SEARCH"):
        yield name, getattr(cases, name)


@pytest.mark.parametrize(("name", "text"), list(ours()))
def test_what_we_ask_ourselves_is_within_the_limits(name: str, text: str) -> None:
    assert name
    of: Any = schema._schema
    for totals in Measure(of, parse(text, max_tokens=Limits().tokens), Limits()).operations():
        assert list(refusals(totals, Limits())) == []


def test_the_defaults_are_those_of_the_settings() -> None:
    assert Limits.of(Settings()) == Limits()


def test_every_page_of_ours_has_a_bound_and_no_way_around_it() -> None:
    """Strawberry's own connection takes `before` without `first`, and then has no bound."""
    of: Any = schema._schema
    found = 0
    for type_ in of.type_map.values():
        for name, field in getattr(type_, "fields", {}).items():
            arguments = getattr(field, "args", {})
            assert not {"before", "last"} & set(arguments), name
            if "after" in arguments and type_ is not of.subscription_type:
                assert arguments["first"].default_value <= Limits().page_size, name
                found += 1
    assert found > 5


@pytest.mark.anyio
async def test_hostile_chains_of_fragments_are_refused_over_every_way() -> None:
    """Eighteen levels kept the shipped limiters busy for seconds, and each more for twice that."""
    levels = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(400))
    text = f"{{ ...F0 }} {levels} fragment F400 on Query {{ hello }}"
    told = await errors(make(tokens=5000), text)
    assert {error["extensions"]["limit"] for error in told} == {"fields", "rootFields"}
