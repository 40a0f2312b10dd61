"""What all events of subscriptions have in common."""

from datetime import datetime
from typing import Annotated

import strawberry

from api import enum as _enum  # noqa: F401  registers the enums
from workers.feed_event import Happening

After = Annotated[
    str | None,
    strawberry.argument(
        description="The cursor of the last event you saw, to go on after it. If it is no longer known, MISSED says so. Left out: begin now, with ATTACHED."
    ),
]


@strawberry.interface(description="Something that happened.")
class LiveEvent:
    cursor: str = strawberry.field(
        description="Give it as `after` to go on after this event, over another connection too."
    )
    at: datetime = strawberry.field(description="When it happened.")
    happening: Happening = strawberry.field(description="What happened.")
