"""How a job ended, as its entry of the history says."""

from collections.abc import Iterator, Mapping
from functools import partial

from providers.comfyui.models import Making, hashed, read_making
from providers.comfyui.naming import called, ids_of
from providers.comfyui.outputs import find_outputs
from providers.comfyui.server import Server
from providers.comfyui.standing import item_of
from providers.error import Broken, ProviderError, Refused
from providers.event import Cancelled, Done, Event, Failed, Output
from providers.value import mapping, text

SAID_LIMIT = 500
NOTHING_MADE = (
    "the workflow ended without a picture, a clip or sound; it needs a node that saves one"
)
MEMORY = ("outofmemory", "out of memory", "allocation on device")
# The same graph fails at these each time.
FAULTS = frozenset({
    "AssertionError", "AttributeError", "FileNotFoundError", "IndexError", "InvalidDataError",
    "IsADirectoryError", "KeyError", "NotImplementedError", "TypeError", "UnidentifiedImageError",
    "ValueError", "ZeroDivisionError",
})  # fmt: skip
FAULTY_WORDS = ("shapes cannot be multiplied", "size mismatch", "the size of tensor", "sizes of")


async def read_end(server: Server, prompt_id: str, entry: Mapping[str, object]) -> list[Event]:
    """The outputs and the end."""
    if ended := failure(entry):
        return [ended]
    outputs = _outputs(server, entry)
    if not outputs:
        return [Failed(Refused(NOTHING_MADE))]
    item = item_of(entry)
    making = read_making(item.graph, tuple(mapping(entry.get("outputs")))) if item else Making()
    answer = {"server": server.url, "promptId": prompt_id, **_in_short(entry)}
    return [*outputs, Done(None, making.seed, await hashed(server, making), answer)]


def failure(entry: Mapping[str, object]) -> Failed | Cancelled | None:
    """The end without success; None if it succeeded."""
    messages = dict(messages_of(entry))
    if "execution_interrupted" in messages:
        return Cancelled()
    if "execution_error" in messages:
        item = item_of(entry)
        return Failed(error_of(messages["execution_error"], item.graph if item else {}))
    if mapping(entry.get("status")).get("status_str") == "error":
        return Failed(Broken("ComfyUI failed at the job and does not say why"))
    return None


def _outputs(server: Server, entry: Mapping[str, object]) -> list[Event]:
    """Their names are those of one server, and come again; so nothing is to be found by them."""
    return [
        Output(
            index=index,
            media_type=found.media_type,
            source=partial(server.view, found.file),
            number=found.file.key,
            name=found.file.filename,
        )
        for index, found in enumerate(find_outputs(entry))
    ]


def _in_short(entry: Mapping[str, object]) -> dict[str, object]:
    """When it ran, and which nodes had nothing new to do."""
    messages = dict(messages_of(entry))
    times = {kind: data.get("timestamp") for kind, data in messages.items()}
    return {
        "status": mapping(entry.get("status")).get("status_str"),
        "startedAt": times.get("execution_start"),
        "endedAt": times.get("execution_success"),
        "cachedNodes": list(ids_of(messages.get("execution_cached", {}).get("nodes"))),
    }


def messages_of(entry: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    """What was said while it ran: types and data."""
    listed = mapping(entry.get("status")).get("messages")
    for message in listed if isinstance(listed, list) else []:
        if isinstance(message, list) and len(message) == 2 and isinstance(message[0], str):
            yield message[0], mapping(message[1])


def error_of(data: Mapping[str, object], graph: Mapping[str, object]) -> ProviderError:
    """What an `execution_error` means: whether the job is at fault, or the server."""
    code = text(data.get("exception_type"), 100)
    said = text(data.get("exception_message"), SAID_LIMIT) or "no reason is given"
    name = called(graph, text(data.get("node_id"), 100) or "?", text(data.get("node_type"), 100))
    kind = (code or "").rpartition(".")[2]
    words = f"{code} {said}".lower()
    if any(word in words for word in MEMORY):
        return Broken(f"{name} ran out of memory on the server: {said}", code=code)
    told = f"{name} failed: {kind}: {said}" if kind else f"{name} failed: {said}"
    if kind in FAULTS or any(word in words for word in FAULTY_WORDS):
        return Refused(told, code=code, problems=(told,))
    return Broken(told, code=code)
