"""PixVerse holds what every provider must."""

from collections.abc import Iterator

import pytest

from providers.contract import Request
from providers.pixverse.plugin import PLUGIN
from tests.providers.conformance import Conformance
from tests.providers.conforming import Service, Traits
from tests.providers.misbehaving import Way
from tests.providers.pixverse_requests import CASES, image
from tests.providers.pixverse_server import KEY, Standing, provider_at, standing

REQUESTS = {name: case.request for name, case in CASES.items()}
BAD = {
    "no prompt": lambda: Request("text_to_video", {}),
    "a model of nobody": lambda: Request("text_to_video", {"prompt": "a", "model": "v9"}),
    "one still": lambda: Request("video_transition", {"prompt": "a"}, (image("stills"),)),
    "no edit": lambda: Request("derive", {}),
}


@pytest.fixture(scope="module")
def address() -> Iterator[Standing]:
    with standing() as made:
        yield made


class TestPixVerse(Conformance):
    """Over a server of our own."""

    plugin = PLUGIN
    requests = REQUESTS
    bad = BAD
    # There is no way to stop a job, nor to look one up by a key of ours.
    traits = Traits(cancels=False, looks_up=False)

    @pytest.fixture
    def service(self, address: Standing) -> Service:
        server = address.anew()
        return Service(
            make=lambda: provider_at(address.url),
            begun=lambda: len(server.jobs),
            hold=server.holding,
            lose=lambda: server.app.meet(Way.LOST, path=".*/generate"),
            unknown="video:5",
            secrets=(KEY,),
        )
