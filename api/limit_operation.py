"""Puts the limits around an operation: before it is parsed, before it runs, and while it runs."""

import asyncio
import math
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document

from api.error import ToldErrors, told
from api.limit import Limits, exceeded
from api.limit_document import rules
from api.observed_operation import Observed
from telemetry import watch

# A parsed document takes some hundred times the memory of its text, so long ones are not kept.
KEPT_CHARACTERS = 8192
KEPT_DOCUMENTS = 256


@dataclass
class _Parsed:
    """A document, and what each set of rules found in it."""

    document: DocumentNode
    verdicts: dict[Any, list[GraphQLError]] = field(default_factory=dict)

    def verdict(self, schema: GraphQLSchema, rules_: tuple[Any, ...]) -> list[GraphQLError]:
        found = self.verdicts.get((schema, rules_))
        if found is None:
            found = self.verdicts[schema, rules_] = validate_document(schema, self.document, rules_)
        return found


def _parse(text: str, tokens: int) -> _Parsed:
    return _Parsed(parse(text, max_tokens=tokens))


_parse_once = lru_cache(maxsize=KEPT_DOCUMENTS)(_parse)


class Limited(SchemaExtension):
    """Parses and validates within the limits, once for each text that is asked again."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._parsed: _Parsed | None = None

    def on_operation(self) -> Iterator[None]:
        context = self.execution_context
        context.parse_options["max_tokens"] = self._limits.tokens
        context.validation_rules = (*context.validation_rules, *rules(self._limits))
        yield

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        if context.query and context.graphql_document is None:
            once = _parse_once if len(context.query) <= KEPT_CHARACTERS else _parse
            try:
                self._parsed = once(context.query, self._limits.tokens)
                context.graphql_document = self._parsed.document
            except GraphQLSyntaxError:
                # Strawberry parses what has no document yet, and tells what is wrong with it;
                # an error out of this hook would pass by the other extensions.
                context.graphql_document = None
        yield

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        if self._parsed and context.graphql_document is self._parsed.document:
            found = self._parsed.verdict(context.schema._schema, context.validation_rules)
            wrong = [*self._limits.of_variables(context.variables), *self._unnamed()]
            context.pre_execution_errors = [*found, *wrong]
        yield

    def _unnamed(self) -> Iterator[GraphQLError]:
        """The error of not saying which of several operations is meant; Strawberry would run the
        first."""
        context = self.execution_context
        nodes = context.graphql_document.definitions if context.graphql_document else ()
        operations = [node for node in nodes if isinstance(node, OperationDefinitionNode)]
        if len(operations) > 1 and context._provided_operation_name is None:
            yield GraphQLError("Name one of the document's operations as `operationName`.")


class LimitedSchema(strawberry.Schema):
    """A schema whose operations keep to limits, and whose errors are all told in one place."""

    def __init__(self, *, limits: Callable[[], Limits], **members: Any) -> None:
        self._limits = limits
        super().__init__(
            **members,
            extensions=[
                lambda: ToldErrors(lambda error: limits().spoken(told(error))),
                lambda: Limited(limits()),
            ],
        )

    def get_extensions(self, sync: bool = False) -> list[SchemaExtension]:
        found: list[SchemaExtension] = super().get_extensions(sync)
        # First, to see errors as they are told.
        return [Observed(), *found] if watch.is_on() else found

    async def _execute_operation(self, *given: Any, **named: Any) -> Any:
        # The one step that queries and mutations take over every transport, and subscriptions not.
        work = super()._execute_operation(*given, **named)
        return await in_time(self._limits().operation_seconds, work)


async def in_time(seconds: float, work: Coroutine[Any, Any, Any]) -> Any:
    """The result of an operation, or the error that it took too long; what runs is cancelled, and
    the graph query of a cancelled operation is stopped by Neo4j as its connection closes."""
    begun = time.monotonic()
    try:
        async with asyncio.timeout(seconds) as timeout:
            return await work
    except TimeoutError:
        if not timeout.expired():
            raise
        passed = math.ceil(time.monotonic() - begun)
        return ExecutionResult(None, [exceeded("operationSeconds", passed, seconds)])
