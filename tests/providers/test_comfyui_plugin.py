"""The plugin makes a provider of the servers that are set up."""

import pytest

from providers.comfyui.plugin import PLUGIN
from providers.comfyui.provider import ComfyUI
from settings import read_settings

pytestmark = pytest.mark.anyio


async def test_a_pool_is_made_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIGREE_COMFYUI_URLS", "http://one:8188/, https://two/comfy")
    monkeypatch.setenv("PEDIGREE_COMFYUI_JOBS", "3")
    provider = PLUGIN.make(read_settings())
    assert isinstance(provider, ComfyUI)
    assert provider.concurrency == 6
    await provider.close()


def test_without_servers_it_tells_how_to_name_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PEDIGREE_COMFYUI_URLS", raising=False)
    assert PLUGIN.make(read_settings()) is None
    assert "PEDIGREE_COMFYUI_URLS" in PLUGIN.setup


def test_metadata_is_read_as_before() -> None:
    assert PLUGIN.extract({"prompt": {}}).problems
