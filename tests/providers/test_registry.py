"""Services are found through entry points, ours and others'."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from providers import registry
from providers.registry import configured, plugins
from settings import Settings, SettingsError
from tests.providers import instant

OURS = {"comfyui", "kling", "local", "pixverse", "runway"}
# As a person who installs none and sets nothing has it.
UNSET: dict[str, Any] = {
    "comfyui_urls": (),
    "runway_key": None,
    "kling_key": None,
    "kling_access_key": None,
    "kling_secret_key": None,
    "pixverse_key": None,
}
BARE = Settings(**UNSET)
Install = Callable[..., None]


@pytest.fixture(autouse=True)
def _looked_for_anew() -> Iterator[None]:
    plugins.cache_clear()
    yield
    plugins.cache_clear()


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Installs a package of that name that has these entry points."""

    def write(package: str, *points: str, code: str = "") -> None:
        folder = tmp_path / f"{package}-1.0.dist-info"
        folder.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n"
        (folder / "METADATA").write_text(metadata, encoding="utf-8")
        lines = "\n".join([f"[{registry.GROUP}]", *points])
        (folder / "entry_points.txt").write_text(lines, encoding="utf-8")
        if code:
            (tmp_path / f"{package}.py").write_text(code, encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))

    return write


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is installed, ours neither."""
    monkeypatch.setattr(registry, "GROUP", "pedigree.test")


def test_ours_are_there() -> None:
    found = plugins()
    assert found.keys() >= OURS
    assert all(name == plugin.name for name, plugin in found.items())
    assert list(found) == sorted(found)


def test_they_are_looked_for_once() -> None:
    assert plugins() is plugins()


def test_a_third_party_adds_one(install: Install) -> None:
    install("pedigree_instant", "instant = tests.providers.instant:PLUGIN")
    assert plugins()["instant"] is instant.PLUGIN
    assert plugins().keys() >= OURS


@pytest.mark.usefixtures("alone")
def test_none_installed_is_none_found() -> None:
    assert not plugins()
    assert not configured(BARE)


WRONG = {
    "no plugin": "instant = tests.providers.instant:WIDTH",
    "the maker of one": "instant = tests.providers.instant:Instant",
    "another name": "fast = tests.providers.instant:PLUGIN",
}


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("point", WRONG.values(), ids=WRONG)
def test_an_entry_point_that_names_no_provider_is_refused_by_name(
    install: Install, point: str
) -> None:
    install("pedigree_wrong", point)
    with pytest.raises(SettingsError) as raised:
        plugins()
    assert point in str(raised.value)


@pytest.mark.usefixtures("alone")
def test_two_of_one_name_are_refused(install: Install) -> None:
    for package in ("pedigree_one", "pedigree_two"):
        install(package, "instant = tests.providers.instant:PLUGIN")
    with pytest.raises(SettingsError):
        plugins()


@pytest.mark.usefixtures("alone")
@pytest.mark.anyio
async def test_one_that_is_set_up_is_made(install: Install) -> None:
    install("pedigree_instant", "instant = tests.providers.instant:PLUGIN")
    made = configured(BARE)
    assert made.keys() == {"instant"}
    assert (await made["instant"].health()).message


KEY = "a-key-of-nobody-at-all-long-enough"
SETTINGS: dict[str, dict[str, Any]] = {
    "comfyui": {"comfyui_urls": ("http://127.0.0.1:8188",)},
    "runway": {"runway_key": KEY},
    "kling": {"kling_key": KEY},
    "kling by two keys": {"kling_access_key": KEY, "kling_secret_key": KEY},
    "pixverse": {"pixverse_key": KEY},
}


@pytest.mark.anyio
@pytest.mark.parametrize("name", SETTINGS)
async def test_a_service_is_there_as_soon_as_it_is_set_up(name: str) -> None:
    service = name.partition(" ")[0]
    made = configured(Settings(**{**UNSET, **SETTINGS[name]}))
    try:
        assert made.keys() == {"local", service}
        assert made[service].concurrency >= 1
    finally:
        for provider in made.values():
            await provider.close()


@pytest.mark.anyio
async def test_with_nothing_set_up_the_one_that_needs_nothing_is_there() -> None:
    made = configured(BARE)
    assert made.keys() == {"local"}
    for provider in made.values():
        await provider.close()
