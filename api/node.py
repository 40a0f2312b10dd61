"""Global ids: every id is a UUIDv7 of its own, so it is global as it is."""

import strawberry


@strawberry.interface(description="Anything that has an id of its own.")
class Node:
    id: strawberry.ID = strawberry.field(description="The id; the same everywhere.")
