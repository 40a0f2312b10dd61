"""Selections as Python functions, from an object to its part of the answer.

A function knows the ordinary values alone. At anything else it raises, whatever that is: whoever
called it drops what it had and lets graphql-core complete that value, errors and all.
"""

import datetime
import decimal
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from keyword import iskeyword
from math import isfinite
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
)
from graphql.execution.collect_fields import FieldDetailsList
from strawberry.execution import optimized_is_awaitable as is_awaitable
from strawberry.schema.schema_converter import CustomGraphQLEnumType
from strawberry.types.field import StrawberryField

Complete = Callable[[Any], Any]
Selected = tuple[str, FieldDetailsList]
# Of these exact classes nothing can be awaited or raised.
HARMLESS = frozenset(
    {str, int, float, bool, bytes, list, tuple, dict}
    | {datetime.datetime, datetime.date, datetime.time, decimal.Decimal, uuid.UUID}
)
# Values that stand for themselves in an answer; `{0}` is read first, `{1}` after it.
THEMSELVES = {
    GraphQLString: "type({0}) is str",
    GraphQLID: "type({0}) is str",
    GraphQLBoolean: "type({0}) is bool",
    GraphQLInt: "type({0}) is int and -0x80000000 <= {1} <= 0x7FFFFFFF",
    GraphQLFloat: "type({0}) is float and isfinite({1})",
}


class Surprise(Exception):
    """A value that is for graphql-core to complete."""


@dataclass(frozen=True)
class Step:
    """Neighbours in a selection: plain ones with their function, or one that is not plain."""

    fill: Complete | None
    fields: Sequence[Selected]


@dataclass(frozen=True)
class Plan:
    """How to answer a selection: `whole` checks an object and answers it, if all of it is plain."""

    whole: Complete | None
    steps: Sequence[Step]


@dataclass(frozen=True)
class Chosen:
    """A field of a selection; `shown` is the attribute it shows, if it is no more than that."""

    selected: Selected
    type: GraphQLOutputType
    shown: str | None


WholeOf = Callable[[GraphQLObjectType, FieldDetailsList], Complete | None]


def attribute(field: GraphQLField, details: FieldDetailsList) -> str | None:
    """What a field reads from its object if it has neither resolver, argument nor extension."""
    shown = field.extensions.get("strawberry-definition")
    if not isinstance(shown, StrawberryField):
        return None
    plain = (
        shown.is_basic_field
        and getattr(field.resolve, "_is_default", False)
        and shown.default_resolver is getattr
        and type(shown).get_result is StrawberryField.get_result
        and not field.args
        and not details[0].node.arguments
    )
    name = shown.python_name
    return name if plain and name.isidentifier() and not iskeyword(name) else None


def plan(type_: GraphQLObjectType, fields: Iterable[Chosen], whole_of: WholeOf) -> Plan | None:
    """The plan of a selection, if there is anything plain in it."""
    steps = list(_steps(type_, list(fields), whole_of))
    if len(steps) == 1 and steps[0].fill:
        return Plan(_guarded(type_, steps[0].fill), steps)
    return Plan(None, steps) if any(step.fill for step in steps) else None


def _steps(type_: GraphQLObjectType, fields: list[Chosen], whole_of: WholeOf) -> Iterator[Step]:
    written = _Written(whole_of)
    lines = [(field.selected, written.line(type_, field)) for field in fields]
    if not lines:
        yield Step(lambda _: {}, ())
    for plain, group in groupby(lines, key=lambda each: each[1] is not None):
        run = list(group)
        if plain:
            fill = written.function([line for _, line in run if line])
            yield Step(fill, [selected for selected, _ in run])
        else:
            yield from (Step(None, [selected]) for selected, _ in run)


class _NotPlain(Exception):
    """A field that has something below it which no function can answer."""


