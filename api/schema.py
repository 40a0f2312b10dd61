"""The schema: every query, mutation and subscription, put together from the nouns."""

import strawberry
from graphql import GraphQLError, lexicographic_sort_schema, print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types
from strawberry.types import ExecutionContext

from api.active import ActiveMutation
from api.asset import AssetQuery
from api.asset_change import AssetMutation
from api.entry import EntryQuery
from api.error import HANDLERS
from api.execution import Executor
from api.extraction import ExtractionMutation
from api.generation import GenerationQuery
from api.generation_change import GenerationMutation
from api.generation_live import GenerationSubscription
from api.import_run import ImportMutation, ImportQuery
from api.limit import limits
from api.limit_operation import LimitedSchema
from api.link import LinkMutation
from api.node import NodeQuery
from api.provider import ProviderQuery, ProviderSubscription
from api.quote import QuoteQuery
from api.relation import RelationQuery
from api.scalar import SCALARS
from api.search import SearchQuery
from api.subject import SubjectQuery
from api.subject_change import SubjectMutation
from api.subscription import AssetSubscription
from api.token import TokenMutation
from api.tombstone import TombstoneMutation, TombstoneQuery
from api.user import UserQuery
from api.viewer_query import ViewerQuery
from api.workflow import WorkflowQuery
from api.workflow_change import WorkflowMutation
from api.workflow_trial import WorkflowTrialQuery
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
    WorkflowQuery,
    WorkflowTrialQuery,
    GenerationQuery,
    QuoteQuery,
    ProviderQuery,
    EntryQuery,
)
MUTATIONS = (
    AssetMutation,
    LinkMutation,
    ExtractionMutation,
    ImportMutation,
    GenerationMutation,
    SubjectMutation,
    ActiveMutation,
    TombstoneMutation,
    WorkflowMutation,
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
Subscription = strawberry.type(
    merge_types("Subscription", (AssetSubscription, GenerationSubscription, ProviderSubscription)),
    description="What can be watched; each for what you may see.",
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
