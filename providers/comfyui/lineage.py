"""What stored metadata of ComfyUI says.

Three shapes are read:

1. {"prompt": <graph in API format>, "workflow": <editor's graph>, "output_node": "9",
    "output": {"filename", "subfolder", "type"}}: all but the graph may be missing, and it may
   be JSON kept as text, as image files carry it. `output_node` tells which node saved the
   asset, `output` under which name.
2. An entry of the server's history, whose `prompt` is a list with the graph in third place,
   or the graph alone.
3. {"endpoint": "upload/mask", "request": {"original_ref": {...}}, "response": {...}}.
"""

from collections.abc import Mapping

from providers.comfyui.facts import read_facts
from providers.comfyui.file import listed
from providers.comfyui.parents import find_parents
from providers.comfyui.reach import find_outputs, reach
from providers.comfyui.workflow import EXPORT_HINT, Workflow, read_workflow
from providers.hint import Extraction, ParentHint, Reference
from providers.reading import said
from providers.record import endpoint_name
from providers.value import identifier, mapping, parsed, text

UPLOADS = {"upload/image": "import", "upload/mask": "derive"}


def extract(metadata: Mapping[str, object]) -> Extraction:
    """Parents and facts of a ComfyUI asset."""
    address = text(metadata.get("endpoint"), 500)
    name = endpoint_name(address).removeprefix("api/") if address else None
    if name in UPLOADS:
        return _upload(UPLOADS[name], metadata)
    problems: list[str] = []
    graph, wanted = _graph(metadata)
    if graph is None:
        return Extraction(problems=(EXPORT_HINT,))
    workflow = read_workflow(graph, problems)
    if workflow is None:
        return Extraction(problems=said(problems))
    return _from_graph(workflow, wanted, metadata, problems)


def _graph(metadata: Mapping[str, object]) -> tuple[object, tuple[str, ...]]:
    """The graph and the ids of the nodes whose output is asked for."""
    chosen = identifier(metadata.get("output_node"))
    wanted = (chosen,) if chosen else ()
    request = mapping(parsed(metadata.get("request")))
    prompt = parsed(metadata.get("prompt", request.get("prompt")))
    if isinstance(prompt, list) and len(prompt) > 2:
        ran = prompt[4] if len(prompt) > 4 and isinstance(prompt[4], list) else []
        ids = (identifier(number) for number in ran[:100])
        return prompt[2], wanted or tuple(number for number in ids if number)
    if prompt is None and "workflow" in metadata:
        return None, wanted
    return metadata if prompt is None else prompt, wanted


def _from_graph(
    workflow: Workflow,
    wanted: tuple[str, ...],
    metadata: Mapping[str, object],
    problems: list[str],
) -> Extraction:
    if wanted and not any(number in workflow.nodes for number in wanted):
        problems.append("The output node named is not in the graph; its own ends were taken.")
    outputs = find_outputs(workflow, wanted)
    if len(outputs) > 1:
        problems.append(
            f"The graph has {len(outputs)} output nodes, and the parents of all were taken. "
            "Store `output_node` to name the one that saved this asset."
        )
    reached = reach(workflow, outputs)
    operation, parents = find_parents(workflow, reached, outputs, problems)
    facts = read_facts(workflow, reached)
    saved = listed(mapping(parsed(metadata.get("output"))))
    return Extraction(
        parents=parents,
        operation=operation,
        prompt=facts.prompt,
        negative_prompt=facts.negative_prompt,
        seed=facts.seed,
        model=facts.model,
        provider_asset_id=saved.key if saved else None,
        provider_asset_id_kind="file" if saved else None,
        problems=said(problems),
    )


def _upload(operation: str, metadata: Mapping[str, object]) -> Extraction:
    """A mask is uploaded over the picture it was drawn on."""
    request = mapping(parsed(metadata.get("request")))
    original = listed({"type": "input", **mapping(parsed(request.get("original_ref")))})
    saved = listed({"type": "input", **mapping(parsed(metadata.get("response")))})
    reference = Reference("comfyui", file=original.key) if original else None
    parents = (ParentHint("SOURCE_IMAGE", operation, 0, reference, "IMAGE"),) if reference else ()
    missing = operation == "derive" and reference is None
    return Extraction(
        parents=parents,
        operation=operation,
        provider_asset_id=saved.key if saved else None,
        provider_asset_id_kind="file" if saved else None,
        problems=("`original_ref` names no file of the server.",) if missing else (),
    )
