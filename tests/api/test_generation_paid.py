"""What is made at the paid services through GraphQL: what it was to cost, what it cost in the
end, how it failed, and what is told of it afterwards."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import pytest
from starlette.applications import Starlette

from graph.driver import Graph
from tests.api.conftest import Client, People, gather
from tests.api.making import PARENTS, ask, ended, given, queue
from tests.api.paid import KLING, KLING_NEW, PIXVERSE, RUNWAY, Door, Far, Service, at_work
from tests.api.test_quote import quote
from tests.api.test_upload import uploaded
from tests.api.test_workspace import ENTRIES
from tests.providers.misbehaving import Way, serving
from tests.providers.samples import picture

pytestmark = pytest.mark.anyio
Befalls = Callable[[Far], None]
QUEUED = ["generation.queue", "generation.start"]
TAKEN = [*QUEUED, "generation.submit"]
AGAIN = [*TAKEN[1:], "generation.requeue"]


@dataclass(frozen=True)
class Case:
    """What befalls at a service, how that ends, and how often it was asked to begin."""

    service: Service
    quoted: str | None
    billed: str | None
    befalls: Befalls = lambda _: None
    failure: str | None = None
    actions: tuple[str, ...] = ()
    submits: int = 1


def answered(status: int, **body: Any) -> Befalls:
    """The submit is answered so, and nothing is begun."""
    told = orjson.dumps(body)
    return lambda far: far.front.meet(
        Way.STATUS, path=far.service.submit, method="POST", status=status, body=told
    )


def lost(far: Far) -> None:
    """The submit is done, and nobody hears of it."""
    far.front.meet(Way.LOST, path=far.service.submit, method="POST")


def lost_for_good(far: Far) -> None:
    """Nor is it told what became of it."""
    lost(far)
    body = orjson.dumps({"code": 1201, "message": "no such list"})
    path = f"{far.service.submit}.*"
    far.front.meet(Way.STATUS, path=path, method="GET", times=100, status=400, body=body)


def there(**how: Any) -> Befalls:
    """The service does so from now on."""
    return lambda far: vars(far.server).update(how)


MADE = {
    "runway": Case(RUNWAY, "25 credits", "24 credits"),
    "kling": Case(KLING, "0.42 USD", "3.5 units"),
    "kling, as it is designed anew": Case(KLING_NEW, "0.56 USD", "0.42 USD"),
    "kling, looked up": Case(KLING, "0.42 USD", "3.5 units", lost),
    "pixverse": Case(PIXVERSE, "45 credits", "40 credits", there(told={"credits": 40})),
    "pixverse, which need not tell": Case(PIXVERSE, "45 credits", None),
}
ENDS = "generation.fail"
AT_ONCE, LATER = (*QUEUED, ENDS), (*TAKEN, ENDS)
THRICE = (QUEUED[0], *AGAIN, *AGAIN, *TAKEN[1:], ENDS)
POOR, UNSEEMLY, LOST, BROKEN = "OUT_OF_CREDITS", "MODERATED", "SUBMIT_LOST", "PROVIDER_FAILED"
BLAMED = there(failure=("SAFETY.INPUT.TEXT", "not this"))
EXCUSED = there(failure=("SAFETY.OUTPUT.VIDEO", "not this"), failure_credits=0)
RISKY = "failed by risk control"
FAILED = {
    "runway, no credits": Case(
        RUNWAY, None, None, answered(400, error="You do not have enough credits."), POOR, AT_ONCE
    ),
    "kling, no credits": Case(
        KLING, None, None, answered(429, code=1102, message="used up"), POOR, AT_ONCE
    ),
    "pixverse, no credits": Case(
        PIXVERSE, None, None, answered(200, ErrCode=500090, ErrMsg="no credits"), POOR, AT_ONCE
    ),
    "runway, moderated and billed": Case(
        RUNWAY, "25 credits", "3 credits", BLAMED, UNSEEMLY, LATER
    ),
    "runway, moderated and refunded": Case(
        RUNWAY, "25 credits", "0 credits", EXCUSED, UNSEEMLY, LATER
    ),
    "kling, moderated at once": Case(
        KLING, None, None, answered(400, code=1301, message="not this"), UNSEEMLY, AT_ONCE
    ),
    "kling, moderated and refunded": Case(
        KLING, "0.42 USD", "0 units", there(failure=RISKY, units="0"), UNSEEMLY, LATER
    ),
    "kling, moderated as it is designed anew": Case(
        KLING_NEW, "0.56 USD", None, there(failure=RISKY), UNSEEMLY, LATER
    ),
    "pixverse, moderated at once": Case(
        PIXVERSE, None, None, answered(200, ErrCode=500063, ErrMsg="no"), UNSEEMLY, AT_ONCE
    ),
    "pixverse, moderated and refunded": Case(
        PIXVERSE,
        "45 credits",
        "0 credits",
        there(statuses=[7], told={"credits": 45}),
        UNSEEMLY,
        LATER,
    ),
    "runway, lost": Case(RUNWAY, None, None, lost, LOST, AT_ONCE),
    "kling, lost for good": Case(KLING, None, None, lost_for_good, LOST, AT_ONCE),
    "pixverse, lost": Case(PIXVERSE, None, None, lost, LOST, AT_ONCE),
    "runway, billed each time it broke": Case(
        RUNWAY, "25 credits", "9 credits", there(failure=("INTERNAL", "oh")), BROKEN, THRICE, 3
    ),
    "pixverse, refunded each time it broke": Case(
        PIXVERSE, "45 credits", "0 credits", there(statuses=[8] * 3), BROKEN, THRICE, 3
    ),
}


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    made = Door()
    with serving(made) as made.url:
        yield made


@pytest.fixture(scope="module")
async def staff(graph: Graph, made_at: str) -> AsyncIterator[People]:
    """The people of all these tests: what is asked of a service is called off by nobody."""
    async with httpx.AsyncClient(base_url=made_at, timeout=30) as client:
        yield await gather(graph, client)


@pytest.fixture
async def far(
    case: Case, makers: Starlette, door: Door, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Far]:
    async with at_work(makers, door, case.service, monkeypatch) as found:
        case.befalls(found)
        yield found
    assert not getattr(found.server, "problems", ())


async def ordered(who: Client, far: Far, state: str) -> Any:
    """How it ended, what was asked of the service with an input of ours."""
    image = await picture("teal", (300, 300)).read()
    asset = (await uploaded(who, image))["asset"]["id"]
    asked = {**far.service.asked, "inputs": [given(far.service.parameter, asset)]}
    told = await quote(who, provider=far.name, **asked)
    assert cost(told["each"]) == far.service.each
    [one] = await ended(who, await queue(who, "generate", provider=far.name, **asked), state)
    return one


def cost(told: Any) -> str | None:
    return told and f"{told['amount']} {told['unit']}"


async def entries(who: Client, target: str) -> list[Any]:
    """What the audit trail says of something, in its order."""
    found = await ask(who, ENTRIES, targets=[target], first=50)
    return [edge["node"] for edge in found["edges"]][::-1]


@pytest.mark.parametrize("case", MADE.values(), ids=MADE)
async def test_what_is_made_tells_its_price_and_where_it_comes_from(
    staff: People, far: Far, case: Case
) -> None:
    one = await ordered(staff.editor, far, "COMPLETED")
    service = far.service
    assert (cost(one["quoted"]), cost(one["billed"])) == (case.quoted, case.billed)
    assert (one["model"], one["models"], one["seed"]) == (
        service.model,
        [{"name": service.model, "hash": None}],
        service.seed,
    )
    assert (one["problem"], one["attempt"], far.submits()) == (None, 1, 1)
    [parent], [child] = one["inputs"], one["outputs"]
    assert (child["mediaType"], child["mediaState"], child["provider"]) == (
        "VIDEO",
        "STORED",
        far.name,
    )
    [edge] = (await ask(staff.viewer, PARENTS, id=child["id"]))["lineage"]["edges"]
    told = {name: value for name, value in edge.items() if value is not None}
    assert told == {
        "childId": child["id"],
        "parentId": parent["asset"]["id"],
        "kind": service.kind,
        "operation": "IMAGE_TO_VIDEO",
        "sequence": 0,
        "evidence": "RECORDED",
        "generationId": one["id"],
    }
    lines = await entries(staff.auditor, one["id"])
    assert [line["action"] for line in lines] == [*TAKEN, "generation.complete"]
    created = await entries(staff.auditor, child["id"])
    for line in (lines[0], *lines[2:], *created):
        assert line["actor"] == staff.editor.user_id, line


@pytest.mark.parametrize("case", FAILED.values(), ids=FAILED)
async def test_what_fails_tells_why_and_what_it_cost_all_the_same(
    staff: People, far: Far, case: Case
) -> None:
    state = "UNKNOWN" if case.failure == "SUBMIT_LOST" else "FAILED"
    one = await ordered(staff.editor, far, state)
    assert (one["failure"], one["outputs"]) == (case.failure, []), one
    assert one["problem"]
    assert (cost(one["quoted"]), cost(one["billed"])) == (case.quoted, case.billed)
    assert far.submits() == case.submits
    lines = await entries(staff.auditor, one["id"])
    assert [line["action"] for line in lines] == list(case.actions)
    assert lines[-1]["detail"] == {"failure": case.failure}
