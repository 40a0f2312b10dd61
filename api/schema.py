"""The schema: every query and mutation, put together from the nouns."""

import strawberry
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from api.asset import AssetQuery
from api.asset_change import AssetMutation
from api.error import HANDLERS, ToldErrors
from api.link import LinkMutation
from api.relation import RelationQuery
from api.scalar import SCALARS
from api.search import SearchQuery
from api.tombstone import TombstoneMutation, TombstoneQuery

Query = merge_types("Query", (AssetQuery, SearchQuery, RelationQuery, TombstoneQuery))
Mutation = merge_types("Mutation", (AssetMutation, LinkMutation, TombstoneMutation))

schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    extensions=[ToldErrors, ParserCache, ValidationCache],
    exception_handlers=HANDLERS,
    config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=False),
)
