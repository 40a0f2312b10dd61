"""Attributes and parts: what may be told, and what is refused by name."""

import pytest

from graph.error import InvalidInput
from graph.trait import (
    NAME_MAX,
    TRAITS_MAX,
    VALUE_MAX,
    Part,
    checked_attributes,
    checked_parts,
    read_attributes,
    read_parts,
    stored_attributes,
    stored_parts,
)


def test_what_is_left_out_stays_and_null_takes_away() -> None:
    standing = {"hair": "grey", "age": "50"}
    given = {"age": None, " eyes ": " green ", "scar": "  "}
    assert checked_attributes("attributes", given, standing) == {"hair": "grey", "eyes": "green"}
    assert checked_attributes("attributes", {}, standing) == standing
    assert checked_attributes("attributes", None, standing) == {}
    assert standing == {"hair": "grey", "age": "50"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ([], "attributes"),
        ("hair", "attributes"),
        ({"age": 50}, "attributes.age"),
        ({"eyes": {"left": "green"}}, "attributes.eyes"),
        ({"  ": "empty"}, "attributes.  "),
        ({"a{b}": "braces"}, "attributes.a{b}"),
        ({"a\nb": "lines"}, "attributes.a\nb"),
        ({"x" * (NAME_MAX + 1): "long"}, f"attributes.{'x' * (NAME_MAX + 1)}"),
        ({"hair": "x" * (VALUE_MAX + 1)}, "attributes.hair"),
        ({"hair": "\x00"}, "attributes.hair"),
        ({str(n): "many" for n in range(TRAITS_MAX + 1)}, "attributes"),
    ],
)
def test_an_attribute_that_is_none_is_refused_by_name(given: object, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_attributes("attributes", given)
    assert refused.value.field == field


def test_changes_cannot_add_up_to_too_many() -> None:
    standing = {str(n): "many" for n in range(TRAITS_MAX)}
    with pytest.raises(InvalidInput):
        checked_attributes("attributes", {"one": "more"}, standing)
    assert len(checked_attributes("attributes", {"one": "more", "0": None}, standing)) == TRAITS_MAX


def test_parts_keep_their_order_and_each_its_name() -> None:
    given = [Part(" helmet ", " dented "), Part("armour", " ")]
    assert checked_parts("parts", given) == (Part("helmet", "dented"), Part("armour"))
    assert checked_parts("parts", None) == ()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ([Part("helmet"), Part("helmet ")], "parts.1.name"),
        ([Part("")], "parts.0.name"),
        ([Part("a"), Part("b", "x" * (VALUE_MAX + 1))], "parts.1.description"),
        ([Part(str(n)) for n in range(TRAITS_MAX + 1)], "parts"),
    ],
)
def test_a_part_that_is_none_is_refused_by_name(given: list[Part], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_parts("parts", given)
    assert refused.value.field == field


def test_what_is_stored_is_read_again() -> None:
    attributes, parts = {"b": 'say "grey"', "a": "żółć"}, (Part("helmet", "x"), Part("armour"))
    assert read_attributes(stored_attributes(attributes)) == attributes
    assert read_parts(stored_parts(parts)) == parts
    assert stored_attributes({}) is stored_parts(()) is None
    assert read_attributes(None) == {}
    assert read_parts(None) == ()
