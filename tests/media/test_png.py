import tracemalloc
import zlib

import pytest

from media.errors import Bomb
from media.png import TEXT_MAX, inflate


def test_unpacks_up_to_the_limit() -> None:
    assert inflate(zlib.compress(b"x" * TEXT_MAX)) == b"x" * TEXT_MAX


def test_a_bomb_never_fills_the_memory() -> None:
    bomb = zlib.compress(b"\0" * 8 * TEXT_MAX)
    tracemalloc.start()
    try:
        with pytest.raises(Bomb):
            inflate(bomb)
        assert tracemalloc.get_traced_memory()[1] < 3 * TEXT_MAX
    finally:
        tracemalloc.stop()
