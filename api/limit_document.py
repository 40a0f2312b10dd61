"""Measures a document in one pass, and refuses what is beyond the limits.

Every fragment is summed up once, innermost first, and its sum is added wherever it is spread; so
the work is linear in the document, however large the operation would be when written out.

Cost is the number of objects that may come: a field with a selection costs its size times one more
than what is below it. The size of a field that takes `first`, `last` or `maxNodes` is that number if
it is written in the document, the default if it is left out, and the largest allowed if it is a
variable, whose value is not known yet. The size of any other list is `LIST_SIZE`, unless it is the
content of a page, which is counted already. All else has size 1, and leaves cost nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    ValidationContext,
    get_named_type,
    is_list_type,
)
from graphql.utilities.coerce_input_value import coerce_default_value
from graphql.validation.validate import ValidationAbortedError

from api.limit import Limits, exceeded

CEILING = 1_000_000_000
LIST_SIZE = 10
PAGES = ("first", "last", "maxNodes")
INTROSPECTION = {"__schema", "__type"}
Definition = OperationDefinitionNode | FragmentDefinitionNode


@dataclass(slots=True)
class Totals:
    """What a selection set comes to with everything below it; numbers stop at CEILING."""

    depth: int = 0
    introspection: int = 0
    aliases: int = 0
    fields: int = 0
    top: int = 0
    directives: int = 0
    cost: int = 0

    def take(self, other: "Totals") -> None:
        """Adds what stands beside."""
        self.depth = max(self.depth, other.depth)
        self.introspection = max(self.introspection, other.introspection)
        self.aliases = min(self.aliases + other.aliases, CEILING)
        self.fields = min(self.fields + other.fields, CEILING)
        self.top = min(self.top + other.top, CEILING)
        self.directives = min(self.directives + other.directives, CEILING)
        self.cost = min(self.cost + other.cost, CEILING)


def as_field(node: FieldNode, size: int, below: Totals) -> Totals:
    """What a field comes to, given how many of it there are and what one has below it."""
    inside = node.name.value in INTROSPECTION
    return Totals(
        depth=1 if inside else below.depth + 1,
        introspection=max(below.introspection, below.depth) if inside else below.introspection,
        aliases=below.aliases + (node.alias is not None),
        fields=below.fields + 1,
        top=1,
        directives=below.directives,
        cost=_cost(node, size, below.cost, inside=inside),
    )


def _cost(node: FieldNode, size: int, below: int, *, inside: bool) -> int:
    if node.selection_set is None:
        return 0
    return 1 if inside else min(size * (1 + below), CEILING)


@dataclass(slots=True)
class _Scope:
    """A selection set that is being summed up."""

    node: Definition | FieldNode | InlineFragmentNode
    type: GraphQLNamedType | None
    outer: "_Scope | None" = None
    size: int = 1
    totals: Totals = field(default_factory=Totals)


@dataclass(slots=True)
class _Flat:
    """A definition's selection sets, outer before inner, and where it spreads which fragments."""

    scopes: list[_Scope]
    spreads: list[tuple[_Scope, str]] = field(default_factory=list)


