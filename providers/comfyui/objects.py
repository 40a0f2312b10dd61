"""What a server lacks to run a workflow: classes of nodes, and models."""

import asyncio
from collections.abc import Iterator, Mapping

from providers.comfyui.naming import called
from providers.comfyui.rules import LOADERS
from providers.comfyui.server import Server
from providers.comfyui.workflow import EXPORT_HINT, Node, Workflow, literal, read_workflow
from providers.error import Refused
from providers.value import mapping

ASKED_AT_ONCE = 4
CLASSES_MAX = 500
LACK_LIMIT = 100
# Inputs with one of these name files that are uploaded with the job.
UPLOADS = ("image_upload", "video_upload", "audio_upload", "file_upload", "upload")
Classes = Mapping[str, Mapping[str, object] | None]


async def missing(server: Server, graph: Mapping[str, object]) -> tuple[str, ...]:
    """What the server lacks, each a sentence that names the node."""
    problems: list[str] = []
    workflow = read_workflow(graph, problems)
    if workflow is None:
        raise Refused(problems[0] if problems else EXPORT_HINT)
    classes = await _classes(server, workflow)
    return tuple(find_lacks(workflow, graph, classes))[:LACK_LIMIT]


def find_lacks(workflow: Workflow, graph: Mapping[str, object], classes: Classes) -> Iterator[str]:
    """Each lack as a sentence; classes that were not asked for lack nothing."""
    for node in workflow.nodes.values():
        if node.class_type not in classes:
            continue
        info = classes[node.class_type]
        name = called(graph, node.id)
        if info is None:
            yield f"{name} is of a class the server does not have; install its custom node there."
        else:
            yield from _unlisted(node, name, mapping(info.get("input")))


async def _classes(server: Server, workflow: Workflow) -> Classes:
    names = list(dict.fromkeys(node.class_type for node in workflow.nodes.values()))[:CLASSES_MAX]
    limit = asyncio.Semaphore(ASKED_AT_ONCE)

    async def ask(name: str) -> Mapping[str, object] | None:
        async with limit:
            return await server.object_info(name)

    found = await asyncio.gather(*map(ask, names), return_exceptions=True)
    for one in found:
        if isinstance(one, BaseException):
            raise one
    return {
        name: one
        for name, one in zip(names, found, strict=True)
        if not isinstance(one, BaseException)
    }


def _unlisted(node: Node, name: str, inputs: Mapping[str, object]) -> Iterator[str]:
    known = {**mapping(inputs.get("required")), **mapping(inputs.get("optional"))}
    loader = LOADERS.get(node.class_type)
    for field, spec in known.items():
        if loader and loader.input == field:
            continue
        value = literal(node.inputs.get(field))
        choices = choices_of(spec)
        if choices is None or not isinstance(value, str | int | float) or value in choices:
            continue
        yield f"{name}: the server has no {value!r} for its input {field}."


def choices_of(spec: object) -> list[object] | None:
    """What an input can be chosen from, in both ways that servers tell it; None if it is not
    chosen from a list, or from one that uploads add to."""
    if not isinstance(spec, list) or not spec:
        return None
    kind, options = spec[0], mapping(spec[1]) if len(spec) > 1 else {}
    if any(options.get(name) for name in UPLOADS):
        return None
    choices = kind if isinstance(kind, list) else options.get("options")
    if not isinstance(choices, list) or (not isinstance(kind, list) and kind != "COMBO"):
        return None
    return choices
