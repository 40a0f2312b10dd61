"""What tests of generation ask, and short ways to ask it."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.api.conftest import Client
from tests.waiting import until

ENDED = {"COMPLETED", "FAILED", "CANCELLED", "UNKNOWN"}
PICTURE = {"width": 96, "height": 64}
CLIP = {"width": 96, "height": 64, "durationSeconds": 0.5, "frameRate": 8}
REFUSED = """
fragment Refused on Refusal {
  message
  ... on InvalidInput { field hint } ... on NotFound { field } ... on Conflict { field hint }
  ... on LimitExceeded { limit asked allowed }
}
"""
TOLD = """
fragment Told on Generation {
  id workspaceId provider operation state name prompt seed model slot urgency attempt position
  progress failure problem parameters models providerRequest createdBy
  startedAt endedAt cancelAskedAt clearedAt
  quoted { amount unit } billed { amount unit }
  inputs { kind sequence parameter prompt name startSeconds endSeconds frame durationSeconds
    asset { id } }
  outputs { id name mediaType mediaState prompt provider operation sha256 width height
    durationSeconds createdBy generation { id } thumbnail { url } }
  subject { id name } workflow { id } retryOf { id } rerunOf { id } followers { id }
}
"""
CHANGE = """
mutation ($input: %s!) {
  %s(input: $input) {
    __typename ...Refused
    ... on %s { generations { ...Told } }
  }
}
"""
GET = "query ($id: ID!) { generation(id: $id) { ...Told } }"
PARENTS = """
query ($id: ID!) {
  asset(id: $id) {
    lineage(direction: PARENTS, maxDepth: 20, maxNodes: 500) {
      nodes { asset { id operation } }
      edges { childId parentId kind operation sequence evidence generationId parentStartSeconds
        parentFrame prompt durationSeconds }
      truncated
    }
  }
}
"""


async def ask(who: Client, query: str, **variables: Any) -> Any:
    """The one field that is asked for."""
    fragments = {"...Refused": REFUSED, "...Told": TOLD}
    text = query + "".join(part for name, part in fragments.items() if name in query)
    return next(iter((await who.ask(text, **variables)).values()))


async def _asked(who: Client, mutation: str, of: str, given: Mapping[str, Any]) -> Any:
    kind = f"{mutation[0].upper()}{mutation[1:]}Input"
    if mutation in ("cancelGenerations", "clearGenerations", "retryGenerations"):
        kind = "GenerationsInput"
    answer = await ask(who, CHANGE % (kind, mutation, of), input=given)
    return answer.get("generations", answer)


async def queue(who: Client, mutation: str, **given: Any) -> Any:
    """What a mutation queued, or how it was refused."""
    return await _asked(who, mutation, "GenerationsQueued", given)


async def change(who: Client, mutation: str, **given: Any) -> Any:
    """What a mutation made of generations, or how it was refused."""
    return await _asked(who, mutation, "GenerationsChanged", given)


def refused(answer: Any) -> tuple[str, str]:
    """How it was refused, and which field was at fault."""
    assert isinstance(answer, dict), answer
    return answer["__typename"], answer.get("field", "")


async def pictured(who: Client, **more: Any) -> Any:
    """Asks the built-in provider for a small picture."""
    given = {"provider": "local", "operation": "TEXT_TO_IMAGE", "prompt": "a harbour"}
    return await queue(who, "generate", **{**given, "parameters": PICTURE, **more})


async def waiting(who: Client, count: int = 1, **more: Any) -> list[str]:
    """The ids of generations that wait, in their order, as nobody does them."""
    given = {"provider": "kling", "operation": "TEXT_TO_IMAGE", "prompt": "a harbour"}
    made = await queue(who, "generate", **{**given, "count": count, **more})
    assert isinstance(made, list), made
    return [one["id"] for one in made]


async def got(who: Client, number: str) -> Any:
    return await ask(who, GET, id=number)


async def ended(who: Client, made: Sequence[Any], state: str = "COMPLETED") -> list[Any]:
    """How generations ended, which must be so."""
    found: dict[str, Any] = {}

    async def all_ended() -> bool:
        for one in made:
            if one["id"] not in found or found[one["id"]]["state"] not in ENDED:
                found[one["id"]] = await got(who, one["id"])
        return all(one["state"] in ENDED for one in found.values())

    assert isinstance(made, list), made
    await until(all_ended, 40)
    assert {one["state"] for one in found.values()} == {state}, list(found.values())
    return [found[one["id"]] for one in made]


async def made_by(who: Client, mutation: str = "generate", **given: Any) -> Any:
    """The only generation that is queued so, once it was completed."""
    queued = await queue(who, mutation, **given)
    assert isinstance(queued, list), queued
    [one] = await ended(who, queued)
    return one


async def output(who: Client, operation: str, inputs: Sequence[Any] = (), **more: Any) -> str:
    """The id of what the built-in provider made."""
    given = {"provider": "local", "operation": operation, "inputs": list(inputs), **more}
    return str((await made_by(who, **given))["outputs"][0]["id"])


def given(parameter: str, asset: str, **more: Any) -> dict[str, Any]:
    return {"parameter": parameter, "assetId": asset, **more}
