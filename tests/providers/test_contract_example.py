"""The example of the documentation is a true provider, and the page shows it as it is."""

import re

import pytest

from docs.examples.cards import PLUGIN, Cards
from providers.contract import Input, Request
from settings import ROOT
from tests.providers import samples
from tests.providers.conformance import Conformance
from tests.providers.conforming import Service, Traits

PAGE = ROOT / "docs" / "providers.md"
FENCE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
REQUESTS = {
    "text_to_image": lambda: Request("text_to_image", {"prompt": "a fox", "side": 64}),
    "styled": lambda: Request(
        "text_to_image", {"prompt": "a fox"}, (Input("styleReferences", samples.picture()),)
    ),
}
BAD = {"no prompt": lambda: Request("text_to_image", {})}


class TestCards(Conformance):
    """What every provider must hold."""

    plugin = PLUGIN
    requests = REQUESTS
    bad = BAD
    traits = Traits(cancels=False, always=True)

    @pytest.fixture
    def service(self) -> Service:
        return Service(make=Cards)


def test_the_page_shows_the_example_as_it_is() -> None:
    shown = FENCE.findall(PAGE.read_text(encoding="utf-8"))
    assert (ROOT / "docs" / "examples" / "cards.py").read_text(encoding="utf-8") in shown


def test_the_page_names_what_there_is() -> None:
    named = re.findall(r"`((?:providers|tests)/[\w/]+\.py)`", PAGE.read_text(encoding="utf-8"))
    assert named
    assert not [name for name in named if not (ROOT / name).is_file()]
