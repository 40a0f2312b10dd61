"""What a generation would cost, as GraphQL asks for it."""

from decimal import Decimal
from typing import Annotated

import strawberry

from api.context import Info
from api.error import Conflict, InvalidInput, LimitExceeded, NotAllowed, NotFound, Unavailable
from api.generation import CostType
from api.generation_change import GenerateInput, wish_of
from graph.generation import MILLION, Price
from graph.role import Permission
from providers.cost import Cost
from workers import order


@strawberry.type(name="Quote", description="What it would cost.")
class QuoteType:
    each: CostType | None = strawberry.field(
        description="What one costs; null if the provider tells only when it has begun, or counts nothing."
    )
    total: CostType | None = strawberry.field(description="What all of them cost.")


Refusals = InvalidInput | NotFound | NotAllowed | Conflict | LimitExceeded | Unavailable
QuoteResult = Annotated[QuoteType | Refusals, strawberry.union("QuoteResult")]


@strawberry.type
class QuoteQuery:
    @strawberry.field(
        description="What a generation would cost, and whether it would be taken; nothing begins."
    )
    @staticmethod
    async def quote_generation(info: Info, input: GenerateInput) -> QuoteResult:  # noqa: A002
        context = info.context
        workspace = context.workspace(input.workspace, Permission.READ)
        found = await order.quote(context.rooms, workspace, wish_of(input))
        if found is None:
            return QuoteType(each=None, total=None)
        return QuoteType(each=_times(found, 1), total=_times(found, input.count))


def _times(cost: Cost, count: int) -> CostType:
    """So many of it, written as it will be once it is kept."""
    price = Price(cost.amount * count, cost.unit)
    return CostType(amount=Decimal(price.micros) / MILLION, unit=price.unit)
