"""The compiled executor: the same answers as graphql-core's, and plans that live as long as they
should."""

import asyncio
import gc
import json
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import strawberry
from graphql import OperationDefinitionNode, parse, validate
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.extensions import FieldExtension, SchemaExtension

from api import execution, execution_plan
from api.execution import Executor
from api.execution_plan import Plan
from api.schema import schema as real_schema
from tests.api.shapes import (
    BAD,
    GOOD,
    MOMENT,
    Asking,
    Colour,
    Data,
    Maker,
    Raising,
    Row,
    Size,
    schema_with,
)

# After some errors graphql-core, with or without our executor, leaves coroutines never awaited.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine:RuntimeWarning")
OURS, THEIRS = schema_with(Executor), schema_with(None)
Answer = tuple[str, list[tuple[str, Any, Any]]]


async def ask(
    schema: strawberry.Schema,
    query: str,
    root: Any,
    variables: dict[str, Any] | None = None,
    context: Any = None,
) -> Answer:
    """Data with its order, and all that errors say."""
    result = await schema.execute(
        query, variables, root_value=root, context_value=context or {"picky": True}
    )
    errors = [(each.message, each.path, each.locations) for each in result.errors or ()]
    return json.dumps(result.data), errors


def values(schema: strawberry.Schema, query: str, root: Any) -> Any:
    text, errors = asyncio.run(ask(schema, query, root))
    assert not errors
    return json.loads(text)


@pytest.fixture(scope="module", autouse=True)
def collected() -> Iterator[None]:
    """What is left so is collected at the end, and not amid a plan, which could not warn of it."""
    gc.disable()
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        gc.collect()
    gc.enable()


class OneDocument(SchemaExtension):
    """Parses and validates a text once."""

    kept: dict[str, Any] = {}  # noqa: RUF012

    def on_parse(self) -> Iterator[None]:
        query = self.execution_context.query
        assert query
        if query not in self.kept:
            self.kept[query] = parse(query)
            assert not validate(self.execution_context.schema._schema, self.kept[query])
        self.execution_context.graphql_document = self.kept[query]
        yield

    def on_validate(self) -> Iterator[None]:
        self.execution_context.pre_execution_errors = []
        yield


CACHED = schema_with(Executor, extensions=[OneDocument])
CACHED_THEIRS = schema_with(None, extensions=[OneDocument])


@settings(max_examples=100, deadline=None)
@given(
    asking=st.integers(0, 2**32),
    seeds=st.lists(st.integers(0, 2**32), min_size=1, max_size=3),
    no=st.booleans(),
    yes=st.booleans(),
    picky=st.booleans(),
)
def test_answers_are_those_of_graphql_core(
    asking: int, seeds: list[int], no: bool, yes: bool, picky: bool
) -> None:
    query, context = Asking(asking).document(), {"picky": picky}

    async def compare() -> None:
        # The same data again: by then there is a plan for whatever can have one.
        for seed in [*seeds, *seeds]:
            for variables in ({"no": no}, {"no": no, "yes": yes}):
                arguments = (query, Data(seed).root(), variables, context)
                theirs = await ask(CACHED_THEIRS, *arguments)
                arguments = (query, Data(seed).root(), variables, context)
                assert await ask(CACHED, *arguments) == theirs

    asyncio.run(compare())
    OneDocument.kept.clear()


def thing(**changes: Any) -> Row:
    usual = {
        "text": "a",
        "word": "w",
        "number": 1,
        "count": 2,
        "ratio": 0.5,
        "flag": True,
        "ident": "i",
        "colour": Colour.BLUE,
        "size": Size.LARGE,
        "moment": MOMENT,
        "fussy": "f",
        "tags": ["x"],
        "grid": [[1, None], None],
        "child": None,
        "children": [],
        "strict": [],
    }
    return Row(**usual | changes)


PLAIN = "text word number count ratio flag ident colour size moment fussy tags grid"
ALL = f"{{ thing {{ {PLAIN} child {{ {PLAIN} }} }} }}"


FIELDS = [*PLAIN.split(), "colours", "child", "must", "children", "strict", "named", "pets", "cat"]


