"""How a job ended is told so that a person can act on it."""

from typing import Any

import pytest

from providers.comfyui.ending import failure
from providers.error import Broken, ProviderError, Refused
from providers.event import Cancelled, Failed
from tests.providers.comfyui_help import graph


def entry(*messages: object, status: str = "error") -> dict[str, Any]:
    told = {"status_str": status, "completed": status == "success", "messages": list(messages)}
    return {"prompt": [1, "x", graph(), {}, ["9"]], "outputs": {}, "status": told}


def failed(exception: object, message: object) -> dict[str, Any]:
    data = {"node_id": "3", "node_type": "KSampler", "traceback": ["File secret.py"]}
    told = {**data, "exception_type": exception, "exception_message": message}
    return entry(["execution_start", {}], ["execution_error", told])


@pytest.mark.parametrize(
    ("exception", "message", "kind"),
    [
        ("torch.OutOfMemoryError", "Allocation on device", Broken),
        ("torch.cuda.OutOfMemoryError", "tried to allocate 2 GiB", Broken),
        ("RuntimeError", "CUDA error: out of memory", Broken),
        ("RuntimeError", "CUDA error: unspecified launch failure", Broken),
        ("RuntimeError", "mat1 and mat2 shapes cannot be multiplied (1x2 and 3x4)", Refused),
        ("RuntimeError", "The size of tensor a (4) must match", Refused),
        ("ValueError", "not a picture", Refused),
        ("TypeError", "NoneType", Refused),
        ("KeyError", "'model'", Refused),
        ("FileNotFoundError", "a.png", Refused),
        ("PIL.UnidentifiedImageError", "cannot identify image", Refused),
        ("ConnectionError", "upstream", Broken),
        ("custom.Strange", "", Broken),
        (None, None, Broken),
    ],
)
def test_an_error_is_the_jobs_or_the_servers(
    exception: object, message: object, kind: type[ProviderError]
) -> None:
    found = failure(failed(exception, message))
    assert isinstance(found, Failed)
    assert type(found.error) is kind
    assert found.error.code == exception
    assert found.error.message.startswith("Node 3 (KSampler) ")
    assert "secret" not in found.error.message
    if message:
        assert str(message) in found.error.message


def test_a_long_message_is_cut() -> None:
    found = failure(failed("ValueError", "x" * 10_000))
    assert isinstance(found, Failed)
    assert len(found.error.message) < 1000


def test_an_interrupted_job_was_stopped() -> None:
    assert failure(entry(["execution_interrupted", {"node_id": "3"}])) == Cancelled()


def test_success_is_no_failure() -> None:
    assert failure(entry(["execution_success", {}], status="success")) is None
    assert failure({"outputs": {}}) is None, "older servers keep no status"


def test_an_error_without_a_word_is_the_servers() -> None:
    found = failure(entry("odd", ["odd"], [3, {}]))
    assert isinstance(found, Failed)
    assert isinstance(found.error, Broken)
