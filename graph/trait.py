"""Traits: what is told of a subject beside its description, by name: attributes and parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from graph.error import InvalidInput
from graph.identifier import canonical
from graph.text import text

TRAITS_MAX = 50
NAME_MAX = 60
VALUE_MAX = 2_000
BRACES = frozenset("{}")  # a template names a trait between them


@dataclass(frozen=True)
class Part:
    """Something a subject has or wears, such as a helmet."""

    name: str
    description: str | None = None


def trait_name(field: str, given: str) -> str:
    """A trimmed name that a template can name."""
    name = given.strip()
    if not name or len(name) > NAME_MAX or not name.isprintable() or BRACES & set(name):
        raise InvalidInput(
            field, "is no name", f"use 1 to {NAME_MAX} printable characters, but no braces"
        )
    return name


def checked_attributes(
    field: str, given: object, standing: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What stands, changed by what is given: an attribute left out stays, null takes it away; null
    in place of them all takes all away."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise InvalidInput(field, "must be an object of texts")
    found = dict(standing or {})
    for key, value in given.items():
        name = trait_name(f"{field}.{key}", key)
        told = _value(f"{field}.{key}", value)
        found.pop(name, None)
        if told is not None:
            found[name] = told
    return _bounded(field, found)


def _value(field: str, given: object) -> str | None:
    if given is not None and not isinstance(given, str):
        raise InvalidInput(field, "must be a text", "write numbers in quotes")
    return text(field, given, VALUE_MAX)


def _bounded(field: str, found: dict[str, str]) -> dict[str, str]:
    if len(found) > TRAITS_MAX:
        raise InvalidInput(field, f"comes to {len(found)} of them; at most {TRAITS_MAX}")
    return found


def checked_parts(field: str, given: Sequence[Part] | None) -> tuple[Part, ...]:
    """The parts in their order, each name once."""
    if given is None:
        return ()
    if len(given) > TRAITS_MAX:
        raise InvalidInput(field, f"holds {len(given)} parts; at most {TRAITS_MAX}")
    found: dict[str, Part] = {}
    for index, part in enumerate(given):
        at = f"{field}.{index}"
        name = trait_name(f"{at}.name", part.name)
        if name in found:
            raise InvalidInput(f"{at}.name", "is the name of another part already")
        found[name] = Part(name, text(f"{at}.description", part.description, VALUE_MAX))
    return tuple(found.values())


def stored_attributes(attributes: Mapping[str, str]) -> str | None:
    return canonical(attributes) if attributes else None


def stored_parts(parts: Sequence[Part]) -> str | None:
    """Pairs: their text is searched, so there is nothing in it that nobody told."""
    pairs = [[part.name, part.description] for part in parts]
    return orjson.dumps(pairs).decode() if pairs else None


def read_attributes(stored: str | None) -> dict[str, str]:
    return orjson.loads(stored) if stored else {}


def read_parts(stored: str | None) -> tuple[Part, ...]:
    return tuple(Part(*pair) for pair in orjson.loads(stored)) if stored else ()