@pytest.mark.parametrize("name", [*FIELDS, "picky"])
def test_every_value_in_every_field_is_answered_alike(name: str) -> None:
    """Each of them comes to a function that is there already, alone and in lists."""
    composite = "{ __typename }" if name in FIELDS[14:] or name == "picky" else ""
    query = f"{{ things {{ {name} {composite} }} }}"
    makers: list[Maker] = [*BAD, *(maker for group in GOOD.values() for maker in group)]

    async def compare() -> None:
        for schema in (CACHED, CACHED_THEIRS):
            await ask(schema, query, Row(things=[thing(), thing()]))
        for maker in makers:
            for wrap in (lambda v: v, lambda v: [v], lambda v: [[v]], lambda v: thing(name=v)):
                theirs = await ask(
                    CACHED_THEIRS, query, Row(things=[thing(**{name: wrap(maker())})])
                )
                ours = await ask(CACHED, query, Row(things=[thing(**{name: wrap(maker())})]))
                assert ours == theirs

    asyncio.run(compare())


def plans() -> list[Plan | None]:
    """Every plan there is."""
    return [
        plan
        for operation in execution._operations.values()
        for variant in operation.variants.values()
        for plan in variant._plans.values()
    ]


@pytest.fixture(autouse=True)
def _apart() -> Iterator[None]:
    execution._operations.clear()
    OneDocument.kept.clear()
    yield
    OneDocument.kept.clear()


