"""The schema: every query, mutation and subscription, put together from the nouns."""

import strawberry
from graphql import GraphQLError, lexicographic_sort_schema, print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types
from strawberry.types import ExecutionContext

from api.asset import AssetQuery
from api.asset_change import AssetMutation
from api.entry import EntryQuery
from api.error import HANDLERS
from api.execution import Executor
from api.extraction import ExtractionMutation
from api.import_run import ImportMutation, ImportQuery
from api.limit import limits
from api.limit_operation import LimitedSchema
from api.link import LinkMutation
from api.node import NodeQuery
from api.relation import RelationQuery
from api.scalar import SCALARS
from api.search import SearchQuery
from api.subject import SubjectMutation, SubjectQuery
from api.subscription import Subscription
from api.token import TokenMutation
from api.tombstone import TombstoneMutation, TombstoneQuery
from api.user import UserQuery
from api.viewer_query import ViewerQuery
from api.workspace import WorkspaceQuery
from api.workspace_change import WorkspaceMutation

QUERIES = (
    ViewerQuery,
    NodeQuery,
    WorkspaceQuery,
    UserQuery,
    AssetQuery,
    SearchQuery,
    RelationQuery,
    SubjectQuery,
    TombstoneQuery,
    ImportQuery,
    EntryQuery,
)
MUTATIONS = (
    AssetMutation,
    LinkMutation,
    ExtractionMutation,
    ImportMutation,
    SubjectMutation,
    TombstoneMutation,
    WorkspaceMutation,
    TokenMutation,
)
Query = strawberry.type(
    merge_types("Query", QUERIES), description="What can be asked; each for what you may see."
)
Mutation = strawberry.type(
    merge_types("Mutation", MUTATIONS),
    description="What can be changed; each answers with the thing, or with why not.",
)


class Schema(LimitedSchema):
    """Ours to log: `told` does so once, and only for what nobody expected."""

    def process_errors(
        self,
        errors: list[GraphQLError],
        execution_context: ExecutionContext | None = None,
    ) -> None:
        pass


schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    limits=limits,
    execution_context_class=Executor,
    exception_handlers=HANDLERS,
    config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=False),
)


def sdl() -> str:
    """The schema as `schema.graphql` holds it, in an order that no edit of the code shuffles."""
    text: str = print_schema(lexicographic_sort_schema(schema._schema))
    return text + "\n"
