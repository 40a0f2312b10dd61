"""The pass over a document: what it counts, that it equals writing everything out, its work."""

from itertools import pairwise
from random import Random
from typing import Any

import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    build_schema,
    get_introspection_query,
    parse,
    specified_rules,
    validate,
)
from hypothesis import given
from hypothesis import strategies as st

from api.limit import Limits
from api.limit_document import CEILING, LIST_SIZE, Measure, Totals, rules

SCHEMA = build_schema("""
    interface Named { name: String! one: Thing things(first: Int = 50, last: Int): Page! }
    type Thing implements Named {
        name: String!
        one: Thing
        things(first: Int = 50, last: Int): Page!
        lineage(maxNodes: Int = 20): Lineage
        many: [Thing!]!
        tags: [String!]!
    }
    type Edge { node: Thing! cursor: String! }
    type Page { edges: [Edge!]! count: Int! }
    type Lineage { nodes: [Thing!]! edges: [Edge!]! }
    type Query { one: Thing named: Named things(first: Int = 50, last: Int): Page! many: [Thing!] bare(first: Int): Page }
""")
WIDE = Limits(tokens=10**9)


def totals(text: str) -> Totals:
    (found,) = Measure(SCHEMA, parse(text), WIDE).operations()
    return found


def refused(text: str, limits: Limits) -> list[dict[str, Any] | None]:
    found = validate(SCHEMA, parse(text), [*specified_rules, *rules(limits)])
    assert all(
        str(value) in error.message
        for error in found
        for key, value in (error.extensions or {}).items()
        if key in {"asked", "allowed"}
    )
    return [error.extensions for error in found]


def told(limit: str, asked: int, allowed: int) -> dict[str, Any]:
    return {"code": "LIMIT_EXCEEDED", "limit": limit, "asked": asked, "allowed": allowed}


COSTS = {
    "{ one { name } }": 1,
    "{ many { name tags } }": LIST_SIZE,
    "{ many { many { name } } }": LIST_SIZE + LIST_SIZE * LIST_SIZE,
    "{ things { count } }": 50,
    "{ things(first: 3) { edges { node { name } } } }": 3 * (1 + 1 + 1),
    "{ things(last: 4) { count } }": 50,
    "{ things(first: 1, last: 4) { count } }": 4,
    "{ bare { count } }": WIDE.page_size,
    "query ($n: Int) { things(first: $n) { count } }": WIDE.page_size,
    "{ things(first: null) { count } }": WIDE.page_size,
    "{ things(first: -5) { count } }": 1,
    "{ one { lineage { nodes { name } edges { cursor } } } }": 1 + 20 * (1 + 1 + 1),
    "query ($n: Int) { one { lineage(maxNodes: $n) { nodes { name } } } }": 1 + 5000 * 2,
    "{ things(first: 2) { edges { node { things(first: 3) { count } } } } }": 2 * (3 + 3),
    "{ __schema { types { fields { name } } } }": 1,
    "{ unknown(first: 9) { of { no } } }": 2,
}


@pytest.mark.parametrize(("text", "cost"), COSTS.items())
def test_a_list_costs_its_page(text: str, cost: int) -> None:
    assert totals(text).cost == cost


def test_the_largest_of_several_page_sizes_counts() -> None:
    assert totals("{ things(first: 7, last: 9) { count } }").cost == 9


@pytest.mark.parametrize("digits", ["9" * 10, "9" * 60_000])
def test_numbers_stop_growing(digits: str) -> None:
    text = f"{{ things(first: {digits}) {{ edges {{ node {{ name }} }} }} }}"
    assert totals(text).cost == CEILING
    chain = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))
    found = totals(f"{{ ...F0 }} {chain} fragment F60 on Query {{ a: one {{ name }} }}")
    assert (found.aliases, found.fields, found.top, found.cost) == (CEILING,) * 4


def test_everything_is_counted_at_every_spread() -> None:
    found = totals("""
        query ($x: Boolean! @a) @b { ...F x: one { ...G @c } ...F }
        fragment F on Query { one @include(if: $x) { ... on Thing @d { y: name } } named { name } }
        fragment G on Thing @e { one { one { ...H } } }
        fragment H on Thing { name }
    """)
    # The directives of a fragment's definition count at each of its spreads.
    assert found == Totals(
        depth=4, aliases=3, fields=12, top=5, directives=8, cost=7, introspection=0
    )


def test_an_unused_operation_counts_for_itself() -> None:
    document = parse("query A { one { name } } query B { a: one { b: name } }")
    assert [t.aliases for t in Measure(SCHEMA, document, WIDE).operations()] == [0, 2]


# Documents without cycles: each fragment spreads later ones only.
FRAGMENTS = 4
TYPES = ("Thing", "Thing", "Page", "Edge", "Query")
FIELDS = ("one", "many", "named", "edges", "node", "lineage", "nodes", "__schema")
SIZES = ("", "(first: 2)", "(last: 3)", "(first: $n)", "(first: 4, last: 5)")


