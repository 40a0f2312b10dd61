"""Generations told as they happen, by a worker in another process, to whoever watches."""

import base64
import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from PIL import Image

from api import generation_live
from graph import dispatch
from tests.api.conftest import Client, People
from tests.api.events import streamed
from tests.api.making import CLIP, ask, change, ended, given, output, pictured, queue, waiting
from tests.api.test_generation_change_queue import SUBJECT
from tests.api.test_subscription import Watch, watching

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("at_work")]

WATCH = """
subscription ($ids: [ID!], $subject: ID, $workspace: ID, $after: String) {
  generationProgressed(ids: $ids, subject: $subject, workspace: $workspace, after: $after) {
    cursor at happening
    generations {
      id state position progress stage preview failure problem outputs { id mediaType }
    }
  }
}
"""
LATER = 3600.0
ENDS = {"COMPLETED", "FAILED", "CANCELLED"}
FILM: dict[str, Any] = {
    "provider": "local",
    "operation": "TEXT_TO_VIDEO",
    "prompt": "a slow river",
    "parameters": {"width": 480, "height": 320, "durationSeconds": 3, "frameRate": 24},
}
ASK = "mutation ($input: GenerateInput!) { generate(input: $input) { __typename } }"
WAITS = {"provider": "kling", "operation": "TEXT_TO_IMAGE", "prompt": "a harbour", "count": 2}


@pytest.fixture(autouse=True)
def positions_are_told_at_events_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generation_live, "POSITION_SECONDS", LATER)


@asynccontextmanager
async def attached(server: str, who: Client, **where: Any) -> AsyncIterator[Watch]:
    """A subscription that has begun."""
    async with watching(server, who, WATCH, **where) as watch:
        first = await watch.next()
        assert first["happening"] == "ATTACHED"
        yield watch


async def until_end(watch: Watch) -> list[dict[str, Any]]:
    """The events up to the end of a generation."""
    found = [await watch.next()]
    while found[-1]["happening"] not in ENDS:
        found.append(await watch.next())
    return found


def one_of(event: dict[str, Any]) -> dict[str, Any]:
    [one] = event["generations"]
    assert isinstance(one, dict)
    return one


async def test_one_is_followed_from_its_queue_to_its_outputs(made_at: str, crew: People) -> None:
    async with attached(made_at, crew.viewer) as watch:
        [asked] = await queue(crew.editor, "generate", **FILM)
        told = await until_end(watch)
    assert {one_of(event)["id"] for event in told} == {asked["id"]}
    names = [event["happening"] for event in told]
    assert names[:2] == ["QUEUED", "STARTED"]
    assert set(names[2:-1]) == {"PROGRESSED"}
    assert names[-1] == "COMPLETED"
    shares = [share for event in told[2:-1] if (share := one_of(event)["progress"])]
    assert shares == sorted(shares)
    assert shares
    assert {one_of(event)["stage"] for event in told[2:-1]} >= {"filming"}
    shown = [one_of(event)["preview"] for event in told[2:-1] if one_of(event)["preview"]]
    head, _, data = shown[-1].partition(",")
    assert head == "data:image/jpeg;base64"
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        assert image.width > image.height
    over = one_of(told[-1])
    assert (over["state"], over["progress"], over["preview"]) == ("COMPLETED", 1.0, None)
    assert [one["mediaType"] for one in over["outputs"]] == ["VIDEO"]
    assert len({event["cursor"] for event in told if event["happening"] != "PROGRESSED"}) == 3


async def test_one_that_is_named_is_told_as_it_stands(made_at: str, crew: People) -> None:
    first, second = await waiting(crew.editor, 2)
    async with watching(made_at, crew.viewer, WATCH, ids=[second]) as watch:
        state = await watch.next()
        assert state["happening"] == "ATTACHED"
        assert (one_of(state)["state"], one_of(state)["position"]) == ("QUEUED", 1)
        await change(crew.editor, "cancelGenerations", ids=[first])
        await change(crew.editor, "setUrgency", ids=[second], urgency="HIGH")
        event = await watch.next()
        assert (event["happening"], one_of(event)["id"]) == ("QUEUED", second)
        assert one_of(event)["position"] == 0
        await change(crew.editor, "cancelGenerations", ids=[second])
        event = await watch.next()
        assert (event["happening"], one_of(event)["state"]) == ("CANCELLED", "CANCELLED")
        await change(crew.editor, "clearGenerations", ids=[first, second])
        event = await watch.next()
        assert (event["happening"], one_of(event)["id"]) == ("CLEARED", second)


