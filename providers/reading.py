"""Reads one stored call of a service by its table."""

from collections.abc import Iterable, Mapping

from providers.hint import Extraction
from providers.parents import find_parents
from providers.record import Record, open_record
from providers.rule import Identity, Service
from providers.value import TEXT_LIMIT, identifier, mapping, text, whole
from providers.walk import walk

PROBLEM_LIMIT = 20


def read_metadata(service: Service, metadata: Mapping[str, object]) -> Extraction:
    """What the metadata says. Odd metadata gives problems, never an error."""
    problems: list[str] = []
    record = open_record(service, metadata, problems)
    return read_record(service, record, problems)


def read_record(service: Service, record: Record, problems: list[str]) -> Extraction:
    """What one call says."""
    operation, parents = find_parents(service.name, record, problems)
    made, made_kind = _identity(service.identities, record.answer, problems)
    return Extraction(
        parents=parents,
        operation=operation,
        prompt=_text(record, service.prompt, problems),
        negative_prompt=_text(record, service.negative_prompt, problems),
        seed=_seed(record, service.seed),
        model=_name(record, service.model) or record.model,
        provider_asset_id=made,
        provider_asset_id_kind=made_kind,
        problems=said(problems),
    )


def said(problems: list[str]) -> tuple[str, ...]:
    """Each problem once, and not without end."""
    once = list(dict.fromkeys(problems))
    if len(once) <= PROBLEM_LIMIT:
        return tuple(once)
    return (*once[:PROBLEM_LIMIT], f"{len(once) - PROBLEM_LIMIT} further problems.")


def _name(record: Record, names: Iterable[str]) -> str | None:
    read = (text(side.get(name), 200) for side in _sides(record) for name in names)
    return next((name for name in read if name), None)


def _seed(record: Record, names: Iterable[str]) -> int | None:
    read = (whole(side.get(name)) for side in _sides(record) for name in names)
    return next((seed for seed in read if seed is not None), None)


def _text(record: Record, paths: Iterable[str], problems: list[str]) -> str | None:
    for side in _sides(record):
        for path in paths:
            written = "\n".join(part for _, part in walk(side, path) if isinstance(part, str))
            if len(written) > TEXT_LIMIT:
                problems.append(f"{path} is longer than {TEXT_LIMIT} characters; its end was cut.")
            if found := text(written):
                return found
    return None


def _sides(record: Record) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """What was asked for holds before what the provider repeats."""
    return record.request, record.answer


def _identity(
    identities: Iterable[Identity], answer: Mapping[str, object], problems: list[str]
) -> tuple[str | None, str | None]:
    for identity in identities:
        names = [
            identifier(fields.get(identity.name))
            for _, item in walk(answer, identity.at)
            if _holds(identity, fields := mapping(item))
        ]
        made = dict.fromkeys(name for name in names if name)
        if len(made) > 1:
            problems.append(
                f"The answer has several outputs in {identity.at}; which of them this asset is "
                "is not said. Store the answer with this one alone."
            )
            return None, None
        if made:
            return next(iter(made)), identity.id_kind
    return None, None


def _holds(identity: Identity, fields: Mapping[str, object]) -> bool:
    return identity.where is None or fields.get(identity.where.name) in identity.where.values
