"""What is sent to Runway for each request."""

from typing import Any

import pytest

from providers.contract import Input, Request
from providers.runway.body import body_of
from providers.runway.parameter import PARAMETERS
from providers.runway.table import Model
from tests.providers.runway_bodies import CASES
from tests.providers.runway_help import ROWS, addresses, given, least, row_name, value_of
from tests.providers.runway_server import CREATES, NEEDED


@pytest.mark.parametrize(
    ("operation", "parameters", "inputs", "endpoint", "body"),
    CASES,
    ids=[f"{case[0]}-{case[1].get('model', 'usual')}-{len(case[2])}" for case in CASES],
)
def test_a_body(
    operation: str,
    parameters: dict[str, Any],
    inputs: list[Input],
    endpoint: str,
    body: dict[str, Any],
) -> None:
    request = Request(operation, parameters, tuple(inputs))
    assert body_of(request, addresses(request)) == (endpoint, body)


def test_a_whole_number_is_sent_as_one() -> None:
    """Runway takes no 8.0 where it wants an integer."""
    request = Request("text_to_video", {"prompt": "a fox", "durationSeconds": 8.0})
    assert repr(body_of(request, [])[1]["duration"]) == "8"


def test_every_endpoint_that_takes_media_stands_among_the_cases() -> None:
    assert {case[3] for case in CASES} == set(CREATES)


def test_a_draft_is_finished_by_its_task_alone() -> None:
    slot = next(m for _, m in ROWS if m.name == "seedance2_5_draft").slots[0]
    request = Request("derive", {"model": "seedance2_5_draft", "seed": 5}, (given(slot),))
    assert body_of(request, ["task-7"]) == (
        "text_to_video",
        {"model": "seedance2_5", "draftTaskId": "task-7"},
    )


@pytest.mark.parametrize(("operation", "model"), ROWS, ids=row_name)
def test_the_least_of_a_model_has_all_that_the_service_needs(operation: str, model: Model) -> None:
    request = least(operation, model)
    endpoint, body = body_of(request, addresses(request))
    assert endpoint == model.endpoint
    needed = {*CREATES[endpoint], *NEEDED.get((endpoint, body["model"]), ())}
    assert needed <= set(body) or "draftTaskId" in body


@pytest.mark.parametrize(("operation", "model"), ROWS, ids=row_name)
def test_each_parameter_of_a_model_is_sent(operation: str, model: Model) -> None:
    for name, rule in model.rules.items():
        request = Request(operation, {"model": model.name, name: value_of(name, rule)})
        found = body_of(request, [])[1]
        for step in (rule.wire or PARAMETERS[name].wire).split("."):
            found = found[step]
        assert found == value_of(name, rule) or name == "shots"
