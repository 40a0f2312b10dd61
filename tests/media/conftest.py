"""Real media, made once."""

from pathlib import Path

import pytest

from tests.media import samples


@pytest.fixture(scope="session")
def mp4(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return _made(tmp_path_factory, "clip.mp4")


@pytest.fixture(scope="session")
def webm(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return _made(tmp_path_factory, "clip.webm")


def _made(factory: pytest.TempPathFactory, name: str) -> bytes:
    path: Path = factory.mktemp("made") / name
    samples.clip(path)
    return path.read_bytes()
