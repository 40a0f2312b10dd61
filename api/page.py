"""Pages: connections with keyset cursors, every one of them bounded."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

import orjson
import strawberry

from api.error import LimitExceededError
from graph.error import InvalidInput
from settings import settings

T = TypeVar("T")
U = TypeVar("U")

First = Annotated[
    int, strawberry.argument(description="How many at most; the server has a largest page.")
]
After = Annotated[
    str | None, strawberry.argument(description="The cursor to go on after; leave out to begin.")
]


@strawberry.type(description="Whether there is more, and where to go on.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there is more after this page.")
    end_cursor: str | None = strawberry.field(description="Give it as `after` for the next page.")
    has_previous_page: bool = strawberry.field(description="Whether this page began at a cursor.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first of this page.")


@strawberry.type(description="One of a page.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="Where this one stands in the list.")
    node: T = strawberry.field(description="The thing itself.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="Those of this page, in order.")
    page_info: PageInfo = strawberry.field(description="Whether there is more.")


def page_size(first: int, name: str = "first") -> int:
    """A checked page size."""
    if first < 1:
        raise InvalidInput(name, f"must be at least 1, got {first}")
    if first > settings().page_size_max:
        raise LimitExceededError(name, first, settings().page_size_max)
    return first


def to_cursor(*key: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(key)).decode().rstrip("=")


def from_cursor(cursor: str | None, *types: type) -> tuple[Any, ...] | None:
    """The key a cursor stands for; one that we did not make is refused."""
    if cursor is None:
        return None
    try:
        key = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        key = None
    if (
        not isinstance(key, list)
        or len(key) != len(types)
        or not all(type(value) is kind for value, kind in zip(key, types, strict=True))
    ):
        raise InvalidInput("after", "this is not a cursor of this list")
    return tuple(key)


def page_info(cursors: Sequence[str], *, more: bool, after: str | None) -> PageInfo:
    return PageInfo(
        has_next_page=more,
        end_cursor=cursors[-1] if cursors else None,
        has_previous_page=after is not None,
        start_cursor=cursors[0] if cursors else None,
    )


def connection(
    rows: Sequence[T], size: int, after: str | None, cursor: Callable[[T], str]
) -> Connection[T]:
    """A page of `rows`, of which one more than `size` was fetched to see whether there is more."""
    kept = rows[:size]
    cursors = [cursor(row) for row in kept]
    edges = [Edge(cursor=c, node=row) for c, row in zip(cursors, kept, strict=True)]
    return Connection(edges=edges, page_info=page_info(cursors, more=len(rows) > size, after=after))