@pytest.fixture
def slow_fields(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the fields that graphql-core executes."""
    found: list[str] = []
    execute = Executor.execute_field

    def noted(self: Executor, parent: Any, source: Any, details: Any, *rest: Any) -> Any:
        found.append(details[0].node.name.value)
        return execute(self, parent, source, details, *rest)

    monkeypatch.setattr(Executor, "execute_field", noted)
    return found


def test_what_is_plain_is_answered_by_one_function(slow_fields: list[str]) -> None:
    root = Row(thing=thing(child=thing()))
    expected = values(CACHED_THEIRS, ALL, root)
    for _ in range(3):
        slow_fields.clear()
        assert values(CACHED, ALL, root) == expected
    assert slow_fields == ["thing"]


def test_a_list_gets_its_function_at_once(slow_fields: list[str]) -> None:
    root = Row(things=[thing(), None, thing()])
    query = f"{{ things {{ {PLAIN} }} }}"
    assert values(OURS, query, root) == values(THEIRS, query, root)
    assert slow_fields == ["things"]


def test_a_plan_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []

    def noted(*given: Any) -> Plan | None:
        made.append(given)
        return execution_plan.plan(*given)

    monkeypatch.setattr(execution, "plan", noted)
    for _ in range(5):
        values(CACHED, ALL, Row(thing=thing(child=thing())))
    assert len(made) == 2


def test_a_field_with_a_resolver_leaves_its_neighbours_their_function(
    slow_fields: list[str],
) -> None:
    query = "{ things { text shout number later count } }"
    root = Row(things=[thing(), thing(word="v")])
    answer = values(CACHED, query, root)
    slow_fields.clear()
    assert values(CACHED, query, root) == answer == values(CACHED_THEIRS, query, root)
    assert list(answer["things"][0]) == ["text", "shout", "number", "later", "count"]
    assert slow_fields == ["things", *["shout", "later"] * 2]


def test_an_error_in_a_list_costs_its_object_alone_the_function(slow_fields: list[str]) -> None:
    query = "{ things { text count } }"
    rows = [thing(), thing(count=Raising(RuntimeError("no"))), thing()]
    for _ in range(2):
        slow_fields.clear()
        theirs = asyncio.run(ask(CACHED_THEIRS, query, Row(things=rows)))
        assert asyncio.run(ask(CACHED, query, Row(things=rows))) == theirs
        assert theirs[1][0][1] == ["things", 1, "count"]
        assert slow_fields[-3:] == ["things", "text", "count"]


def test_a_mutation_shows_what_it_changed() -> None:
    query = 'mutation { a: rename(word: "x") { word } b: rename(word: "y") { word } }'
    for _ in range(3):
        answer = values(CACHED, query, Row(thing=thing()))
        assert answer == {"a": {"word": "x"}, "b": {"word": "y"}}


def test_the_variables_of_skip_and_include_choose_the_plan() -> None:
    query = (
        "query ($a: Boolean!, $b: Boolean!, $n: Int!) "
        "{ thing { text @skip(if: $a) ...F shout(times: $n) } }"
        "fragment F on Thing { word @include(if: $b) }"
    )

    async def shown(**variables: Any) -> list[str]:
        text, errors = await ask(CACHED, query, Row(thing=thing()), variables)
        assert not errors
        return list(json.loads(text)["thing"])

    for number in range(3):
        assert asyncio.run(shown(a=True, b=True, n=number)) == ["word", "shout"]
        assert asyncio.run(shown(a=False, b=False, n=number)) == ["text", "shout"]
    (operation,) = execution._operations.values()
    assert operation.choosing == ("a", "b")
    assert operation.variants.keys() == {(True, True), (False, False)}


def test_only_so_many_choices_are_kept() -> None:
    names = [f"v{number}" for number in range(6)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: text @skip(if: ${name})" for name in names)
    query = f"query ({declared}) {{ thing {{ word {fields} }} }}"
    for number in range(2 * execution.VARIANTS_MAX):
        chosen = {name: bool(number >> at & 1) for at, name in enumerate(names)}
        asyncio.run(ask(CACHED, query, Row(thing=thing()), chosen))
    (operation,) = execution._operations.values()
    assert len(operation.variants) == execution.VARIANTS_MAX


def test_a_document_that_is_gone_takes_its_plans_along() -> None:
    values(CACHED, ALL, Row(thing=thing()))
    assert len(execution._operations) == 1
    OneDocument.kept.clear()
    gc.collect()
    assert not execution._operations


def test_schemas_share_documents_but_no_plans() -> None:
    other = schema_with(Executor, extensions=[OneDocument])
    for schema in (CACHED, other):
        values(schema, ALL, Row(thing=thing()))
    assert len(OneDocument.kept) == 1
    assert len(execution._operations) == 2


def test_an_extension_that_resolves_sees_every_field() -> None:
    seen: list[str] = []

    class Seeing(SchemaExtension):
        def resolve(self, _next: Any, root: Any, info: Any, *given: Any, **named: Any) -> Any:
            seen.append(info.field_name)
            return _next(root, info, *given, **named)

    schema = schema_with(Executor, extensions=[OneDocument, Seeing])
    for _ in range(3):
        seen.clear()
        values(schema, "{ thing { text word } }", Row(thing=thing()))
        assert seen == ["thing", "text", "word"]
    assert not execution._operations


def test_a_field_with_an_extension_is_not_plain() -> None:
    class Upper(FieldExtension):
        def resolve(self, next_: Any, source: Any, info: Any, **named: Any) -> Any:
            return next_(source, info, **named).upper()

    @strawberry.type
    class Inner:
        word: str = strawberry.field(extensions=[Upper()])
        other: str

    @strawberry.type
    class Outer:
        inner: Inner

    schema = strawberry.Schema(Outer, extensions=[OneDocument], execution_context_class=Executor)
    for _ in range(3):
        answer = values(schema, "{ inner { word other } }", Row(inner=Row(word="a", other="b")))
        assert answer == {"inner": {"word": "A", "other": "b"}}


def test_a_list_that_can_be_read_but_once_is_not_read_in_vain() -> None:
    for _ in range(3):
        root = Row(thing=thing(tags=iter(["x", "y"])))
        assert values(CACHED, "{ thing { word tags } }", root)["thing"]["tags"] == ["x", "y"]


def test_an_operation_that_may_come_piece_by_piece_has_no_plans() -> None:
    def choosing(query: str) -> tuple[str, ...] | None:
        document = parse(query)
        fragments = {d.name.value: d for d in document.definitions[1:]}  # type: ignore[attr-defined]
        operation = document.definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        return execution._choosing(operation, fragments)  # type: ignore[arg-type]

    assert choosing("{ thing { ...F @defer } } fragment F on Thing { text }") is None
    assert choosing("{ thing { ...F } } fragment F on Thing { strict @stream { text } }") is None
    assert choosing("{ thing { ... { text @skip(if: $a) } } }") == ("a",)


def test_functions_of_the_same_fields_are_shared() -> None:
    """Else fragments that spread the next one twice would double them at each level."""
    levels = 18
    spreads = " ".join(
        f"fragment F{n} on Thing {{ a: must {{ ...F{n + 1} }} b: must {{ ...F{n + 1} }} }}"
        for n in range(levels)
    )
    query = f"{{ things {{ ...F0 }} }} {spreads} fragment F{levels} on Thing {{ word }}"
    rows = [Row(must=None), Row(must=None)]
    asyncio.run(ask(CACHED, query, Row(things=rows)))
    assert len(plans()) <= 2 * levels + 2


def test_the_real_schema_is_executed_so() -> None:
    assert real_schema.execution_context_class is Executor