async def test_one_that_waits_hears_that_it_stands_elsewhere(
    made_at: str, crew: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation_live, "POSITION_SECONDS", 0.05)
    first, second, third = await waiting(crew.editor, 3)
    async with watching(made_at, crew.viewer, WATCH, ids=[third]) as watch:
        assert one_of(await watch.next())["position"] == 2
        await change(crew.editor, "cancelGenerations", ids=[first])
        event = await watch.next()
        assert (event["happening"], one_of(event)["id"]) == ("PROGRESSED", third)
        assert one_of(event)["position"] == 1
    await change(crew.editor, "cancelGenerations", ids=[second])
    where = {"ids": [third], "after": event["cursor"]}
    async with watching(made_at, crew.viewer, WATCH, **where) as watch:
        event = await watch.next()
        assert (event["happening"], one_of(event)["position"]) == ("PROGRESSED", 0)
        await change(crew.editor, "cancelGenerations", ids=[third])
        event = await watch.next()
        assert (event["happening"], one_of(event)["position"]) == ("CANCELLED", None)


async def test_a_subject_hears_that_its_own_stand_elsewhere(
    made_at: str, crew: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = (await ask(crew.editor, SUBJECT))["subject"]["id"]
    monkeypatch.setattr(generation_live, "POSITION_SECONDS", 0.05)
    [other] = await waiting(crew.editor)
    async with attached(made_at, crew.viewer, subject=who) as watch:
        [hers] = await waiting(crew.editor, subjectId=who)
        event = await watch.next()
        assert (event["happening"], one_of(event)["position"]) == ("QUEUED", 1)
        await change(crew.editor, "cancelGenerations", ids=[other])
        event = await watch.next()
        assert (event["happening"], one_of(event)["id"]) == ("PROGRESSED", hers)
        assert one_of(event)["position"] == 0


async def test_nothing_is_counted_for_who_does_not_ask_for_it(
    made_at: str, crew: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A position is counted where it is asked for, once for all who are told of an event."""
    counted: list[int] = []
    ahead = dispatch.ahead

    async def counting(graph: Any, workspaces: Any, ids: Any) -> Any:
        counted.append(len(ids))
        return await ahead(graph, workspaces, ids)

    monkeypatch.setattr(dispatch, "ahead", counting)
    monkeypatch.setattr(generation_live, "POSITION_SECONDS", 0.05)
    plain = WATCH.replace(" position", "")
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(watching(made_at, crew.viewer, plain))
        several = [
            await stack.enter_async_context(watching(made_at, crew.viewer, WATCH)) for _ in range(3)
        ]
        for watch in (one, *several):
            assert (await watch.next())["happening"] == "ATTACHED"
        await crew.editor.ask(ASK, input=WAITS)
        for watch in (one, *several):
            event = await watch.next()
        assert [each["position"] for each in event["generations"]] == [0, 1]
    assert counted == [2]


async def test_many_queued_at_once_are_told_at_once(made_at: str, crew: People) -> None:
    async with attached(made_at, crew.viewer) as watch:
        made = await waiting(crew.editor, 3)
        event = await watch.next()
        assert event["happening"] == "QUEUED"
        assert [(one["id"], one["position"]) for one in event["generations"]] == [
            (number, place) for place, number in enumerate(made)
        ]


async def test_a_subject_is_watched(made_at: str, crew: People) -> None:
    who = (await ask(crew.editor, SUBJECT))["subject"]["id"]
    async with attached(made_at, crew.viewer, subject=who) as watch:
        await waiting(crew.editor)
        [hers] = await queue(crew.editor, "quickGenerate", subjectId=who, slot="item")
        told = await until_end(watch)
        assert {one_of(event)["id"] for event in told} == {hers["id"]}
        assert told[-1]["happening"] == "COMPLETED"


async def test_that_one_is_called_off_which_runs_is_not_its_end(made_at: str, crew: People) -> None:
    async with attached(made_at, crew.viewer) as watch:
        [asked] = await queue(crew.editor, "generate", **FILM)
        while (await watch.next())["happening"] != "STARTED":
            pass
        await change(crew.editor, "cancelGenerations", ids=[asked["id"]])
        told = await until_end(watch)
    names = [event["happening"] for event in told if event["happening"] != "PROGRESSED"]
    assert names == ["CANCELLING", "CANCELLED"]
    assert one_of(told[-1])["state"] == "CANCELLED"


async def test_a_failure_tells_what_to_do(made_at: str, crew: People) -> None:
    clip = await output(crew.editor, "TEXT_TO_VIDEO", prompt="rain", parameters=CLIP)
    async with attached(made_at, crew.viewer) as watch:
        inputs = [given("video", clip, frame=999)]
        await queue(
            crew.editor, "generate", provider="local", operation="FRAME_EXTRACT", inputs=inputs
        )
        last = one_of((await until_end(watch))[-1])
    assert (last["state"], last["failure"]) == ("FAILED", "REFUSED")
    assert "the clip ends before that frame" in last["problem"]


async def test_the_end_is_not_missed_by_one_who_was_away(made_at: str, crew: People) -> None:
    async with attached(made_at, crew.viewer) as watch:
        asked = await pictured(crew.editor, count=2)
        seen = await watch.next()
        assert seen["happening"] == "QUEUED"
    await ended(crew.editor, asked)
    names: list[str] = []
    over: set[str] = set()
    async with watching(made_at, crew.owner, WATCH, after=seen["cursor"]) as watch:
        while len(over) < 2:
            event = await watch.next()
            names.append(event["happening"])
            if event["happening"] == "COMPLETED":
                over |= {one["id"] for one in event["generations"]}
                assert all(one["outputs"] for one in event["generations"])
        assert over == {one["id"] for one in asked}
        assert set(names) == {"STARTED", "COMPLETED"}, "no gap is told, and no progress of before"
        [third] = await waiting(crew.editor)
        assert one_of(await watch.next())["id"] == third


async def test_progress_is_no_place_to_lose_anything(made_at: str, crew: People) -> None:
    """Progress is told in passing: one who goes on after it hears all that came since."""
    short = {"width": 320, "height": 240, "durationSeconds": 1}
    async with attached(made_at, crew.viewer) as watch:
        [asked] = await queue(crew.editor, "generate", **{**FILM, "parameters": short})
        while (event := await watch.next())["happening"] != "PROGRESSED":
            pass
    await ended(crew.editor, [asked])
    where = {"after": event["cursor"], "ids": [asked["id"]]}
    async with watching(made_at, crew.viewer, WATCH, **where) as watch:
        told = await until_end(watch)
    assert [one["happening"] for one in told] == ["COMPLETED"]


async def test_strangers_hear_nothing(made_at: str, crew: People) -> None:
    who = (await ask(crew.editor, SUBJECT))["subject"]["id"]
    [number] = await waiting(crew.editor)
    for where in ({"ids": [number]}, {"subject": who}, {"workspace": crew.editor.workspace}):
        async with watching(made_at, crew.stranger, WATCH, **where) as watch:
            error = await watch.refused()
            assert error["extensions"]["code"] == "NOT_FOUND", where
    async with attached(made_at, crew.stranger) as watch:
        await waiting(crew.editor)
        [theirs] = await waiting(crew.stranger)
        assert one_of(await watch.next())["id"] == theirs


async def test_what_cannot_be_watched_is_refused_by_name(made_at: str, crew: People) -> None:
    [number] = await waiting(crew.editor)
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"ids": []}, "INVALID_INPUT", "ids"),
        ({"ids": [number] * 2 + ["nothing"]}, "NOT_FOUND", "ids."),
        ({"ids": [f"{index}" for index in range(101)]}, "LIMIT_EXCEEDED", ""),
        ({"ids": [number], "workspace": crew.stranger.workspace}, "INVALID_INPUT", "ids"),
        ({"after": "no cursor"}, "INVALID_INPUT", "after"),
    ]
    for where, code, field in cases:
        async with watching(made_at, crew.viewer, WATCH, **where) as watch:
            told = (await watch.refused())["extensions"]
            assert told["code"] == code, (where, told)
            assert told.get("field", "").startswith(field), (where, told)


async def test_events_stream_over_http_too(made_at: str, crew: People) -> None:
    async with streamed(made_at, crew.viewer, WATCH) as events:

        async def told() -> dict[str, Any]:
            found = (await events.next())["data"]["generationProgressed"]
            assert isinstance(found, dict)
            return found

        assert (await told())["happening"] == "ATTACHED"
        [asked] = await pictured(crew.editor)
        event = await told()
        assert (event["happening"], one_of(event)["id"]) == ("QUEUED", asked["id"])
        while (event := await told())["happening"] not in ENDS:
            assert one_of(event)["id"] == asked["id"]
        assert (event["happening"], len(one_of(event)["outputs"])) == ("COMPLETED", 1)
