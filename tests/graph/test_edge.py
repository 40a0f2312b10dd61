"""The catalogue of edges: every kind has its row, and can stand in a pattern."""

import re

import pytest

from graph.edge import ALL_KINDS, CATALOGUE, EdgeKind, MediaType, Operation, kinds_literal


def test_every_kind_has_a_row() -> None:
    assert CATALOGUE.keys() == set(EdgeKind)


@pytest.mark.parametrize("kind", list(EdgeKind))
def test_a_row_says_what_the_kind_means_and_joins(kind: EdgeKind) -> None:
    row = CATALOGUE[kind]
    assert re.fullmatch(r"[A-Z][^.]+\.", row.meaning)
    assert row.parent
    assert row.child
    assert row.parent | row.child <= set(MediaType)


def test_no_two_kinds_mean_the_same() -> None:
    assert len({row.meaning for row in CATALOGUE.values()}) == len(CATALOGUE)


@pytest.mark.parametrize("kind", list(EdgeKind))
def test_a_kind_tells_why_media_do_not_fit(kind: EdgeKind) -> None:
    row = CATALOGUE[kind]
    for parent in MediaType:
        for child in MediaType:
            problem = kind.misfit(child, parent)
            assert (problem is None) == (parent in row.parent and child in row.child)
            if problem and parent not in row.parent:
                assert f"as its parent, and this one is {parent}" in problem


def test_what_the_product_names_is_there() -> None:
    fusions = {"FUSION_CHARACTER", "FUSION_BACKGROUND", "FUSION_REFERENCE"}
    assert {"SOURCE_VIDEO", "TRANSITION_INPUT", "PAUSED_FRAME", *fusions} <= set(EdgeKind)
    assert {"video_extend", "video_transition", "fusion", "frame_extract"} <= set(Operation)


def test_a_kind_is_a_name_cypher_takes_as_it_is() -> None:
    assert all(re.fullmatch(r"[A-Z][A-Z_]*", kind) for kind in EdgeKind)
    assert all(kind.name == kind.value for kind in EdgeKind)


def test_kinds_are_written_as_a_pattern_wants_them() -> None:
    assert kinds_literal(None) == kinds_literal([]) == ALL_KINDS
    assert ALL_KINDS.split("|") == [kind.value for kind in EdgeKind]
    twice = [EdgeKind.MASK, EdgeKind.KEYFRAME, EdgeKind.MASK]
    assert kinds_literal(twice) == "MASK|KEYFRAME"
