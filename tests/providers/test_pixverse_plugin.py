"""PixVerse as the settings make it."""

import pytest

from providers.pixverse.plugin import PLUGIN
from providers.pixverse.provider import PixVerse
from settings import Settings, SettingsError

KEY = "sk-pixverse-of-nobody"


@pytest.mark.anyio
async def test_it_is_made_of_settings() -> None:
    provider = PLUGIN.make(Settings(pixverse_key=KEY, pixverse_jobs=7))
    assert isinstance(provider, PixVerse)
    assert provider.concurrency == 7
    await provider.close()


def test_without_a_key_there_is_none() -> None:
    assert PLUGIN.make(Settings(pixverse_key=None)) is None


@pytest.mark.parametrize("key", ["", " ", "sk two", f"{KEY}\n", "sk-schlüssel"])
def test_what_is_no_key_is_told_without_showing_it(key: str) -> None:
    with pytest.raises(SettingsError) as raised:
        PLUGIN.make(Settings(pixverse_key=key))
    assert "PEDIGREE_PIXVERSE_KEY" in str(raised.value)
    assert not key.strip() or key.strip() not in str(raised.value)
