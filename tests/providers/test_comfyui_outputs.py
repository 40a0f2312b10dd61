"""The files of a history, of every kind, in an order that stays."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.comfyui.outputs import find_outputs, in_order


def file(name: str, type_: str = "output", **more: object) -> dict[str, object]:
    return {"filename": name, "subfolder": "", "type": type_, **more}


def names(outputs: object) -> list[str]:
    return [found.file.filename for found in find_outputs({"outputs": outputs})]


@pytest.mark.parametrize(
    ("outputs", "medium"),
    [
        ({"images": [file("a.png")]}, "IMAGE"),
        ({"images": [file("a.webp")], "animated": [True]}, "IMAGE"),
        ({"images": [file("a.mp4")], "animated": [True]}, "VIDEO"),
        ({"images": [file("a.webm")], "animated": (True,)}, "VIDEO"),
        ({"gifs": [file("a.mp4", format="video/h264-mp4", fullpath="/a")]}, "VIDEO"),
        ({"gifs": [file("a.gif", format="image/gif")]}, "IMAGE"),
        ({"gifs": [file("a.weird", format="video/odd")]}, "VIDEO"),
        ({"audio": [file("a.flac")]}, "AUDIO"),
        ({"result": [file("a.jpg")]}, "IMAGE"),
        ({"images": [file("nameless")]}, "IMAGE"),
    ],
)
def test_every_kind_is_found(outputs: dict[str, object], medium: str) -> None:
    found = find_outputs({"outputs": {"9": outputs}})
    assert [one.media_type for one in found] == [medium]


@pytest.mark.parametrize(
    "outputs",
    [
        None,
        [],
        {"9": None},
        {"9": {"text": ["a fox"], "images": "a.png"}},
        {"9": {"images": [3, None, {}, {"filename": "a.png"}, {"type": "output"}]}},
        {"9": {"result": [file("model.glb"), file("x.latent"), file("a.json")]}},
        {"9": {"images": [file("../a.png"), file("a.png", "elsewhere"), file("a.png", "input")]}},
    ],
)
def test_the_rest_is_passed_over(outputs: object) -> None:
    assert names(outputs) == []


def test_what_was_shown_counts_only_where_nothing_was_saved() -> None:
    shown = {"2": {"images": [file("t.png", "temp")]}}
    assert names(shown) == ["t.png"]
    assert names({**shown, "9": {"images": [file("a.png")]}}) == ["a.png"]


def test_a_file_listed_twice_is_one() -> None:
    assert names({"9": {"images": [file("a.png")], "again": [file("a.png")]}}) == ["a.png"]


def test_nodes_stand_in_the_order_of_their_ids() -> None:
    ids = ["10:2", "9", "11", "10", "2", "10:10", "a"]
    random.Random(1).shuffle(ids)
    outputs = {name: {"images": [file(f"{name.replace(':', '-')}.png")]} for name in ids}
    assert names(outputs) == [
        f"{name}.png" for name in ("a", "2", "9", "10", "10-2", "10-10", "11")
    ]


@settings(deadline=None)
@given(st.permutations(["1", "2", "10", "10:1", "x", "x1"]))
def test_the_order_is_the_same_however_it_was_told(ids: list[str]) -> None:
    assert sorted(ids, key=in_order) == ["x", "x1", "1", "2", "10", "10:1"]


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=4),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["9", "images", "filename", "type", "subfolder", "outputs"]), inner
            )
        ),
        max_leaves=12,
    )
)
def test_no_answer_of_a_server_does_harm(odd: Any) -> None:
    find_outputs({"outputs": odd})
