"""Progress of the whole comes from that of the nodes, and never goes back."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from providers.comfyui.progress import Tracker
from providers.comfyui.socket import Said
from providers.comfyui.standing import Item
from tests.providers.comfyui_graphs import node
from tests.providers.comfyui_help import graph

NODES = 8


def tracker(**more: Any) -> Tracker:
    return Tracker(Item("x", graph=graph(), targets=("9",), **more))


def executing(name: object) -> Said:
    return Said("executing", {"node": name})


def test_nodes_and_their_steps_add_up() -> None:
    tracked = tracker()
    assert tracked.last.fraction == 0
    told = tracked.hear(executing("3"))
    assert told
    assert told.stage == "KSampler"
    assert told.fraction == 5 / NODES, "its five ancestors are done"
    told = tracked.hear(Said("progress", {"node": "3", "value": 5, "max": 20}))
    assert told
    assert told.stage == "KSampler 5/20"
    assert told.fraction == (5 + 0.25) / NODES
    assert tracked.hear(Said("progress", {"node": "3", "value": 5, "max": 20})) is None


def test_a_node_that_begins_anew_takes_nothing_back() -> None:
    tracked = tracker()
    for value in (15, 5):
        told = tracked.hear(Said("progress", {"node": "3", "value": value, "max": 20}))
        assert told
        assert told.fraction == 0.75 / NODES
        assert told.stage == f"KSampler {value}/20"


def test_a_state_of_all_nodes_is_read() -> None:
    tracked = tracker()
    states = {
        "4": {"state": "finished", "value": 1, "max": 1},
        "3": {"state": "running", "value": 10, "max": 20},
        "77": {"state": "finished"},
    }
    told = tracked.hear(Said("progress_state", {"nodes": states}))
    assert told
    assert told.fraction == 1.5 / NODES
    assert told.stage == "KSampler 10/20"


def test_what_was_kept_from_before_is_done() -> None:
    told = tracker().hear(Said("execution_cached", {"nodes": ["4", "5", "6"]}))
    assert told
    assert told.fraction == 3 / NODES


def test_nodes_that_no_output_needs_do_not_count() -> None:
    workflow = {**graph(), "50": node("CLIPTextEncode", text="idle")}
    tracked = Tracker(Item("x", graph=workflow, targets=("9",)))
    told = tracked.hear(Said("execution_cached", {"nodes": ["4", "50"]}))
    assert told
    assert told.fraction == 1 / NODES


def test_a_node_may_be_called_nought() -> None:
    tracked = Tracker(Item("x", graph={"0": node("SaveImage")}, targets=("0",)))
    told = tracked.hear(Said("progress", {"node": 0, "value": 1, "max": 2}))
    assert told
    assert told.fraction == 0.5


def test_a_graph_that_cannot_be_read_has_stages_only() -> None:
    tracked = Tracker(Item("x"))
    assert tracked.last.fraction is None
    told = tracked.hear(executing("3"))
    assert told
    assert (told.fraction, told.stage) == (None, "3")


ODD = st.none() | st.integers(-2, 30) | st.sampled_from(["3", "4", "9", "x", float("inf")])
MESSAGES = st.builds(
    Said,
    st.sampled_from(["executing", "progress", "progress_state", "execution_cached", "other"]),
    st.fixed_dictionaries(
        {},
        optional={
            "node": ODD,
            "value": ODD,
            "max": ODD,
            "nodes": st.lists(ODD, max_size=3)
            | st.dictionaries(
                st.sampled_from(["3", "4", "9"]),
                st.fixed_dictionaries(
                    {
                        "state": st.sampled_from(["running", "finished", "error"]),
                        "value": ODD,
                        "max": ODD,
                    }
                ),
            ),
        },
    ),
)


@settings(deadline=None)
@given(st.lists(MESSAGES, max_size=20))
def test_it_never_goes_back(messages: list[Said]) -> None:
    tracked = tracker()
    fractions = [0.0]
    for message in messages:
        if told := tracked.hear(message):
            assert told.fraction is not None
            fractions.append(told.fraction)
    assert fractions == sorted(fractions)
    assert fractions[-1] <= 1
