"""What a field may know of the fields below it: an asset whose lineage is asked for comes with it,
which saves the smallest question one of its two round trips."""

from types import SimpleNamespace
from typing import Any

from graphql import FieldNode, GraphQLResolveInfo, VariableValues, get_argument_values

from api.context import Info
from api.error import LimitExceededError
from graph.asset import Asset
from graph.error import GraphError


async def told_by_lineage(info: Info, asset_id: str) -> Asset | None:
    """The asset, if the field `lineage` stands directly below this one and finds it. The loader
    keeps what was found for that field, errors too."""
    raw = info._raw_info
    asked = _below(raw, "lineage")
    if asked is None:
        return None
    shown: Any = raw.schema.type_map["Asset"]
    field = shown.fields["lineage"]
    variables = VariableValues(sources={}, coerced=info.variable_values)
    arguments = get_argument_values(field, asked, variables)
    try:
        found = await field.resolve(SimpleNamespace(id=asset_id), raw, **arguments)
    except (GraphError, LimitExceededError):
        return None
    root: Asset = found.nodes[0].asset
    return root


def _below(info: GraphQLResolveInfo[Any], name: str) -> FieldNode | None:
    """The first field of that name in the selection, out of fragments and conditions."""
    for node in info.field_nodes:
        for each in node.selection_set.selections if node.selection_set else ():
            if isinstance(each, FieldNode) and each.name.value == name and not each.directives:
                return each
    return None
