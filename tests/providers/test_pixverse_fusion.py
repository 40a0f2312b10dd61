"""How the references of a fusion are named, and called in the prompt."""

import pytest

from providers.contract import Request
from providers.pixverse.fusion import called, misnamed, names
from tests.providers.pixverse_requests import image

ROWS: list[tuple[str, list[str], str]] = [
    ("@fox runs", ["fox"], "@fox runs"),
    ("here is @fox", ["fox"], "here is @fox"),
    ("@fox, @hen and all", ["fox", "hen"], "@fox , @hen and all"),
    ("@foxglove and @fox.", ["fox", "foxglove"], "@foxglove and @fox ."),
    ("@fox2 runs", ["fox", "fox2"], "@fox2 runs @fox"),
    ("a fox runs", ["fox", "hen"], "a fox runs @fox @hen"),
    ("@fox runs ", ["fox", "hen"], "@fox runs @hen"),
    ("mail fox@hen to @hen", ["hen"], "mail fox@hen to @hen"),
    ("@狐跑", ["狐"], "@狐 跑"),
    ("a fox", [], "a fox"),
]


@pytest.mark.parametrize(("prompt", "known", "sent"), ROWS)
def test_everybody_is_called_with_a_space_after(prompt: str, known: list[str], sent: str) -> None:
    assert called(prompt, known) == sent
    assert called(sent, known) == sent, "once is enough"


def test_who_has_no_name_gets_one_that_is_free() -> None:
    inputs = [
        image("characters"),
        image("characters", name="character1"),
        image("background"),
        image("characters"),
    ]
    assert names(inputs) == ["character1_", "character1", "background1", "character3"]


@pytest.mark.parametrize("prompt", ["@狐跑", "write to a@b.de", "@fox.", "no names", "@character2"])
def test_prompts_that_call_nobody_else_are_right(prompt: str) -> None:
    inputs = (image("characters", name="fox"), image("characters"), image("background", name="狐"))
    assert not list(misnamed(Request("fusion", {"prompt": prompt}, inputs)))
