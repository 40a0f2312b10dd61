"""PixVerse as the settings make it."""

import pytest

from providers.pixverse.plugin import PLUGIN
from providers.pixverse.provider import PixVerse
from settings import Settings

KEY = "sk-pixverse-of-nobody"


@pytest.mark.anyio
async def test_it_is_made_of_settings() -> None:
    provider = PLUGIN.make(Settings(pixverse_key=KEY, pixverse_jobs=7))
    assert isinstance(provider, PixVerse)
    assert provider.concurrency == 7
    await provider.close()


def test_without_a_key_there_is_none() -> None:
    assert PLUGIN.make(Settings(pixverse_key=None)) is None
