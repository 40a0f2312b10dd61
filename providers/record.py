"""Opens stored metadata: the address called, the request sent, the answer received.

    {"endpoint": "image_to_video", "request": {...}, "response": {...}, "task": {...}}

The endpoint may be written with its host, its method and its version prefix. `response` (of
the call) and `task` (read later) are optional; of two values the task's holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from providers.rule import Endpoint, Service
from providers.value import mapping, parsed, text

PREFIXES = ("openapi/v2/", "v1/", "openapi/")


@dataclass(frozen=True)
class Record:
    """One call to a provider: `name` is its address in the tables. The model is set when the
    address names it."""

    endpoint: Endpoint | None
    request: Mapping[str, object]
    answer: Mapping[str, object]
    model: str | None = None
    name: str | None = None


def open_record(service: Service, metadata: Mapping[str, object], problems: list[str]) -> Record:
    """The call that the metadata tells of; what is missing becomes a problem."""
    bare = "request" not in metadata
    request = mapping(metadata if bare else parsed(metadata["request"]))
    named = text(metadata.get("endpoint"), 500)
    address = endpoint_name(named) if named else _guess(service, request)
    key, model = _resolve(service, address)
    if key is None:
        problems.append(_unknown(service, named))
    elif not bare and not request and metadata["request"] != {}:
        problems.append("`request` is not an object; store the body that was sent, as JSON.")
    answer = {**_answer(service, metadata, "response"), **_answer(service, metadata, "task")}
    return Record(service.endpoints[key] if key else None, request, answer, model, key)


def endpoint_name(address: str) -> str:
    """The address as the tables write it: no method, host, prefix, query or end slash."""
    name = address.rsplit(maxsplit=1)[-1]
    if "://" in name:
        name = name.split("://", 1)[1].partition("/")[2]
    name = name.partition("?")[0].strip("/")
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _resolve(service: Service, name: str | None) -> tuple[str | None, str | None]:
    if name is None:
        return None, None
    if name in service.endpoints:
        return name, None
    first, _, model = name.partition("/")
    if model and f"{first}/*" in service.endpoints:
        return f"{first}/*", model
    return None, None


def _guess(service: Service, request: Mapping[str, object]) -> str | None:
    for guess in service.guesses:
        if all(any(name in request for name in group) for group in guess.groups):
            return guess.endpoint
    return None


def _answer(service: Service, metadata: Mapping[str, object], name: str) -> Mapping[str, object]:
    answer = parsed(metadata.get(name))
    for envelope in service.envelope:
        answer = mapping(answer).get(envelope, answer)
    if isinstance(answer, list) and len(answer) == 1:
        answer = answer[0]
    return mapping(answer)


def _unknown(service: Service, named: str | None) -> str:
    if named:
        return f"{service.name} has no known endpoint {named[:80]!r}; its inputs were not read."
    return (
        f"Which call of {service.name} this was is not said; "
        'store {"endpoint": ..., "request": ...}.'
    )
