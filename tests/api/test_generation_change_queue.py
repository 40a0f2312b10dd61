"""Generations that wait: their places, and what people do with them. No worker does these."""

from typing import Any

import pytest

from tests.api.conftest import Client, People
from tests.api.making import ask, change, got, queue, refused, waiting
from tests.api.workflow_help import save
from tests.providers.comfyui_graphs import text_to_image

pytestmark = pytest.mark.anyio

PLACES = """
{ generations(filter: { states: [QUEUED] }) { edges { node { id position } } } }
"""
SUBJECT = """
mutation {
  createSubject(input: {
    kind: CHARACTER, name: "Ann", description: "A pilot.", attributes: { hair: "grey" }
  }) { ... on SubjectCreated { subject { id } } }
}
"""


async def in_order(who: Client) -> list[str]:
    """The ids of all that wait in a workspace by what is told of their position."""
    found = [edge["node"] for edge in (await ask(who, PLACES))["edges"]]
    places = {one["id"]: one["position"] for one in found}
    assert sorted(places.values()) == list(range(len(places)))
    return sorted(places, key=places.__getitem__)


async def test_each_user_has_a_turn(crew: People) -> None:
    mine = await waiting(crew.editor, 3)
    theirs = await waiting(crew.owner, 2)
    turns = [mine[0], theirs[0], mine[1], theirs[1], mine[2]]
    assert await in_order(crew.viewer) == turns
    [urgent] = await waiting(crew.owner, urgency="HIGH")
    [late] = await waiting(crew.editor, urgency="LOW")
    # What is urgent is a turn of its owner's too.
    turns = [urgent, mine[0], mine[1], theirs[0], mine[2], theirs[1], late]
    assert await in_order(crew.viewer) == turns
    assert (await got(crew.viewer, late))["position"] == 6


async def test_positions_are_true_as_people_take_turns(crew: People) -> None:
    """Each is the first of those that are left once all before it began or were called off."""
    for who, count in ((crew.editor, 3), (crew.owner, 2), (crew.editor, 2)):
        await waiting(who, count)
    left = await in_order(crew.viewer)
    while left:
        assert (await got(crew.viewer, left[0]))["position"] == 0
        await change(crew.editor, "cancelGenerations", ids=[left[0]])
        after = await in_order(crew.viewer)
        assert set(after) == set(left[1:])
        left = after


async def test_urgency_changes_the_order(crew: People) -> None:
    first, second, third = await waiting(crew.editor, 3)
    told = await change(crew.editor, "setUrgency", ids=[third, second], urgency="HIGH")
    assert [(one["id"], one["urgency"]) for one in told] == [(third, "HIGH"), (second, "HIGH")]
    assert await in_order(crew.viewer) == [second, third, first]
    await change(crew.editor, "setUrgency", ids=[second], urgency="LOW")
    assert await in_order(crew.viewer) == [third, first, second]


async def test_one_is_moved_before_and_after_others(crew: People) -> None:
    a, b, c, d = await waiting(crew.editor, 4)
    steps: list[tuple[dict[str, Any], list[str]]] = [
        ({"id": d}, [d, a, b, c]),
        ({"id": d, "besideId": c}, [a, b, d, c]),
        ({"id": a, "besideId": d, "after": True}, [b, d, a, c]),
        ({"id": b, "besideId": c, "after": True}, [d, a, c, b]),
        ({"id": c, "besideId": d}, [c, d, a, b]),
    ]
    for step, order in steps:
        [told] = await change(crew.editor, "moveGeneration", **step)
        assert told["id"] == step["id"]
        assert await in_order(crew.viewer) == order, step
    # Any number of moves to one place finds room.
    for _ in range(8):
        for one in (a, b):
            await change(crew.editor, "moveGeneration", id=one, besideId=d, after=True)
    assert await in_order(crew.viewer) == [c, d, b, a]


async def test_a_move_stays_within_its_queue(crew: People) -> None:
    mine, other = await waiting(crew.editor, 2)
    [theirs] = await waiting(crew.owner)
    [urgent] = await waiting(crew.editor, urgency="HIGH")
    for beside in (theirs, urgent):
        answer = await change(crew.editor, "moveGeneration", id=mine, besideId=beside)
        assert refused(answer) == ("Conflict", "besideId")
        assert answer["hint"]
    await change(crew.editor, "cancelGenerations", ids=[other])
    answer = await change(crew.editor, "moveGeneration", id=other)
    assert refused(answer) == ("Conflict", "id")
    answer = await change(crew.editor, "moveGeneration", id=mine, besideId=other)
    assert refused(answer) == ("Conflict", "besideId")
    answer = await change(crew.editor, "setUrgency", ids=[mine, other], urgency="HIGH")
    assert refused(answer) == ("Conflict", "ids")
    assert (await got(crew.viewer, mine))["urgency"] == "NORMAL", "all or none"


async def test_what_waits_is_called_off_at_once_and_put_away(crew: People) -> None:
    first, second = await waiting(crew.editor, 2)
    [off] = await change(crew.editor, "cancelGenerations", ids=[first])
    assert (off["state"], off["position"], off["startedAt"]) == ("CANCELLED", None, None)
    assert off["cancelAskedAt"] == off["endedAt"]
    assert await in_order(crew.viewer) == [second]
    [again] = await change(crew.editor, "cancelGenerations", ids=[first])
    assert again == off, "what has ended stays as it is"
    [away] = await change(crew.editor, "clearGenerations", ids=[first])
    assert away["clearedAt"]
    [same] = await change(crew.editor, "clearGenerations", ids=[first])
    assert same["clearedAt"] == away["clearedAt"]


async def test_quick_generation_runs_the_workflow_of_its_slot(crew: People) -> None:
    who = (await ask(crew.editor, SUBJECT))["subject"]["id"]
    version = await save(crew.editor, json=text_to_image())
    asked = {"subjectId": who, "slot": "portrait", "count": 2, "urgency": "HIGH"}
    made = await queue(crew.editor, "quickGenerate", **asked)
    assert len({one["seed"] for one in made}) == 2
    for one in made:
        assert (one["provider"], one["workflow"]["id"]) == ("comfyui", version["id"])
        assert (one["operation"], one["slot"], one["urgency"]) == (
            "TEXT_TO_IMAGE",
            "portrait",
            "HIGH",
        )
        assert one["subject"] == {"id": who, "name": "Ann"}
        assert one["parameters"]["6.text"] == "A pilot., portrait"
        assert one["parameters"]["3.steps"] == 30, "it is locked"
        assert str(one["parameters"]["3.seed"]) == one["seed"]


async def test_a_workflow_is_run_with_what_overrides_it(crew: People) -> None:
    version = await save(crew.editor, json=text_to_image())
    asked = {"workflowId": version["id"], "parameters": {"6.text": "a fox", "3.seed": 5}}
    made = await queue(crew.editor, "generate", **asked, count=2)
    assert [one["seed"] for one in made] == ["5", "6"], "one that is given counts on"
    assert [one["parameters"]["3.seed"] for one in made] == [5, 6]
    assert {one["parameters"]["6.text"] for one in made} == {"a fox"}


async def test_a_seed_that_is_given_is_the_seed(crew: People) -> None:
    most = 2**32 - 1
    asked = {"provider": "local", "operation": "TEXT_TO_IMAGE", "prompt": "a fox"}
    made = await queue(crew.editor, "generate", **asked, parameters={"seed": most}, count=3)
    assert [one["seed"] for one in made] == [str(most), str(most - 1), str(most - 2)]
