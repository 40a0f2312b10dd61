"""Holds values against the type that an input of a workflow is taken to have."""

import math
from collections.abc import Callable, Mapping

from graph.error import InvalidInput

TEXT_MAX = 20_000
LEAST, MOST = -(2**63), 2**64 - 1


def checked_value(field: str, wanted: str, value: object) -> object:
    """The value; refuses one of another type by the field's name."""
    told, fits = TYPES[wanted]
    if not fits(value):
        raise InvalidInput(field, f"must be {told}, got {_spoken(value)}", _hint(wanted, value))
    return value


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and LEAST <= value <= MOST


def _is_number(value: object) -> bool:
    return _is_whole(value) or (isinstance(value, float) and math.isfinite(value))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= TEXT_MAX


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, bool) or _is_number(value) or _is_text(value)


TYPES: Mapping[str, tuple[str, Callable[[object], bool]]] = {
    "BOOLEAN": ("true or false", lambda value: isinstance(value, bool)),
    "INT": ("a whole number of 64 bits", _is_whole),
    "FLOAT": ("a number", _is_number),
    "STRING": (f"a text of at most {TEXT_MAX} characters", _is_text),
    "LIST": ("a list", lambda value: isinstance(value, list)),
    "OBJECT": ("an object", lambda value: isinstance(value, dict)),
    "NULL": ("null, a text, a number, true or false", _is_plain),
}


def _hint(wanted: str, value: object) -> str | None:
    if wanted == "INT" and isinstance(value, float):
        return "if it takes fractions, write it with a point in the workflow, as in 7.0"
    return None


def _spoken(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"a text of {len(value)} characters"
    if isinstance(value, int | float):
        return f"{value!s:.40}"
    if value is None:
        return "null"
    return "a list" if isinstance(value, list) else "an object"
