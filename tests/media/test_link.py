from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from media.errors import LinkExpired, LinkInvalid
from media.link import Link, Purpose, make_link, sign, verify

SECRET = "s" * 32
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LATER = NOW + timedelta(minutes=15)

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
names = words.filter(lambda name: name not in ("expires", "signature"))


@given(path=words, claims=st.dictionaries(names, words, max_size=4))
def test_what_was_signed_is_read_back(path: str, claims: dict[str, str]) -> None:
    query = sign(SECRET, Purpose.MEDIA, path, LATER, claims)
    assert query.isascii()
    assert verify(SECRET, Purpose.MEDIA, path, query, NOW) == claims


@given(data=st.data(), claims=st.dictionaries(names, words, max_size=3))
def test_any_change_is_refused(data: st.DataObject, claims: dict[str, str]) -> None:
    query = sign(SECRET, Purpose.MEDIA, "/media/a", LATER, claims)
    at = data.draw(st.integers(0, len(query) - 1))
    letter = data.draw(st.sampled_from("abcdef0123456789&=%+"))
    changed = query[:at] + letter + query[at + 1 :]
    assume(_meaning(changed) != _meaning(query))
    with pytest.raises(LinkInvalid):
        verify(SECRET, Purpose.MEDIA, "/media/a", changed, NOW)


@given(query=words)
def test_no_made_up_query_is_a_link(query: str) -> None:
    with pytest.raises(LinkInvalid):
        verify(SECRET, Purpose.MEDIA, "/media/a", query, NOW)


def test_a_link_is_good_until_its_instant() -> None:
    query = sign(SECRET, Purpose.MEDIA, "/media/a", LATER)
    assert verify(SECRET, Purpose.MEDIA, "/media/a", query, LATER - timedelta(seconds=1)) == {}
    with pytest.raises(LinkExpired) as refusal:
        verify(SECRET, Purpose.MEDIA, "/media/a", query, LATER)
    assert refusal.value.reason == "link_expired"


def test_the_clock_is_the_default() -> None:
    past, future = datetime.now(UTC) - timedelta(1), datetime.now(UTC) + timedelta(1)
    assert verify(SECRET, Purpose.MEDIA, "/a", sign(SECRET, Purpose.MEDIA, "/a", future)) == {}
    with pytest.raises(LinkExpired):
        verify(SECRET, Purpose.MEDIA, "/a", sign(SECRET, Purpose.MEDIA, "/a", past))


def test_a_forged_expired_link_does_not_say_expired() -> None:
    query = sign("x" * 32, Purpose.MEDIA, "/media/a", NOW)
    with pytest.raises(LinkInvalid):
        verify(SECRET, Purpose.MEDIA, "/media/a", query, LATER)


@pytest.mark.parametrize(
    ("secret", "purpose", "path"),
    [
        (SECRET, Purpose.UPLOAD, "/media/a"),
        (SECRET, Purpose.MEDIA, "/media/b"),
        ("t" * 32, Purpose.MEDIA, "/media/a"),
    ],
)
def test_bound_to_secret_purpose_and_path(secret: str, purpose: Purpose, path: str) -> None:
    query = sign(SECRET, Purpose.MEDIA, "/media/a", LATER)
    with pytest.raises(LinkInvalid) as refusal:
        verify(secret, purpose, path, query, NOW)
    assert refusal.value.reason == "link_invalid"


@pytest.mark.parametrize(
    "extra", ["&name=a", "&name=b", "&download=1", "&expires=99999999999", "&signature=x"]
)
def test_nothing_can_be_added(extra: str) -> None:
    query = sign(SECRET, Purpose.MEDIA, "/media/a", LATER, {"name": "a"})
    with pytest.raises(LinkInvalid):
        verify(SECRET, Purpose.MEDIA, "/media/a", query + extra, NOW)


def test_a_claim_cannot_move_into_another() -> None:
    one = sign(SECRET, Purpose.MEDIA, "/a", LATER, {"a": "b", "c": "d"})
    signature = dict(parse_qsl(one))["signature"]
    said = {"a": 'b", "c', "c": "d", "expires": str(int(LATER.timestamp()))}
    with pytest.raises(LinkInvalid):
        verify(SECRET, Purpose.MEDIA, "/a", urlencode(said | {"signature": signature}), NOW)


def test_reserved_names_are_no_claims() -> None:
    with pytest.raises(ValueError, match="expires"):
        sign(SECRET, Purpose.MEDIA, "/a", LATER, {"expires": "9"})


def test_a_made_link_is_a_whole_url() -> None:
    link = make_link(
        SECRET, Purpose.MEDIA, "https://a.test/", "/media/ü 1", LATER, {"name": "ü&.png"}
    )
    assert isinstance(link, Link)
    assert link.expires_at == LATER
    parts = urlsplit(link.url)
    assert link.url.isascii()
    assert (parts.scheme, parts.netloc) == ("https", "a.test")
    claims = verify(SECRET, Purpose.MEDIA, unquote(parts.path), parts.query, NOW)
    assert claims == {"name": "ü&.png"}


def _meaning(query: str) -> object:
    try:
        return sorted(parse_qsl(query, keep_blank_values=True, strict_parsing=True))
    except ValueError:
        return query
