"""Writes an operation for any field of the schema, so that a new field is asked about unasked."""

from collections.abc import Iterator, Mapping
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


def operation(kind: str, name: str, field: GraphQLField, ids: Mapping[str, str]) -> str:
    """A query or mutation that asks one root field for everything below it, some levels deep."""
    asked = _selection(field.type, DEEPEST, ids, ())
    return f"{kind} {{ {name}{_arguments(field.args, ids, every=True)} {asked} }}"


def _selection(type_: Any, depth: int, ids: Mapping[str, str], path: tuple[str, ...]) -> str:
    named = get_named_type(type_)
    if is_leaf_type(named):
        return ""
    if isinstance(named, GraphQLUnionType):
        parts = [f"... on {t.name} {_fields(t, depth, ids, path)}" for t in named.types]
        return "{ __typename " + " ".join(parts) + " }"
    return _fields(named, depth, ids, path)


def _fields(
    type_: GraphQLObjectType | GraphQLInterfaceType,
    depth: int,
    ids: Mapping[str, str],
    path: tuple[str, ...],
) -> str:
    asked = ["__typename"]
    for name, field in type_.fields.items():
        leaf = is_leaf_type(get_named_type(field.type))
        if not leaf and (depth == 0 or get_named_type(field.type).name in path):
            continue
        below = _selection(field.type, depth - 1, ids, (*path, type_.name))
        # Members of a union may give one name different types; an alias keeps them apart.
        asked.append(f"{type_.name}_{name}: {name}{_arguments(field.args, ids)} {below}")
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
    for name, field in type_.fields.items():
        required = isinstance(field.type, GraphQLNonNull) and field.default_value is Undefined
        if required or name in ids:
            yield f"{name}: {_literal(field.type, name, ids)}"


def _spelled(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_spelled(v)}" for k, v in value.items()) + "}"
    return "null" if value is None else f'"{value}"' if isinstance(value, str) else str(value)
