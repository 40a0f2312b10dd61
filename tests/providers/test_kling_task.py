"""Tasks as Kling's answers hold them, also odd ones."""

from decimal import Decimal
from typing import Any

import pytest

from providers.cost import Cost
from providers.kling.offer import NEW, OLD
from providers.kling.task import key_of, read

VIDEO = "https://k.example/v.mp4"


def test_outputs_of_every_sort_are_read() -> None:
    task = read(
        NEW,
        {
            "id": 17,
            "status": "succeeded",
            "outputs": [
                {"type": "element", "id": "e", "url": VIDEO},
                {"type": "video", "id": "v", "url": VIDEO},
                {"type": "image", "id": "i", "url": VIDEO},
                {"type": "audio", "url": VIDEO},
                {"type": "voice", "id": "x"},
                {"type": "video", "id": "no address"},
                "odd",
            ],
        },
    )
    assert task is not None
    assert task.number == "17"
    told = [(one.index, one.media_type, one.number, dict(one.uploads)) for one in task.outputs]
    assert told == [
        (0, "VIDEO", "v", {"video_id": "v"}),
        (1, "IMAGE", "i", {"image_id": "i"}),
        (2, "AUDIO", None, {}),
    ]


@pytest.mark.parametrize("design", [OLD, NEW])
@pytest.mark.parametrize(
    "whole", [{}, {"task_id": None, "id": None}, {"task_id": [], "id": {}}, {"task_id": ""}]
)
def test_what_has_no_number_is_no_task(design: Any, whole: dict[str, Any]) -> None:
    assert read(design, whole) is None


@pytest.mark.parametrize("design", [OLD, NEW])
def test_odd_values_are_left_out(design: Any) -> None:
    task = read(
        design,
        {
            "task_id": "t",
            "id": "t",
            "task_result": {"videos": {"id": 1}, "images": [7]},
            "outputs": 3,
            "billing": [1, {"amount": "x"}, {"amount": True}],
            "final_unit_deduction": "NaN",
            "task_info": [],
            "status": 7,
        },
    )
    assert task is not None
    assert (task.outputs, task.cost, task.key, task.status) == ((), None, None, "submitted")


@pytest.mark.parametrize(
    ("billing", "cost"),
    [
        ([{"charge_type": "unit", "amount": "2"}], Cost(Decimal(2), "units")),
        ([{"charge_type": "cash", "amount": 0.5, "currency": "CNY"}], Cost(Decimal("0.5"), "CNY")),
        (
            [
                {"charge_type": "unit", "amount": "2"},
                {"charge_type": "cash", "amount": "1.5"},
                {"charge_type": "cash", "amount": "0.25"},
            ],
            Cost(Decimal("1.75"), "USD"),
        ),
        ([{"charge_type": "cash", "amount": "-1"}], None),
        ([], None),
    ],
)
def test_a_bill_is_summed(billing: list[dict[str, Any]], cost: Cost | None) -> None:
    task = read(NEW, {"id": "t", "billing": billing})
    assert task is not None
    assert task.cost == cost


def test_the_key_is_found_in_either_design() -> None:
    assert key_of({"external_id": "k"}) == key_of({"task_info": {"external_task_id": "k"}}) == "k"
