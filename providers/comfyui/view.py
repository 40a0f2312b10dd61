"""A workflow to be looked at: its nodes, its outputs, and what of it flows into those."""

from collections.abc import Mapping
from dataclasses import dataclass

from providers.comfyui.parameter import Step, read_steps
from providers.comfyui.reach import Reach, find_outputs, reach
from providers.comfyui.workflow import Node, Workflow, read_workflow
from providers.error import Refused

NODES_MAX = 2000
EDITOR_FORMAT = (
    "This is the editor's format, which no server runs. In ComfyUI choose Workflow > Export (API); "
    "an older ComfyUI offers Save (API Format) once dev mode is enabled in its settings."
)
NO_GRAPH = (
    'No node was found: a workflow is a JSON object of nodes by id, each with its "class_type" and '
    '"inputs". In ComfyUI choose Workflow > Export (API).'
)


@dataclass(frozen=True)
class View:
    """A graph, and what of it flows into its outputs."""

    workflow: Workflow
    outputs: tuple[Node, ...]
    reached: Reach
    steps: Mapping[str, Step]


def open_view(graph: Mapping[str, object], problems: list[str]) -> View:
    """Raises Refused for what is no graph in API format."""
    if "nodes" in graph and "links" in graph:
        raise Refused(EDITOR_FORMAT, field="json")
    if len(graph) > NODES_MAX:
        raise Refused(f"It has {len(graph)} nodes; at most {NODES_MAX} are taken.", field="json")
    workflow = read_workflow(graph, problems)
    if workflow is None:
        raise Refused(NO_GRAPH, field="json")
    for name in graph:
        if name not in workflow.nodes:
            raise Refused(f'The entry {name[:40]!r} is no node: it has no "class_type".')
        if "." in name or not name:
            raise Refused(f"The node id {name[:40]!r} is empty or holds a dot; give it another.")
    outputs = tuple(find_outputs(workflow, ()))
    return View(workflow, outputs, reach(workflow, outputs), read_steps(workflow, graph))
