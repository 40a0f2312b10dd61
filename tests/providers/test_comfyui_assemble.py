"""Values and files are put into a workflow, and nothing else of it changes."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.comfyui.assemble import assemble, file_name, locate
from providers.error import Refused
from tests.providers import samples
from tests.providers.comfyui_help import edited, graph

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
NAMES = st.text(alphabet="ab.:", min_size=1, max_size=4)
GRAPHS = st.dictionaries(
    NAMES,
    st.fixed_dictionaries(
        {"class_type": st.just("Any"), "inputs": st.dictionaries(NAMES, VALUES, max_size=3)}
    ),
    max_size=4,
)


def test_values_and_files_take_their_places() -> None:
    workflow = edited()
    made = assemble(workflow, {"6.text": "a hare", "3.seed": 5}, {"20.image": "pedigree/x.png"})
    assert made["6"]["inputs"]["text"] == "a hare"
    assert made["3"]["inputs"]["seed"] == 5
    assert made["20"]["inputs"]["image"] == "pedigree/x.png"
    assert made["20"]["_meta"] == workflow["20"]["_meta"]
    made["6"]["inputs"]["text"], made["3"]["inputs"]["seed"] = "a fox in snow", 7
    made["20"]["inputs"]["image"] = "old.png"
    workflow["3"]["inputs"]["seed"] = 7
    assert made == workflow


def test_a_list_is_no_link() -> None:
    made = assemble(graph(), {"6.text": ["4", 0]}, {})
    assert made["6"]["inputs"]["text"] == {"__value__": ["4", 0]}


def test_a_link_gives_way_to_a_value() -> None:
    assert assemble(graph(), {"6.clip": "none"}, {})["6"]["inputs"]["clip"] == "none"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("77.seed", "no node"),
        ("3.sed", "node 3 has no input 'sed'"),
        ("seed", "no node"),
        ("3", "no node"),
        ("3.", "no input ''"),
        (".", "no node"),
        ("3.seed.x", "no input 'seed.x'"),
    ],
)
def test_what_is_not_there_is_refused_by_name(name: str, said: str) -> None:
    with pytest.raises(Refused, match=said) as raised:
        assemble(graph(), {name: 1}, {})
    assert raised.value.field == name


def test_a_workflow_of_the_editor_is_refused() -> None:
    with pytest.raises(Refused, match="Export"):
        assemble({"nodes": [], "links": []}, {}, {})


def test_names_may_have_dots() -> None:
    workflow = {"5.1": {"inputs": {"a.b": 1}}, "5": {"inputs": {"x": 1}}}
    assert locate(workflow, "5.1.a.b") == ("5.1", "a.b")
    assert locate(workflow, "5.x") == ("5", "x")


@pytest.mark.parametrize("entry", [None, 3, {}, {"inputs": 3}, {"inputs": []}])
def test_what_is_no_node_takes_nothing(entry: object) -> None:
    with pytest.raises(Refused):
        assemble({"3": entry}, {"3.seed": 1}, {})


@settings(deadline=None)
@given(workflow=GRAPHS, value=VALUES, data=st.data())
def test_only_what_is_named_changes(workflow: dict[str, Any], value: Any, data: Any) -> None:
    before = copy.deepcopy(workflow)
    places = [f"{n}.{f}" for n, one in workflow.items() for f in one["inputs"]]
    names = data.draw(st.lists(st.sampled_from(places), unique=True)) if places else []
    made = assemble(workflow, dict.fromkeys(names, value), {})
    assert workflow == before
    changed = {locate(workflow, name) for name in names}
    for node, entry in before.items():
        for field, old in entry["inputs"].items():
            new = made[node]["inputs"][field]
            wrapped = {"__value__": value} if isinstance(value, list) else value
            assert new == (wrapped if (node, field) in changed else old)
    assert made.keys() == before.keys()


@settings(deadline=None)
@given(workflow=GRAPHS, name=NAMES)
def test_a_name_is_found_or_refused(workflow: dict[str, Any], name: str) -> None:
    places = {f"{n}.{f}" for n, one in workflow.items() for f in one["inputs"]}
    if name not in places:
        with pytest.raises(Refused):
            locate(workflow, name)
        return
    node, field = locate(workflow, name)
    assert f"{node}.{field}" == name
    assert field in workflow[node]["inputs"]


def test_what_was_made_is_not_shared() -> None:
    workflow, value = graph(), {"deep": [1]}
    made = assemble(workflow, {"6.text": value}, {})
    made["6"]["inputs"]["text"]["deep"].append(2)
    made["3"]["inputs"]["model"].append(2)
    assert value == {"deep": [1]}
    assert workflow == graph()


def test_equal_bytes_have_one_name() -> None:
    picture = samples.picture()
    assert file_name(picture) == f"pedigree/{picture.sha256}.png"
    assert file_name(samples.clip()) == f"pedigree/{samples.clip().sha256}.mp4"
    assert file_name(samples.sound()).endswith(".wav")
    assert file_name(samples.media(b"x", "image/heic")).endswith(".png")
    assert file_name(samples.media(b"x", "IMAGE/JPEG; q=1")).endswith(".jpg")
