"""Follows a table's path, such as `contents[].url`, through untrusted JSON."""

from collections.abc import Iterator, Mapping
from itertools import islice

# More inputs than any service accepts; the rest of a longer list is not looked at.
ITEM_LIMIT = 200


def walk(root: object, path: str) -> list[tuple[str, object]]:
    """Every value at the path with the place it stands, such as `contents[2]`."""
    found: list[tuple[str, object]] = [("", root)]
    for part in path.split(".") if path else ():
        steps = (step for place, value in found for step in _step(place, value, part))
        found = list(islice(steps, ITEM_LIMIT))
    return found


def joined(place: str, name: str) -> str:
    """The place of a field within a place."""
    return f"{place}.{name}" if place else name


def _step(place: str, value: object, part: str) -> Iterator[tuple[str, object]]:
    name = part.removesuffix("[]")
    child = value.get(name) if isinstance(value, Mapping) else None
    if not child:
        return
    if part.endswith("[]") and isinstance(child, list | tuple):
        for index, item in enumerate(child):
            yield f"{joined(place, name)}[{index}]", item
    else:
        yield joined(place, name), child
