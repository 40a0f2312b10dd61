"""Addresses are kept without what opens them."""

from typing import Any

import pytest

from providers.address import bare, without_queries


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("https://x.example/a.png?sig=1&b=2#c", "https://x.example/a.png"),
        ("HTTPS://x.example/a.png#c?d", "HTTPS://x.example/a.png"),
        ("https://x.example?k=1", "https://x.example"),
        ('cannot read "http://x.example/a?k=1" at all', 'cannot read "http://x.example/a" at all'),
        ("is it so? https://x.example/a, or not?", "is it so? https://x.example/a, or not?"),
        ("", ""),
    ],
)
def test_a_text_loses_the_queries_in_it(text: str, told: str) -> None:
    assert bare(text) == told


def test_a_value_loses_them_wherever_they_are() -> None:
    url = "https://x.example/a?k=1"
    whole = {"a": [url, 1, None, {"b": (url)}], "c": True, "d": 1.5}
    bared = "https://x.example/a"
    assert without_queries(whole) == {"a": [bared, 1, None, {"b": bared}], "c": True, "d": 1.5}


def test_what_is_nested_without_end_is_cut() -> None:
    whole: Any = "https://x.example/a?k=1"
    for _ in range(5000):
        whole = [whole]
    assert "k=1" not in str(without_queries(whole))
