"""What becomes of a task at Kling, as events."""

from providers.address import without_queries
from providers.contract import Request
from providers.error import Refused
from providers.event import Accepted, Done, Event, Failed, Model, Progress
from providers.kling.fault import ABSENT, of_failure, plain
from providers.kling.models import model_of
from providers.kling.task import FAILED, SUBMITTED, SUCCEEDED, Task

# What may have been billed is not begun anew by itself.
GONE = (
    "Kling does not know this job any more under this key, or has deleted it: it may have been "
    "made and billed there; look at its console before you try anew"
)
EMPTY = (
    "Kling says that it is done, and names no result: it may be billed; look at its console "
    "before you try anew"
)


def events(task: Task, request: Request) -> list[Event]:
    """What a new status of a task comes to."""
    if task.status in SUCCEEDED:
        model = model_of(request)
        models = (Model(model),) if model else ()
        return [*task.outputs, Done(task.cost, None, models, without_queries(task.whole))]
    if task.status == FAILED:
        return [Failed(of_failure(task.message), task.cost)]
    if task.status == SUBMITTED:
        return [Accepted()]
    return [Progress(stage=plain(task.status))]


def vain(task: Task | None) -> Event:
    """The end of a task that stays missing, or whose results do."""
    if task is None:
        return Failed(Refused(GONE, code=ABSENT))
    return Failed(Refused(EMPTY), task.cost)
