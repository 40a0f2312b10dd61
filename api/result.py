"""The results of an operation of any kind, one by one, for the transports that stream."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing

from graphql import GraphQLError
from strawberry.schema import Schema
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from api.answer import has_data
from api.context import Context
from api.operation import Operation
from api.state import State


async def results(
    state: State,
    schema: Schema,
    operation: Operation,
    context: Context,
    allowed: Collection[OperationType] = tuple(OperationType),
) -> AsyncGenerator[ExecutionResult, None]:
    """A result without data is the last, and tells why there is none, or none any more."""
    try:
        operation = state.documents.resolved(operation)
    except GraphQLError as error:
        yield ExecutionResult(None, [error])
        return
    found = await schema.stream(
        operation.query,
        variable_values=operation.variables,
        context_value=context,
        operation_name=operation.name,
        operation_extensions=operation.extensions,
        allowed_operation_types=allowed,
    )
    async with aclosing(found):
        async for result in found:
            assert isinstance(result, ExecutionResult)  # incremental delivery is off
            yield result
            if not has_data(result):
                return
            # A source that has more at once, and a send that need not wait, would let nobody else
            # run, nor be cancelled.
            await asyncio.sleep(0)
