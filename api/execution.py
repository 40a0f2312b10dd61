"""Executes operations: what is plain below a selection by one function, the rest by graphql-core.

A value that a function does not expect is left to graphql-core, so answers, errors and their order
are those that it gives without us.
"""

import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, cast

from graphql import (
    DirectiveNode,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    get_nullable_type,
)
from graphql.execution.collect_fields import FieldDetailsList, collect_fields
from graphql.pyutils import AwaitableOrValue, Path, Undefined, gather_with_cancel
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.execution_plan import Chosen, Complete, Plan, Step, attribute, plan

VARIANTS_MAX = 16
EVENTS = 2  # a subscription has more of them than one
Fragments = Mapping[str, FragmentDefinitionNode]


class Executor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor, which asks for a plan where it comes to an object or a list."""

    @cached_property
    def plans(self) -> "Plans | None":
        """Those of the operation; none where every field is to pass through something."""
        if self.middleware_manager and self.middleware_manager.middlewares:
            return None
        return plans_of(
            self.schema, self.operation, self.fragment_definitions, self.variable_values.coerced
        )

    def collect_and_execute_subfields(
        self,
        return_type: GraphQLObjectType,
        field_details_list: FieldDetailsList,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> AwaitableOrValue[dict[str, Any]]:
        found = self.plans and self.plans.of(self, return_type, field_details_list)
        if found and not found.whole:
            return self._execute_steps(found, return_type, path, result)
        if found:
            answer: dict[str, Any] = {}
            if _filled(found.steps[0], result, answer):
                return answer
        return super().collect_and_execute_subfields(
            return_type, field_details_list, path, result, position_context
        )

    def complete_list_value(
        self,
        return_type: GraphQLList[Any],
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> AwaitableOrValue[list[Any]]:
        whole = self._whole_of_items(return_type, field_details_list, result)
        completed = whole and _completed(whole, result, return_type)
        if completed is not None:
            return completed
        return super().complete_list_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def _whole_of_items(
        self, list_type: GraphQLList[Any], details: FieldDetailsList, result: Any
    ) -> Complete | None:
        item = list_type.of_type
        type_ = item.of_type if isinstance(item, GraphQLNonNull) else item
        if not isinstance(type_, GraphQLObjectType) or type(result) not in {list, tuple}:
            return None
        found = self.plans and self.plans.of(self, type_, details, len(result))
        return found.whole if found else None

    def build_per_event_executor(self, payload: Any) -> "Executor":
        """For an event whose answer a function makes, that answer; executing it costs no more."""
        answer = _answered(*self._event, payload) if self._event else None
        return cast("Executor", answer or super().build_per_event_executor(payload))

    @cached_property
    def _event(self) -> tuple[str, Complete] | None:
        """The one field of a subscription and its function, if it is plain throughout."""
        root = self.schema.subscription_type
        if not self.plans or not root:
            return None
        [(name, details)] = collect_fields(
            self.schema, self.fragments, self.variable_values, root, self.operation, False
        ).grouped_field_set.items()
        type_ = get_nullable_type(root.fields[details[0].node.name.value].type)
        if not isinstance(type_, GraphQLObjectType):
            return None
        found = self.plans.of(self, type_, details, EVENTS)
        return (name, found.whole) if found and found.whole else None

    def _execute_steps(
        self, found: Plan, type_: GraphQLObjectType, path: Path, source: Any
    ) -> AwaitableOrValue[dict[str, Any]]:
        """Fields in the order of the selection, those with resolvers as graphql-core does."""
        answer: dict[str, Any] = {}
        awaited: list[str] = []
        try:
            for step in found.steps:
                if step.fill and _filled(step, source, answer):
                    continue
                for name, details in step.fields:
                    at = Path(path, name, type_.name)
                    value = self.execute_field(type_, source, details, at, None)
                    if value is not Undefined:
                        answer[name] = value
                        if self.is_awaitable(value):
                            awaited.append(name)
        except Exception:
            if awaited:
                self.settle_in_background([answer[name] for name in awaited])
            raise
        return _settled(answer, awaited) if awaited else answer


@dataclass(frozen=True)
class _Answered:
    """Stands for the executor of an event that has its answer already."""

    data: dict[str, Any]

    def execute_operation(self, _serially: bool | None = None) -> ExecutionResult:
        return ExecutionResult(self.data, None)


def _answered(name: str, complete: Complete, payload: Any) -> _Answered | None:
    try:
        return _Answered({name: complete(payload)})
    except Exception:  # noqa: BLE001  graphql-core meets it again, and says what is to be said
        return None


def _filled(step: Step, source: Any, answer: dict[str, Any]) -> bool:
    """Whether all fields of a plain step could be put into the answer."""
    if step.fill is None:
        return False
    try:
        answer.update(step.fill(source))
    except Exception:  # noqa: BLE001  graphql-core meets it again, and says what is to be said
        return False
    return True


def _completed(whole: Complete, items: Any, list_type: GraphQLList[Any]) -> list[Any] | None:
    nullable = not isinstance(list_type.of_type, GraphQLNonNull)
    try:
        return [None if each is None and nullable else whole(each) for each in items]
    except Exception:  # noqa: BLE001  graphql-core meets it again, and says what is to be said
        return None


async def _settled(answer: dict[str, Any], awaited: list[str]) -> dict[str, Any]:
    """The same answer with what was awaited; one alone needs no task of its own."""
    if len(awaited) == 1:
        answer[awaited[0]] = await answer[awaited[0]]
        return answer
    values = await gather_with_cancel(*(answer[name] for name in awaited))
    answer.update(zip(awaited, values, strict=True))
    return answer


class Plans:
    """The plans of an operation, as long as the same fields of it are skipped.

    One is made when a second value comes to its place, as making it costs more than one value."""

    def __init__(self) -> None:
        self._plans: dict[tuple[object, ...], Plan | None] = {}
        self._seen: set[tuple[object, ...]] = set()

    def of(
        self,
        executor: Executor,
        type_: GraphQLObjectType,
        details: FieldDetailsList,
        values: int = 1,
    ) -> Plan | None:
        # A node is not hashed by its identity but by all that is in it.
        key = (type_, *[id(each.node) for each in details])
        if key in self._plans:
            return self._plans[key]
        if values < 2 and key not in self._seen:
            self._seen.add(key)
            return None
        self._plans[key] = made = self._made(executor, type_, details)
        return made

    def _made(
        self, executor: Executor, type_: GraphQLObjectType, details: FieldDetailsList
    ) -> Plan | None:
        try:
            fields = list(_chosen(executor, type_, details))
            return plan(type_, fields, partial(self._whole_of, executor))
        except Exception:  # noqa: BLE001  what cannot be planned is executed as ever
            return None

    def _whole_of(
        self, executor: Executor, type_: GraphQLObjectType, details: FieldDetailsList
    ) -> Complete | None:
        found = self.of(executor, type_, details, values=2)
        return found.whole if found else None


def _chosen(
    executor: Executor, type_: GraphQLObjectType, details: FieldDetailsList
) -> Iterator[Chosen]:
    collected = executor.collect_subfields(type_, details)
    for selected in collected.grouped_field_set.items():
        shown = executor.schema.get_field(type_, selected[1][0].node.name.value)
        if shown is None:
            raise LookupError(selected[0])
        yield Chosen(selected, shown.type, attribute(shown, selected[1]))


@dataclass
class _Operation:
    """What is known of an operation; without variables to choose by if it cannot be planned."""

    schema: GraphQLSchema
    fragments: Fragments
    alive: weakref.ref[OperationDefinitionNode]
    choosing: tuple[str, ...] | None
    variants: dict[tuple[Any, ...], Plans] = field(default_factory=dict)

    def plans(self, variables: Mapping[str, Any]) -> Plans | None:
        if self.choosing is None:
            return None
        chosen = tuple([variables.get(name) for name in self.choosing])
        if chosen not in self.variants:
            if len(self.variants) >= VARIANTS_MAX:
                self.variants.pop(next(iter(self.variants)))
            self.variants[chosen] = Plans()
        return self.variants[chosen]


_operations: dict[tuple[int, int], _Operation] = {}


def plans_of(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Fragments,
    variables: Mapping[str, Any],
) -> Plans | None:
    """The plans kept for an operation, which go with its document."""
    key = (id(operation), id(schema))
    known = _operations.get(key)
    if known is None or not _same(known.fragments, fragments):
        alive = weakref.ref(operation, lambda _: _operations.pop(key, None))
        known = _Operation(schema, fragments, alive, _choosing(operation, fragments))
        _operations[key] = known
    return known.plans(variables)


def _same(some: Fragments, others: Fragments) -> bool:
    return [*map(id, some.values())] == [*map(id, others.values())]


def _choosing(operation: OperationDefinitionNode, fragments: Fragments) -> tuple[str, ...] | None:
    """The variables that @skip and @include go by; None where a field may come piece by piece or
    differ from spread to spread."""
    if any(each.variable_definitions for each in fragments.values()):
        return None
    found: set[str] = set()
    for directive in _directives(operation, fragments):
        if directive.name.value in {"defer", "stream"}:
            return None
        if directive.name.value in {"skip", "include"}:
            values = [argument.value for argument in directive.arguments or ()]
            found |= {each.name.value for each in values if isinstance(each, VariableNode)}
    return tuple(sorted(found))


def _directives(
    operation: OperationDefinitionNode, fragments: Fragments
) -> Iterator[DirectiveNode]:
    sets = [operation.selection_set, *(each.selection_set for each in fragments.values())]
    while sets:
        for selection in sets.pop().selections:
            yield from selection.directives or ()
            if inner := getattr(selection, "selection_set", None):
                sets.append(inner)