class Measure:
    """One pass over a document. `steps` says how many selections it looked at."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, limits: Limits) -> None:
        self._schema = schema
        self._caps = dict(
            zip(PAGES, (limits.page_size,) * 2 + (limits.lineage_nodes,), strict=True)
        )
        self._paged = _paged_types(schema)
        self._document = document
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._flat: dict[str, _Flat] = {}
        self._sums: dict[str, Totals] = {}
        self.steps = 0

    def operations(self) -> Iterator[Totals]:
        """What each operation comes to."""
        for node in self._document.definitions:
            if isinstance(node, OperationDefinitionNode):
                flat = self._flatten(node)
                self._sum_fragments(flat)
                totals = self._fold(flat)
                for variable in node.variable_definitions or ():
                    totals.directives += len(variable.directives or ())
                yield totals

    def _flatten(self, definition: Definition) -> _Flat:
        flat = _Flat([_Scope(definition, self._type_of(definition))])
        flat.scopes[0].totals.directives = len(definition.directives or ())
        for scope in flat.scopes:  # grows while it is read
            for node in scope.node.selection_set.selections if scope.node.selection_set else ():
                self.steps += 1
                scope.totals.directives += len(node.directives or ())
                self._enter(node, scope, flat)
        return flat

    def _enter(self, node: object, scope: _Scope, flat: _Flat) -> None:
        if isinstance(node, FragmentSpreadNode):
            flat.spreads.append((scope, node.name.value))
        elif isinstance(node, InlineFragmentNode):
            on = node.type_condition
            type_ = self._schema.get_type(on.name.value) if on else scope.type
            flat.scopes.append(_Scope(node, type_, scope))
        elif isinstance(node, FieldNode):
            if node.selection_set is None:
                scope.totals.take(as_field(node, 1, Totals()))
                return
            found = self._field_of(scope.type, node)
            type_ = get_named_type(found.type) if found else None
            size = self._size(node, found, scope.type) if found else 1
            flat.scopes.append(_Scope(node, type_, scope, size))

    def _sum_fragments(self, flat: _Flat) -> None:
        """Sums up the fragments below a definition. One within itself counts as nothing there,
        as another rule refuses it."""
        stack = [name for _, name in flat.spreads]
        while stack:
            name = stack[-1]
            if name in self._sums or name not in self._fragments:
                stack.pop()
            elif name in self._flat:
                self._sums[name] = self._fold(self._flat[name])
            else:
                found = self._flat[name] = self._flatten(self._fragments[name])
                stack.extend(inner for _, inner in found.spreads if inner not in self._flat)

    def _fold(self, flat: _Flat) -> Totals:
        for scope, name in flat.spreads:
            self.steps += 1
            scope.totals.take(self._sums.get(name) or Totals())
        for scope in reversed(flat.scopes):
            if scope.outer is None:
                continue
            if isinstance(scope.node, FieldNode):
                scope.outer.totals.take(as_field(scope.node, scope.size, scope.totals))
            else:
                scope.outer.totals.take(scope.totals)
        return flat.scopes[0].totals

    def _type_of(self, definition: Definition) -> GraphQLNamedType | None:
        if isinstance(definition, OperationDefinitionNode):
            return self._schema.get_root_type(definition.operation)
        return self._schema.get_type(definition.type_condition.name.value)

    def _field_of(self, type_: GraphQLNamedType | None, node: FieldNode) -> GraphQLField | None:
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            found: GraphQLField | None = type_.fields.get(node.name.value)
            return found
        return None

    def _size(self, node: FieldNode, found: GraphQLField, on: GraphQLNamedType | None) -> int:
        names = [name for name in PAGES if name in found.args]
        if names:
            pages = [self._page(node, name, found.args[name]) for name in names]
            return max(filter(None, pages), default=max(self._caps[name] for name in names))
        listed = _is_list(found) and (on is None or on.name not in self._paged)
        return LIST_SIZE if listed else 1

    def _page(self, node: FieldNode, name: str, argument: GraphQLArgument) -> int | None:
        given = next((a.value for a in node.arguments or () if a.name.value == name), None)
        if isinstance(given, IntValueNode):
            return written(given.value)
        if given is not None:
            return self._caps[name]
        default = coerce_default_value(argument)
        return default if isinstance(default, int) else None


def written(number: str) -> int:
    """A page size as it stands in a document, however many digits it has."""
    return CEILING if len(number) > len(str(CEILING)) else min(max(int(number), 1), CEILING)


def _is_list(found: GraphQLField) -> bool:
    type_ = found.type
    return is_list_type(type_.of_type if isinstance(type_, GraphQLNonNull) else type_)


@lru_cache(maxsize=8)
def _paged_types(schema: GraphQLSchema) -> frozenset[str]:
    """The types that hold a page: what a field answers with that takes a page size."""
    return frozenset(
        get_named_type(found.type).name
        for type_ in schema.type_map.values()
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        for found in type_.fields.values()
        if not _is_list(found) and any(name in found.args for name in PAGES)
    )


def refusals(totals: Totals, limits: Limits) -> Iterator[GraphQLError]:
    """An error for each limit that an operation goes beyond."""
    for limit, asked, allowed in (
        ("depth", totals.depth, limits.depth),
        ("introspectionDepth", totals.introspection, limits.introspection_depth),
        ("aliases", totals.aliases, limits.aliases),
        ("rootFields", totals.top, limits.root_fields),
        ("fields", totals.fields, limits.fields),
        ("directives", totals.directives, limits.directives),
        ("cost", totals.cost, limits.cost),
    ):
        if asked > allowed:
            yield exceeded(limit, asked, allowed)


class _Refused(ValidationAbortedError):
    """Ends the validation at once: no other rule has to look at what is refused anyway."""


@cache
def rules(limits: Limits) -> tuple[type[ASTValidationRule], ...]:
    """The rules of these limits, each made once so that a verdict can be remembered."""

    class DocumentLimits(ASTValidationRule):
        context: ValidationContext

        def enter_document(self, node: DocumentNode, *_: object) -> None:
            measure = Measure(self.context.schema, node, limits)
            found = [error for each in measure.operations() for error in refusals(each, limits)]
            if found:
                for error in found[1:]:
                    self.report_error(error)
                raise _Refused(found[0].message, extensions=found[0].extensions)

    hidden = () if limits.introspection else (NoSchemaIntrospectionCustomRule,)
    return (DocumentLimits, *hidden)