class _Written:
    """Source text of functions, and the values that its names stand for."""

    def __init__(self, whole_of: WholeOf) -> None:
        self._whole_of = whole_of
        self._values: dict[str, Any] = {"isfinite": isfinite, "items": _items}

    def function(self, lines: list[str]) -> Complete:
        source = "def fill(o):\n return {\n  " + ",\n  ".join(lines) + "\n }"
        made: dict[str, Any] = {}
        exec(source, self._values, made)  # noqa: S102  names of the schema and of GraphQL alone
        fill: Complete = made["fill"]
        return fill

    def line(self, type_: GraphQLObjectType, field: Chosen) -> str | None:
        """`"name": value` as it stands in a function; None if the field is not plain."""
        name, details = field.selected
        if details[0].node.name.value == "__typename":
            return f"{name!r}: {type_.name!r}"
        if field.shown is None:
            return None
        try:
            return f"{name!r}: {self._value(field.type, f'o.{field.shown}', details)}"
        except _NotPlain:
            return None

    def _value(self, type_: GraphQLOutputType, got: str, details: FieldDetailsList) -> str:
        """The completed value of `got`, which is an attribute or a variable."""
        if isinstance(type_, GraphQLNonNull):
            return self._present(type_.of_type, got, details)
        first, then = _bound(got)
        if test := _test(type_):
            leaf = self._leaf(type_)
            return f"{then} if {test.format(first, then)} or {then} is None else {leaf}({then})"
        return f"None if {first} is None else {self._present(type_, then, details)}"

    def _present(self, type_: GraphQLOutputType, got: str, details: FieldDetailsList) -> str:
        first, then = _bound(got)
        if isinstance(type_, GraphQLList):
            item = f"i{len(self._values)}"
            self._values[item] = None
            return f"[{self._value(type_.of_type, item, details)} for {item} in items({got})]"
        if isinstance(type_, GraphQLObjectType):
            return f"{self._object(type_, details)}({got})"
        if test := _test(type_):
            return f"{then} if {test.format(first, then)} else {self._leaf(type_)}({then})"
        if isinstance(type_, CustomGraphQLEnumType):
            class_ = self._name("class", type_.wrapped_cls)
            names = self._name("names", _names(type_))
            return f"{names}[{then}] if type({first}) is {class_} else {self._leaf(type_)}({then})"
        if isinstance(type_, GraphQLScalarType | GraphQLEnumType):
            return f"{self._leaf(type_)}({got})"
        raise _NotPlain

    def _name(self, kind: str, value: Any) -> str:
        name = f"{kind}{len(self._values)}"
        self._values[name] = value
        return name

    def _leaf(self, type_: Any) -> str:
        return self._name("leaf", _leaf(type_.coerce_output_value))

    def _object(self, type_: GraphQLObjectType, details: FieldDetailsList) -> str:
        whole = self._whole_of(type_, details)
        if whole is None:
            raise _NotPlain
        return self._name("object", whole)


def _bound(got: str) -> tuple[str, str]:
    """How to read a value first, and again."""
    return (f"(v := {got})", "v") if got.startswith("o.") else (got, got)


def _test(type_: GraphQLOutputType) -> str | None:
    return THEMSELVES.get(type_) if isinstance(type_, GraphQLScalarType) else None


def _names(type_: CustomGraphQLEnumType) -> dict[Any, str]:
    """The members that are in the schema, by their names there."""
    shown = [value.value for value in type_.values.values()]
    class_: Iterable[Any] = type_.wrapped_cls
    members = [member for member in class_ if member.value in shown]
    return {member: type_.coerce_output_value(member) for member in members}


def _odd(value: Any) -> bool:
    """Whether a value is none, an error, or to be waited for."""
    if type(value) in HARMLESS:
        return False
    absent = value is None or value is Undefined
    return absent or isinstance(value, Exception) or is_awaitable(value)


def _items(value: Any) -> Any:
    """A list that can be read twice."""
    if type(value) is list or type(value) is tuple:
        return value
    raise Surprise


def _leaf(coerce: Complete) -> Complete:
    # `_odd` looks for harmless classes too, but a call for each value would cost more than that.
    def leaf(value: Any) -> Any:
        if type(value) not in HARMLESS and _odd(value):
            raise Surprise
        coerced = coerce(value)
        if type(coerced) not in HARMLESS and _odd(coerced):
            raise Surprise
        return coerced

    return leaf


class _NoInfo:
    """Stands for the resolve info that no function has."""

    def __getattr__(self, name: str) -> Any:
        raise Surprise


NO_INFO: Any = _NoInfo()


def _guarded(type_: GraphQLObjectType, fill: Complete) -> Complete:
    """Refuses objects that graphql-core would not take for one of this type."""
    is_type_of = type_.is_type_of

    def whole(value: Any) -> Any:
        if _odd(value):
            raise Surprise
        if is_type_of is not None and is_type_of(value, NO_INFO) is not True:
            raise Surprise
        return fill(value)

    return whole
