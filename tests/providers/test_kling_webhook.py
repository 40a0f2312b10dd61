"""What Kling sends us by itself."""

import base64
from typing import Any

import orjson
import pytest
from pydantic import HttpUrl, SecretStr

from providers.kling.plugin import PLUGIN
from providers.kling.webhook import callback, callback_url
from settings import Settings
from tests.providers.kling_help import KEY
from tests.providers.kling_server import (
    WEBHOOK_SECRET,
    FakeTask,
    new_task,
    old_task,
    webhook,
)

SETTINGS = Settings().model_copy(
    update={
        "kling_webhook_secret": SecretStr(WEBHOOK_SECRET),
        "public_url": HttpUrl("https://p.example/media/"),
    }
)
OTHER = "whsec_" + base64.b64encode(b"somebody else's secret").decode()
OLD = old_task(FakeTask("t1", "videos/text2video", {}, KEY, looks=3), "https://k.example/")
NEW = new_task(FakeTask("t2", "text-to-video/kling-3.0", {}, KEY, looks=3), "https://k.example/")


@pytest.mark.parametrize("whole", [OLD, NEW], ids=["old", "new"])
def test_a_signed_call_names_its_job(whole: dict[str, Any]) -> None:
    headers, body = webhook(whole)
    assert callback(SETTINGS, headers, body) == KEY
    lower = {name.lower(): value for name, value in headers.items()}
    assert callback(SETTINGS, lower, body) == KEY
    assert PLUGIN.callback is callback


def test_a_call_that_comes_twice_says_the_same() -> None:
    headers, body = webhook(OLD)
    assert [callback(SETTINGS, headers, body) for _ in range(2)] == [KEY, KEY]


def test_one_signature_of_several_is_enough() -> None:
    headers, body = webhook(NEW, before=("v1,bm9uZQ==", "v2,x", "odd", "v1,"))
    assert callback(SETTINGS, headers, body) == KEY


@pytest.mark.parametrize("late", [290.0, -290.0])
def test_a_call_may_be_a_little_late(late: float) -> None:
    assert callback(SETTINGS, *webhook(OLD, late=late)) == KEY


@pytest.mark.parametrize("late", [310.0, -310.0, 1e6])
def test_a_late_call_is_not_believed(late: float) -> None:
    assert callback(SETTINGS, *webhook(OLD, late=late)) is None


def test_a_call_of_another_is_not_believed() -> None:
    assert callback(SETTINGS, *webhook(OLD, secret=OTHER)) is None


@pytest.mark.parametrize("name", ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"])
@pytest.mark.parametrize("value", [None, "", "1", "v1,", "v1,\u00e9", "\u0663", "9" * 40])
def test_a_call_that_was_changed_is_not_believed(name: str, value: str | None) -> None:
    headers, body = webhook(OLD)
    del headers[name]
    changed = headers if value is None else {**headers, name: value}
    assert callback(SETTINGS, changed, body) is None


def test_a_body_that_was_changed_is_not_believed() -> None:
    headers, body = webhook(OLD)
    assert callback(SETTINGS, headers, body + b" ") is None


@pytest.mark.parametrize("whole", [{}, {"task_id": "t1"}, {"task_info": 3}, {"external_id": 5}])
def test_a_call_about_no_job_of_ours_names_none(whole: dict[str, Any]) -> None:
    assert callback(SETTINGS, *webhook(whole)) is None


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"null", b"\xff"])
def test_a_signed_call_that_is_no_object_names_none(body: bytes) -> None:
    headers, _ = webhook(orjson.Fragment(body))  # type: ignore[arg-type]
    assert callback(SETTINGS, headers, body) is None


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!", "whsec_schl\u00fcssel", "whsec_YQ\n"])
def test_by_a_secret_that_is_none_nothing_is_believed(secret: str) -> None:
    odd = SETTINGS.model_copy(update={"kling_webhook_secret": SecretStr(secret)})
    assert callback(odd, *webhook(OLD, secret="")) is None
    assert callback(odd, *webhook(OLD)) is None


def test_without_a_secret_nothing_is_believed() -> None:
    none = SETTINGS.model_copy(update={"kling_webhook_secret": None})
    assert callback(none, *webhook(OLD)) is None


@pytest.mark.parametrize("missing", ["kling_webhook_secret", "public_url"])
def test_kling_is_asked_to_call_only_if_it_can_and_is_believed(missing: str) -> None:
    assert callback_url(SETTINGS) == "https://p.example/media/hooks/kling"
    assert callback_url(SETTINGS.model_copy(update={missing: None})) is None
