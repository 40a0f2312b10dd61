"""The provider that benches are run with is a true one."""

import pytest

from providers.contract import Request
from tests.providers import instant
from tests.providers.conformance import Conformance
from tests.providers.conforming import Service, Traits

REQUESTS = {"text_to_image": lambda: Request("text_to_image", {"prompt": "a fox", "seed": 7})}
BAD = {"no prompt": lambda: Request("text_to_image", {"seed": 7})}


class TestInstant(Conformance):
    """What every provider must hold."""

    plugin = instant.PLUGIN
    requests = REQUESTS
    bad = BAD
    traits = Traits(cancels=False, always=True)

    @pytest.fixture
    def service(self) -> Service:
        return Service(make=instant.Instant)


def test_no_two_jobs_make_the_same() -> None:
    made = {instant.drawn(key, seed) for key in ("a", "b") for seed in (1, 2)}
    assert len(made) == 4
