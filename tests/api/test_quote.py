"""What a generation would cost, asked before anything begins."""

from typing import Any

import pytest

from tests.api.conftest import Client, People
from tests.api.making import REFUSED

pytestmark = pytest.mark.anyio

QUOTE = (
    """
query ($input: GenerateInput!) {
  quoteGeneration(input: $input) {
    __typename ...Refused
    ... on Quote { each { amount unit } total { amount unit } }
  }
}
"""
    + REFUSED
)
CLIP = {"model": "kling-v3", "durationSeconds": 5}


async def quote(client: Client, **asked: Any) -> Any:
    return (await client.ask(QUOTE, input=asked))["quoteGeneration"]


async def test_it_is_told_for_one_and_for_all(crew: People) -> None:
    asked = {"provider": "kling", "operation": "TEXT_TO_VIDEO", "prompt": "a gate"}
    told = await quote(crew.viewer, **asked, parameters=CLIP, count=3)
    assert told["__typename"] == "Quote", told
    each, total = told["each"], told["total"]
    assert (each["unit"], total["unit"]) == ("USD", "USD")
    assert (each["amount"], total["amount"]) == ("0.42", "1.26")


async def test_what_costs_nothing_has_no_price(crew: People) -> None:
    told = await quote(crew.viewer, provider="local", operation="TEXT_TO_IMAGE", prompt="a gate")
    assert told == {"__typename": "Quote", "each": None, "total": None}


async def test_what_would_not_be_taken_is_refused_already(crew: People) -> None:
    told = await quote(crew.viewer, provider="local", operation="UPSCALE")
    assert (told["__typename"], told["field"]) == ("InvalidInput", "inputs.image")


async def test_how_often_is_bounded_as_it_is_for_an_order(crew: People) -> None:
    asked = {"provider": "local", "operation": "TEXT_TO_IMAGE", "prompt": "a gate"}
    for count in (-5, 0, 10_001):
        told = await quote(crew.viewer, **asked, count=count)
        assert (told["__typename"], told["field"]) == ("InvalidInput", "count")


async def test_a_parameter_that_does_not_go_with_the_model_is_said_so(crew: People) -> None:
    asked = {"provider": "kling", "operation": "TEXT_TO_VIDEO", "prompt": "a gate"}
    told = await quote(crew.viewer, **asked, parameters={**CLIP, "resolution": "720p"})
    assert told["field"] == "parameters.resolution"
    assert "does not go with" in told["message"]