class Writer:
    """Writes a document by chance."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)

    def document(self) -> str:
        later = range(1, FRAGMENTS + 1)
        fragments = [f"fragment F{n} on {TYPES[n]} {self.selections(n, 2)}" for n in later]
        return f"query ($n: Int) {self.selections(0, 3)} {' '.join(fragments)}"

    def selections(self, number: int, depth: int) -> str:
        parts = [self.selection(number, depth) for _ in range(self.chance.randint(1, 3))]
        return "{ " + " ".join(parts) + " }"

    def selection(self, number: int, depth: int) -> str:
        pick = self.chance.choice
        alias, mark = pick(["", "", "a: ", "b: "]), pick(["", "", " @skip(if: false)", " @x @y"])
        kind = self.chance.randrange(5 if depth else 2)
        if kind == 0 and number < FRAGMENTS:
            return f"...F{self.chance.randint(number + 1, FRAGMENTS)}{mark}"
        if kind < 2:
            return f"{alias}{pick(['name', 'tags', 'cursor'])}{mark}"
        inner = self.selections(number, depth - 1)
        if kind == 2:
            return f"... {pick(['on Thing', 'on Page', ''])}{mark} {inner}"
        if kind == 3:
            return f"{alias}things{pick(SIZES)}{mark} {inner}"
        return f"{alias}{pick(FIELDS)}{mark} {inner}"


class Naive:
    """The same by writing every spread out."""

    def __init__(self, text: str) -> None:
        self.document = parse(text)
        self.fragments = {
            node.name.value: node
            for node in self.document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

    def totals(self) -> tuple[int, ...]:
        operation: Any = self.document.definitions[0]
        return self.of(operation.selection_set, SCHEMA.query_type)

    def of(self, selections: Any, type_: Any) -> tuple[int, ...]:
        found = [self.one(node, type_) for node in selections.selections]
        marks = sum(len(node.directives or ()) for node in selections.selections)
        depth, introspection, *sums = zip(*found, strict=True)
        aliases, fields, top, directives, cost = map(sum, sums)
        return max(depth), max(introspection), aliases, fields, top, directives + marks, cost

    def one(self, node: Any, type_: Any) -> tuple[int, ...]:
        if isinstance(node, FragmentSpreadNode):
            fragment = self.fragments[node.name.value]
            on = SCHEMA.get_type(fragment.type_condition.name.value)
            return self.of(fragment.selection_set, on)
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            on = SCHEMA.get_type(condition.name.value) if condition else type_
            return self.of(node.selection_set, on)
        return self.field(node, type_)

    def field(self, node: FieldNode, type_: Any) -> tuple[int, ...]:
        alias = int(bool(node.alias))
        if node.selection_set is None:
            return 1, 0, alias, 1, 1, 0, 0
        known = getattr(type_, "fields", {}).get(node.name.value)
        inner, size = NAMED.get(known and str(known.type), (None, 1))
        below = self.of(node.selection_set, inner)
        depth, introspection, aliases, fields, _, directives, cost = below
        if node.name.value == "__schema":
            return 1, max(depth, introspection), aliases + alias, fields + 1, 1, directives, 1
        if known and node.name.value == "things":
            size = self.page(node)
        elif str(type_) in {"Page", "Lineage"}:
            size = 1
        return (
            depth + 1,
            introspection,
            aliases + alias,
            fields + 1,
            1,
            directives,
            size * (1 + cost),
        )

    def page(self, node: FieldNode) -> int:
        given = {
            a.name.value: getattr(a.value, "value", WIDE.page_size) for a in node.arguments or ()
        }
        return max(int(given.get("first", 50)), int(given.get("last", 0)))


NAMED: dict[Any, tuple[Any, int]] = {
    "Thing": (SCHEMA.get_type("Thing"), 1),
    "Thing!": (SCHEMA.get_type("Thing"), 1),
    "Named": (SCHEMA.get_type("Named"), 1),
    "Page!": (SCHEMA.get_type("Page"), 1),
    "Lineage": (SCHEMA.get_type("Lineage"), 20),
    "[Thing!]!": (SCHEMA.get_type("Thing"), LIST_SIZE),
    "[Thing!]": (SCHEMA.get_type("Thing"), LIST_SIZE),
    "[Edge!]!": (SCHEMA.get_type("Edge"), LIST_SIZE),
}


@given(st.integers(0, 1 << 48).map(lambda seed: Writer(seed).document()))
def test_one_pass_finds_what_writing_everything_out_finds(text: str) -> None:
    found = totals(text)
    assert (
        found.depth,
        found.introspection,
        found.aliases,
        found.fields,
        found.top,
        found.directives,
        found.cost,
    ) == tuple(min(number, CEILING) for number in Naive(text).totals())


def chained(levels: int, width: int = 2) -> str:
    """Fragments that each spread the next several times."""
    parts = [
        f"fragment F{a} on Thing {{ {f'...F{b} ' * width} }}" for a, b in pairwise(range(levels))
    ]
    return f"{{ one {{ ...F0 }} }} {' '.join(parts)} fragment F{levels - 1} on Thing {{ name }}"


def steps(text: str) -> int:
    measure = Measure(SCHEMA, parse(text), WIDE)
    list(measure.operations())
    return measure.steps


@pytest.mark.parametrize(("levels", "width"), [(500, 2), (50, 50)])
def test_chained_fragments_are_work_in_their_length_alone(levels: int, width: int) -> None:
    counts = [steps(chained(times * levels, width)) for times in (1, 2, 4)]
    # Each spread is looked at once, and its fragment's sum is added once.
    assert [b - a for a, b in pairwise(counts)] == [levels * 2 * width, 2 * levels * 2 * width]


def test_many_operations_share_the_sums() -> None:
    operations = " ".join(f"query Q{n} {{ one {{ ...F0 }} }}" for n in range(300))
    fragments = chained(300).partition("} }")[2]
    assert steps(operations + fragments) < 300 * 3 + 300 * 4 + 10


def test_a_chain_that_writes_out_to_millions_is_refused_by_its_numbers() -> None:
    (error,) = refused(chained(1000), Limits())
    assert error == told("fields", CEILING, 1000)


CYCLES = [
    "{ one { ...A } } fragment A on Thing { name ...A }",
    "{ one { ...A } } fragment A on Thing { one { ...B } ...C } "
    "fragment B on Thing { ...A ...C } fragment C on Thing { one { ...B ...A } }",
    "{ one { ...F0 } } "
    + " ".join(f"fragment F{n} on Thing {{ ...F{(n + 1) % 2000} }}" for n in range(2000)),
]


@pytest.mark.parametrize("text", CYCLES, ids=["itself", "each other", "two thousand"])
def test_fragments_within_themselves_are_left_to_the_rule_of_cycles(text: str) -> None:
    assert totals(text).depth >= 1
    found = validate(SCHEMA, parse(text), [*specified_rules, *rules(Limits())])
    assert found
    assert not any((error.extensions or {}).get("limit") for error in found)


def test_an_unknown_fragment_is_left_to_its_rule() -> None:
    (error,) = validate(SCHEMA, parse("{ ...No }"), [*specified_rules, *rules(Limits())])
    assert "Unknown fragment" in error.message


BEYOND = [
    ("{ one { one { name } } }", Limits(depth=2), told("depth", 3, 2)),
    ("{ a: one { name } b: one { name } }", Limits(aliases=1), told("aliases", 2, 1)),
    ("{ one { name } many { name } }", Limits(root_fields=1), told("rootFields", 2, 1)),
    ("{ one { name tags } }", Limits(fields=2), told("fields", 3, 2)),
    (
        "{ one @skip(if: false) { name @include(if: true) } }",
        Limits(directives=1),
        told("directives", 2, 1),
    ),
    ("{ things(first: 101) { count } }", Limits(cost=100), told("cost", 101, 100)),
]


@pytest.mark.parametrize(("text", "limits", "error"), BEYOND)
def test_a_limit_tells_what_was_asked_and_what_is_allowed(
    text: str, limits: Limits, error: dict[str, Any]
) -> None:
    assert refused(text, limits) == [error]
    assert refused(text, Limits()) == []


def test_all_limits_that_are_passed_are_told() -> None:
    found = refused("{ a: one { name } b: one { name } }", Limits(aliases=1, root_fields=1))
    assert sorted(str(error and error["limit"]) for error in found) == ["aliases", "rootFields"]


def test_a_refused_document_is_looked_at_by_no_other_rule() -> None:
    text = "{ " + "nothing " * 50 + "}"
    assert [error and error["limit"] for error in refused(text, Limits(fields=49))] == ["fields"]


def test_the_introspection_of_tools_passes_whatever_the_depth() -> None:
    assert refused(get_introspection_query(input_value_deprecation=True), Limits(depth=2)) == []


def test_introspection_has_a_depth_of_its_own() -> None:
    text = '{ __type(name: "Thing") { ' + "ofType { " * 20 + "name" + " }" * 22
    assert refused(text, Limits()) == [told("introspectionDepth", 21, 16)]


def test_introspection_can_be_refused() -> None:
    found: list[GraphQLError] = validate(
        SCHEMA, parse("{ __schema { queryType { name } } }"), rules(Limits(introspection=False))
    )
    assert found
    assert "introspection" in found[0].message
    assert validate(SCHEMA, parse("{ __typename }"), rules(Limits(introspection=False))) == []
