"""How far a job is, from what its server says of its nodes."""

from collections.abc import Iterable, Mapping

from providers.comfyui.naming import id_of, ids_of, title
from providers.comfyui.socket import Said
from providers.comfyui.standing import Item
from providers.comfyui.workflow import Workflow, read_workflow
from providers.event import Progress
from providers.value import mapping, seconds


class Tracker:
    """Sums up nodes that are done, and the part of those that are at work. It never goes back."""

    def __init__(self, item: Item) -> None:
        self._graph = item.graph
        self._workflow = read_workflow(item.graph, []) or Workflow({})
        self._all = self._needed(item.targets or self._workflow.nodes)
        self._done: set[str] = set()
        self._parts: dict[str, float] = {}
        self.last = Progress(0.0 if self._all else None)

    def hear(self, said: Said) -> Progress | None:
        """The progress after a message; None if nothing is new."""
        before = self.last
        match said.type:
            case "execution_cached":
                self._finish(ids_of(said.data.get("nodes")))
                self._tell(before.stage)
            case "executing":
                self._execute(said)
            case "progress":
                self._advance(id_of(said.data.get("node")), said.data)
            case "progress_state":
                for node, state in mapping(said.data.get("nodes")).items():
                    self._state(node, mapping(state))
        return self.last if self.last != before else None

    def _execute(self, said: Said) -> None:
        node = id_of(said.data.get("node"))
        if node is None:
            return
        # What it is made from was made before, though nobody may have listened then.
        self._finish(self._needed([node]) - {node})
        self._tell(title(self._graph, id_of(said.data.get("display_node")) or node))

    def _state(self, node: str, state: Mapping[str, object]) -> None:
        if state.get("state") == "finished":
            self._finish([node])
            self._tell(self.last.stage)
        elif state.get("state") == "running":
            self._advance(node, state)

    def _advance(self, node: str | None, data: Mapping[str, object]) -> None:
        value, most = seconds(data.get("value")), seconds(data.get("max"))
        if node is None or value is None or not most:
            return
        self._parts[node] = min(value / most, 1.0)
        shown = id_of(data.get("display_node_id")) or node
        steps = f" {value:g}/{most:g}" if most > 1 else ""
        self._tell(title(self._graph, shown) + steps)

    def _finish(self, nodes: Iterable[str]) -> None:
        self._done |= self._all & set(nodes)

    def _tell(self, stage: str | None) -> None:
        """The part that is done of all nodes that the outputs need."""
        parts = sum(self._parts.get(node, 0.0) for node in self._all - self._done)
        made = (len(self._done) + parts) / len(self._all) if self._all else None
        if made is not None and self.last.fraction is not None:
            made = max(made, self.last.fraction)
        self.last = Progress(made, stage)

    def _needed(self, ends: Iterable[str]) -> set[str]:
        """These nodes and all that they are made from."""
        known = self._workflow.nodes
        found, ahead = set[str](), [node for node in ends if node in known]
        while ahead:
            node = ahead.pop()
            if node not in found:
                found.add(node)
                ahead += [source.id for _, source in self._workflow.sources(known[node])]
        return found
