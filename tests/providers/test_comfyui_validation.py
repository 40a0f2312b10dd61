"""What a server does not take is told per node."""

from typing import Any

import pytest

from providers.comfyui.validation import partial, refusal
from tests.providers.comfyui_help import graph


def error(kind: str, message: str = "", details: str = "", **extra: str) -> dict[str, Any]:
    return {"type": kind, "message": message, "details": details, "extra_info": extra}


KINDS = (
    "required_input_missing", "bad_linked_input", "return_type_mismatch", "invalid_input_type",
    "value_smaller_than_min", "value_bigger_than_max", "value_not_in_list",
    "custom_validation_failed", "invalid_dynamic_input", "dependency_cycle",
    "exception_during_validation", "exception_during_inner_validation",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_nodes_problem_names_node_class_and_input(kind: str) -> None:
    workflow = graph()
    workflow["3"]["_meta"]["title"] = "Fine detail"
    found = refusal(
        {
            "error": error("prompt_outputs_failed_validation", "Prompt outputs failed validation"),
            "node_errors": {
                "3": {
                    "errors": [error(kind, "It is wrong", "seed: -1", input_name="seed")],
                    "dependent_outputs": ["9"],
                    "class_type": "KSampler",
                }
            },
        },
        workflow,
    )
    assert found.problems == ('Node 3 "Fine detail" (KSampler), input seed: It is wrong: seed: -1',)
    assert found.field == "3.seed"
    assert found.code == "prompt_outputs_failed_validation"
    assert found.problems[0] in found.message


def test_each_node_has_its_problems() -> None:
    found = refusal(
        {
            "error": error("prompt_outputs_failed_validation"),
            "node_errors": {
                "4": {"errors": [error("value_not_in_list", "Value not in list")]},
                "3": {"errors": [error("a", "x"), error("b", "y", input_name="cfg")]},
            },
        },
        graph(),
    )
    assert [one.partition(":")[0] for one in found.problems] == [
        "Node 4 (CheckpointLoaderSimple)",
        "Node 3 (KSampler)",
        "Node 3 (KSampler), input cfg",
    ]
    assert found.field == "3.cfg"
    assert "2 further problems" in found.message


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"error": "no prompt", "node_errors": []}, "no prompt"),
        ({"error": error("no_prompt", "No prompt provided")}, "No prompt provided"),
        ({"error": error("invalid_prompt_id", "must be a UUID")}, "must be a UUID"),
        ({"error": error("prompt_no_outputs", "Prompt has no outputs")}, "no outputs"),
        (
            {"error": error("missing_node_type", "No such", node_id="9", class_type="Odd")},
            r"Node 9 \(SaveImage\): No such",
        ),
        (
            {"error": error("missing_node_type", "No such", node_id="99", class_type="Odd")},
            r"Node 99 \(Odd\): No such",
        ),
        ({}, "no reason is given"),
        ({"error": 3, "node_errors": {"1": 2, "3": {"errors": 1}}}, "no reason"),
    ],
)
def test_every_shape_is_read(answer: dict[str, Any], said: str) -> None:
    found = refusal(answer, graph())
    with pytest.raises(type(found), match=said):
        raise found
    assert len(found.problems) == 1


def test_outputs_left_out_are_told() -> None:
    answer = {
        "prompt_id": "x",
        "node_errors": {"9": {"errors": [error("value_not_in_list", "Value not in list")]}},
    }
    assert partial(answer, graph()) == ("Node 9 (SaveImage): Value not in list",)
    assert partial({"node_errors": []}, graph()) == ()
    assert partial({}, graph()) == ()
