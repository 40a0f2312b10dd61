"""Applies a table's rows to a request: which parents it names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from providers.hint import MediaType, ParentHint, Reference
from providers.record import Record
from providers.rule import Endpoint, Link, Own, Parameter
from providers.source import link
from providers.value import identifier, mapping, seconds, text, whole
from providers.walk import joined, walk

PARENT_LIMIT = 100


@dataclass(frozen=True)
class Found:
    """A row that named a parent."""

    row: Parameter
    item: Mapping[str, object]
    reference: Reference
    kind: str
    media_type: MediaType


def find_parents(
    provider: str, record: Record, problems: list[str]
) -> tuple[str | None, tuple[ParentHint, ...]]:
    """The operation of the request and its parents, in the order they were given."""
    if record.endpoint is None:
        return None, ()
    asked = list(_find(provider, record.request, record.endpoint.parameters, problems))
    echoed = list(_find(provider, record.answer, record.endpoint.echo, problems))
    known = {found.kind for found in echoed}
    parents = echoed + [found for found in asked if found.kind not in known]
    operation = _operation(record.endpoint, parents)
    if not parents and _needs_parents(record.endpoint):
        problems.append(f"The request names no parent, and {operation} needs one.")
    hints = [_hint(found, operation or "", place) for place, found in enumerate(parents)]
    return operation, bounded(hints, problems)


def bounded(hints: list[ParentHint], problems: list[str]) -> tuple[ParentHint, ...]:
    """At most as many parents as any service takes; a cut is said."""
    if len(hints) > PARENT_LIMIT:
        problems.append(f"More than {PARENT_LIMIT} parents are named; only the first were taken.")
    return tuple(hints[:PARENT_LIMIT])


def _find(
    provider: str, root: object, rows: tuple[Parameter, ...], problems: list[str]
) -> Iterator[Found]:
    for at in dict.fromkeys(row.at for row in rows):
        beside = [row for row in rows if row.at == at]
        for place, item in walk(root, at):
            chosen = _rows_for(beside, place, item)
            for row in chosen:
                yield from _read(provider, row, place, item, problems)
            if not chosen and _names_parent(beside, item):
                problems.append(f"{place} is of a type that is not known; it was not read.")


def _rows_for(rows: list[Parameter], place: str, item: object) -> list[Parameter]:
    """All rows without a condition, or the first one whose condition holds."""
    conditional = [row for row in rows if row.where or row.bare or row.first]
    chosen = next((row for row in conditional if _holds(row, place, item)), None)
    return [chosen] if chosen else [row for row in rows if row not in conditional]


def _holds(row: Parameter, place: str, item: object) -> bool:
    if row.first:
        return place.endswith("[0]")
    if row.bare:
        return not isinstance(item, Mapping)
    value = mapping(item).get(row.where.name) if row.where else None
    return isinstance(value, str) and row.where is not None and value.lower() in row.where.values


def _read(
    provider: str, row: Parameter, place: str, item: object, problems: list[str]
) -> Iterator[Found]:
    fields = item if isinstance(item, Mapping) else {row.fields[0].name: item}
    linked = _linked(provider, row, fields)
    own = _own(row, fields)
    if own:
        field, number = own
        reference = replace(linked or Reference(provider), id_kind=field.id_kind, id=number)
        media_type = field.media_type or row.media_type
        yield Found(row, fields, reference, field.kind or row.kind, media_type)
    elif linked:
        yield Found(row, fields, linked, row.kind, row.media_type)
    else:
        _complain(row, place, fields, problems)


def _own(row: Parameter, fields: Mapping[str, object]) -> tuple[Own, str] | None:
    for field in row.fields:
        number = identifier(fields.get(field.name)) if isinstance(field, Own) else None
        if isinstance(field, Own) and number:
            return field, number
    return None


def _linked(provider: str, row: Parameter, fields: Mapping[str, object]) -> Reference | None:
    links = (field.name for field in row.fields if isinstance(field, Link))
    references = (link(provider, fields.get(name)) for name in links)
    return next((reference for reference in references if reference), None)


def _complain(
    row: Parameter, place: str, fields: Mapping[str, object], problems: list[str]
) -> None:
    set_fields = [field for field in row.fields if fields.get(field.name)]
    for field in set_fields:
        form = "a provider id" if isinstance(field, Own) else "a URL, a data URI or base64"
        problems.append(f"{joined(place, field.name)} is not {form}; that parent is unknown.")
    if not set_fields and row.at.endswith("[]"):
        problems.append(f"{place} names no parent.")


def _names_parent(rows: list[Parameter], item: object) -> bool:
    return any(mapping(item).get(field.name) for row in rows for field in row.fields)


def _needs_parents(endpoint: Endpoint) -> bool:
    """An upload may be of a file, and what starts from words may start from nothing else."""
    operation = endpoint.operation or "import"
    return operation != "import" and not operation.startswith("text_") and bool(endpoint.parameters)


def _operation(endpoint: Endpoint, parents: list[Found]) -> str | None:
    named = (found.row.operation for found in parents if found.row.operation)
    return next(named, endpoint.operation)


def _hint(found: Found, operation: str, sequence: int) -> ParentHint:
    row, item = found.row, found.item
    start, end = _span(row, item)
    lengths = (seconds(item.get(name)) for name in row.duration)
    return ParentHint(
        kind=found.kind,
        operation=operation,
        sequence=sequence,
        reference=found.reference,
        media_type=found.media_type,
        parent_start=start,
        parent_end=end,
        parent_frame=whole(item.get(row.frame)) if row.frame else None,
        prompt=text(item.get(row.prompt)) if row.prompt else None,
        duration=next((length for length in lengths if length is not None), None),
    )


def _span(row: Parameter, item: Mapping[str, object]) -> tuple[float | None, float | None]:
    if row.span is None:
        return None, None
    times = [seconds(item.get(name)) for name in row.span]
    start, end = (time / 1000 if time is not None else None for time in times)
    return (start, end) if start is None or end is None or start <= end else (None, None)
