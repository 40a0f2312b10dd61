import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import RangeUnsatisfiable
from media.range import ByteRange, parse_range

numbers = st.integers(0, 10**30) | st.integers(0, 300)
sizes = st.integers(0, 200)


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-499", 0, 499 + 1),
        ("bytes=500-", 500, 1000),
        ("bytes=-200", 800, 1000),
        ("bytes=-5000", 0, 1000),
        ("bytes=999-2000", 999, 1000),
        ("Bytes=1-2", 1, 3),
        ("bytes= 1-2 ", 1, 3),
    ],
)
def test_single_ranges(header: str, start: int, end: int) -> None:
    found = parse_range(header, 1000)
    assert found == ByteRange(start, end, 1000)
    assert found.content_range == f"bytes {start}-{end - 1}/1000"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=2-1",
        "bytes=5000-10",
        "bytes=0-1,5-6",
        "lines=0-1",
        "bytes=+1-2",
        "bytes=1-2-3",
        "bytes=\u0661-\u0662",
        "bytes=0x1-2",
    ],
)
def test_anything_else_serves_the_whole(header: str | None) -> None:
    assert parse_range(header, 1000) is None


@pytest.mark.parametrize(
    ("header", "size"),
    [("bytes=1000-", 1000), ("bytes=1000-1001", 1000), ("bytes=-0", 1000), ("bytes=0-", 0)],
)
def test_outside_the_file_is_refused(header: str, size: int) -> None:
    with pytest.raises(RangeUnsatisfiable) as refusal:
        parse_range(header, size)
    assert refusal.value.content_range == f"bytes */{size}"


@given(first=numbers, last=numbers, size=sizes)
def test_from_to_selects_what_slicing_selects(first: int, last: int, size: int) -> None:
    header = f"bytes={first}-{last}"
    if first > last:
        # Beyond eighteen digits all numbers are alike, and all outside any file.
        assert_whole_or_refused(header, size)
    elif first >= size:
        with pytest.raises(RangeUnsatisfiable):
            parse_range(header, size)
    else:
        assert selected(header, size) == list(range(size))[first : last + 1]


@given(first=numbers, size=sizes)
def test_open_end_selects_what_slicing_selects(first: int, size: int) -> None:
    if first >= size:
        with pytest.raises(RangeUnsatisfiable):
            parse_range(f"bytes={first}-", size)
    else:
        assert selected(f"bytes={first}-", size) == list(range(size))[first:]


@given(length=st.integers(1, 10**30), size=st.integers(1, 200))
def test_suffix_selects_what_slicing_selects(length: int, size: int) -> None:
    assert selected(f"bytes=-{length}", size) == list(range(size))[-length:]


@given(header=st.text() | st.from_regex(r"bytes=[0-9, -]*", fullmatch=True), size=sizes)
def test_any_header_gives_a_sane_answer(header: str, size: int) -> None:
    try:
        found = parse_range(header, size)
    except RangeUnsatisfiable:
        return
    assert found is None or 0 <= found.start < found.end <= found.size == size


def selected(header: str, size: int) -> list[int]:
    found = parse_range(header, size)
    assert found is not None
    return list(range(size))[found.start : found.end]


def assert_whole_or_refused(header: str, size: int) -> None:
    try:
        assert parse_range(header, size) is None
    except RangeUnsatisfiable:
        assert len(header) > 18
