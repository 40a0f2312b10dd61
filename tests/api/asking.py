"""Writes an operation for any field of the schema, so that a new field is asked about unasked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    Undefined,
    get_named_type,
    is_leaf_type,
)

DEEPEST = 3
SCALARS: Mapping[str, Any] = {
    "String": "asked",
    "Int": 1,
    "Float": 1.0,
    "Boolean": False,
    "Long": 1,
    "JSON": {"asked": True},
    "DateTime": "2090-01-01T00:00:00Z",
    "Upload": None,
}


def operation(kind: str, name: str, asked: GraphQLField, ids: Mapping[str, str]) -> str:
    """A query or mutation that asks one root field for everything below it, some levels deep."""
    below = _selection(asked.type, DEEPEST, _Asking(ids))
    return f"{kind} {{ {name}{_arguments(asked.args, ids, every=True)} {below} }}"


@dataclass(frozen=True)
class _Asking:
    """What is given for arguments, the types above, and how deep each type was asked already."""

    ids: Mapping[str, str]
    path: tuple[str, ...] = ()
    done: dict[str, int] = field(default_factory=dict)

    def below(self, name: str) -> "_Asking":
        return replace(self, path=(*self.path, name))


def _selection(type_: Any, depth: int, asking: _Asking) -> str:
    named = get_named_type(type_)
    if is_leaf_type(named):
        return ""
    if isinstance(named, GraphQLUnionType):
        # Members may give one name different types; an alias keeps them apart.
        parts = [f"... on {t.name} {_fields(t, depth, asking, f'{t.name}_')}" for t in named.types]
        return "{ __typename " + " ".join(parts) + " }"
    return _fields(named, depth, asking)


def _fields(
    type_: GraphQLObjectType | GraphQLInterfaceType, depth: int, asking: _Asking, mark: str = ""
) -> str:
    """All fields of a type; where it was asked as deep before, those that have none below."""
    deeper = depth > asking.done.get(type_.name, 0)
    asking.done[type_.name] = max(depth, asking.done.get(type_.name, 0))
    asked = ["__typename"]
    for name, field_ in type_.fields.items():
        below = get_named_type(field_.type)
        if not is_leaf_type(below) and (not deeper or below.name in asking.path):
            continue
        inner = _selection(field_.type, depth - 1, asking.below(type_.name))
        alias = f"{mark}{name}: " if mark else ""
        asked.append(f"{alias}{name}{_arguments(field_.args, asking.ids)} {inner}")
    return "{ " + " ".join(asked) + " }"


def _arguments(
    arguments: Mapping[str, GraphQLArgument], ids: Mapping[str, str], *, every: bool = False
) -> str:
    given = [
        f"{name}: {_literal(argument.type, name, ids)}"
        for name, argument in arguments.items()
        if (isinstance(argument.type, GraphQLNonNull) and argument.default_value is Undefined)
        or (every and name in ids)
    ]
    return f"({', '.join(given)})" if given else ""


def _literal(type_: Any, name: str, ids: Mapping[str, str]) -> str:
    if isinstance(type_, GraphQLNonNull):
        return _literal(type_.of_type, name, ids)
    if isinstance(type_, GraphQLList):
        return f"[{_literal(type_.of_type, name, ids)}]"
    if isinstance(type_, GraphQLInputObjectType):
        return "{" + ", ".join(_members(type_, ids)) + "}"
    if isinstance(type_, GraphQLEnumType):
        return str(next(iter(type_.values)))
    if type_.name == "ID":
        return f'"{ids.get(name, ids["id"])}"'
    return _spelled(ids[name] if name in ids else SCALARS[type_.name])


def _members(type_: GraphQLInputObjectType, ids: Mapping[str, str]) -> Iterator[str]:
    for name, field_ in type_.fields.items():
        required = isinstance(field_.type, GraphQLNonNull) and field_.default_value is Undefined
        if required or name in ids:
            yield f"{name}: {_literal(field_.type, name, ids)}"


def _spelled(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_spelled(v)}" for k, v in value.items()) + "}"
    return "null" if value is None else f'"{value}"' if isinstance(value, str) else str(value)
