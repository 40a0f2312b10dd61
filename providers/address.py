"""Addresses as they may be kept and told: whoever has the query of one can fetch the file."""

import re
from collections.abc import Mapping
from typing import Any

ADDRESS = re.compile(r"""(https?://[^\s?#"'<>]*)[?#][^\s"'<>]*""", re.IGNORECASE)
# What is nested deeper than this could not be written down either.
DEEPEST = 64


def bare(text: str) -> str:
    """A text without the queries and fragments of the addresses in it."""
    return ADDRESS.sub(r"\1", text)


def without_queries(value: Any, depth: int = DEEPEST) -> Any:
    """The same of all texts in a value of JSON."""
    if isinstance(value, str):
        return bare(value)
    if not isinstance(value, Mapping | list):
        return value
    if depth == 0:
        return None
    if isinstance(value, list):
        return [without_queries(one, depth - 1) for one in value]
    return {name: without_queries(one, depth - 1) for name, one in value.items()}
