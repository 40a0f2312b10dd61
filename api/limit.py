"""Limits of what one operation may ask, and how a client is told that it asked for more."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from graphql import GraphQLError, GraphQLSyntaxError

from settings import Settings, settings

_SUGGESTION = re.compile(r"\s*Did you mean [^?]*\?")
_TOO_MANY_TOKENS = re.compile(r"Document contains more than \d+ tokens")


@dataclass(frozen=True)
class Limits:
    """What an operation may ask at most. GraphiQL's introspection is 14 deep below its root."""

    depth: int = 15
    aliases: int = 500
    root_fields: int = 100
    fields: int = 1000
    directives: int = 100
    tokens: int = 5000
    cost: int = 200_000
    page_size: int = 200
    lineage_nodes: int = 5000
    introspection_depth: int = 16
    variables_depth: int = 32
    operation_seconds: float = 30.0
    introspection: bool = True

    @classmethod
    def of(cls, chosen: Settings) -> Self:
        return cls(
            depth=chosen.query_depth_max,
            aliases=chosen.query_aliases_max,
            root_fields=chosen.query_root_fields_max,
            fields=chosen.query_fields_max,
            directives=chosen.query_directives_max,
            tokens=chosen.query_tokens_max,
            cost=chosen.query_cost_max,
            page_size=chosen.page_size_max,
            lineage_nodes=chosen.lineage_nodes_max,
            variables_depth=chosen.variables_depth_max,
            operation_seconds=chosen.operation_seconds,
            introspection=chosen.introspection,
        )

    def spoken(self, error: GraphQLError) -> GraphQLError:
        """The error with its limit told, and without hints where introspection is off."""
        if isinstance(error, GraphQLSyntaxError) and _TOO_MANY_TOKENS.search(error.message):
            return exceeded("tokens", self.tokens + 1, self.tokens)
        if not self.introspection and "Did you mean" in error.message:
            error.message = _SUGGESTION.sub("", error.message)
        return error

    def of_variables(self, variables: dict[str, Any] | None) -> Iterator[GraphQLError]:
        """The error of variables that nest too deeply."""
        depth = nesting(variables or {}, self.variables_depth + 1)
        if depth > self.variables_depth:
            yield exceeded("variablesDepth", depth, self.variables_depth)


@cache
def limits() -> Limits:
    """The limits of this process."""
    return Limits.of(settings())


def exceeded(limit: str, asked: float, allowed: float) -> GraphQLError:
    """The error of an operation that is refused, or ended, because of a limit."""
    return GraphQLError(sentence(limit, asked, allowed), extensions=details(limit, asked, allowed))


def sentence(limit: str, asked: float, allowed: float) -> str:
    return f"{limit} is {asked:.16g}, and at most {allowed:.16g} is allowed"


def details(limit: str, asked: float, allowed: float) -> dict[str, Any]:
    return {"code": "LIMIT_EXCEEDED", "limit": limit, "asked": asked, "allowed": allowed}


def nesting(value: Any, enough: int) -> int:
    """How many objects and lists stand within each other at most, counted up to `enough`."""
    depth, level = 0, _members([[value]])
    while level and depth < enough:
        depth, level = depth + 1, _members(level)
    return depth


def _members(values: list[Any]) -> list[Any]:
    """The objects and lists in a level of objects and lists."""
    inner: list[Any] = []
    for value in values:
        parts = value.values() if isinstance(value, dict) else value
        inner.extend(part for part in parts if isinstance(part, dict | list))
    return inner
