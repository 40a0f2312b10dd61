"""Kling by its entry point and the settings."""

import traceback
from typing import Any

import pytest
from pydantic import HttpUrl, SecretStr

from providers.kling.plugin import PLUGIN
from providers.kling.provider import Kling
from providers.registry import configured, plugins
from settings import Settings, SettingsError
from tests.providers.conforming import new_job
from tests.providers.kling_help import wanted
from tests.providers.kling_running import Running, kling, kling_process, pair
from tests.providers.kling_server import KEY, WEBHOOK_SECRET

__all__ = ["kling", "kling_process"]


def settings(**changes: Any) -> Settings:
    return Settings().model_copy(update=changes)


def test_it_is_found() -> None:
    assert plugins()["kling"] is PLUGIN


@pytest.mark.anyio
@pytest.mark.parametrize("key", [None, SecretStr(KEY)])
async def test_it_is_made_of_its_settings(kling: Running, key: SecretStr | None) -> None:
    told = pair().model_copy(
        update={
            "kling_key": key,
            "kling_url": HttpUrl(kling.url),
            "kling_jobs": 7,
            "kling_webhook_secret": SecretStr(WEBHOOK_SECRET),
            "public_url": HttpUrl("https://p.example"),
        }
    )
    made = PLUGIN.make(told)
    assert isinstance(made, Kling)
    try:
        assert made.concurrency == 7
        assert not (await made.health()).problem
        await made.submit(new_job(wanted("text_to_video", prompt="a fox")))
    finally:
        await made.close()
    (task,) = kling.server.tasks.values()
    assert task.body["callback_url"] == "https://p.example/hooks/kling"


@pytest.mark.anyio
async def test_without_a_secret_kling_is_not_asked_to_call(kling: Running) -> None:
    public = {"kling_url": HttpUrl(kling.url), "public_url": HttpUrl("https://p.example")}
    made = PLUGIN.make(pair().model_copy(update=public))
    assert made is not None
    try:
        await made.submit(new_job(wanted("text_to_video", prompt="a fox")))
    finally:
        await made.close()
    (task,) = kling.server.tasks.values()
    assert "callback_url" not in task.body


def test_without_keys_it_is_not_configured() -> None:
    assert "kling" not in configured(settings(kling_key=None, kling_access_key=None))


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!", "whsec_schl\u00fcssel", "whsec_YQ\n"])
def test_a_secret_that_is_none_is_told(secret: str) -> None:
    wrong = settings(kling_key=SecretStr(KEY), kling_webhook_secret=SecretStr(secret))
    with pytest.raises(SettingsError, match="PEDIGREE_KLING_WEBHOOK_SECRET") as raised:
        PLUGIN.make(wrong)
    assert_unsaid(secret.removeprefix("whsec_"), raised.value)


def assert_unsaid(secret: str, error: BaseException) -> None:
    """Neither it nor what it came of shows the secret."""
    told = "".join(traceback.format_exception(error, chain=True))
    assert not secret.strip() or secret.strip() not in told
