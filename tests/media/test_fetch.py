import gzip
import hashlib
import math
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from media.errors import AddressRefused, FetchFailed, FetchTimeout, TooLarge, UrlRefused
from media.fetch import Fetcher, resolve_host
from tests.media.server import body, endless, redirect, serving, status

pytestmark = pytest.mark.anyio

DATA = bytes(range(256)) * 300
LOCAL = frozenset({"127.0.0.1", "media.test"})


class Names:
    """A resolver that gives its answers one after the other and remembers who asked."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def local(tmp_path: Path) -> Fetcher:
    return Fetcher(tmp_path, max_bytes=len(DATA), allow_private=LOCAL, deadline_seconds=10)


async def fetched(fetcher: Fetcher, url: str) -> bytes:
    async with fetcher.fetch(url) as received:
        data = received.path.read_bytes()
        assert received.sha256 == hashlib.sha256(data).hexdigest()
    return data


def assert_nothing_left(folder: Path) -> None:
    assert [path for path in folder.rglob("*") if path.is_file()] == []


async def test_fetches_a_file(local: Fetcher, tmp_path: Path) -> None:
    async with serving({"/a.png?x=1": body(DATA)}) as server:
        assert await fetched(local, f"http://127.0.0.1:{server.port}/a.png?x=1") == DATA
    assert_nothing_left(tmp_path)


async def test_follows_redirects_to_the_file(local: Fetcher) -> None:
    hops = {f"/{n}": redirect(f"/{n + 1}") for n in range(5)}
    async with serving({**hops, "/5": body(DATA)}) as server:
        assert await fetched(local, f"http://127.0.0.1:{server.port}/0") == DATA
        assert server.paths == ["/0", "/1", "/2", "/3", "/4", "/5"]


async def test_a_sixth_redirect_is_one_too_many(local: Fetcher) -> None:
    async with serving({"/": redirect("/")}) as server:
        with pytest.raises(FetchFailed, match="redirects"):
            await fetched(local, f"http://127.0.0.1:{server.port}/")
        assert len(server.requests) == 6


async def test_the_body_of_a_redirect_is_not_read(local: Fetcher) -> None:
    head = "HTTP/1.1 302 Found\r\nLocation: /file\r\n\r\n"
    async with serving({"/": endless(b"x" * 65536, head), "/file": body(DATA)}) as server:
        assert await fetched(local, f"http://127.0.0.1:{server.port}/") == DATA


@pytest.mark.parametrize(
    "url",
    ["ftp://media.test/a", "file:///etc/passwd", "media.test/a", "//media.test/a", "http://",
     "http:///a", "", "data:image/png;base64,AA", "http://me:secret@media.test/a",
     "http://me@media.test/a", "http://[::1/a", "http://media.test:99999/a", "http://a\nb/", "http://0177.0.0.1/"],
)  # fmt: skip
async def test_urls_of_other_forms_are_refused(tmp_path: Path, url: str) -> None:
    names = Names(["8.8.8.8"])
    with pytest.raises(UrlRefused) as refusal:
        await fetched(Fetcher(tmp_path, 100, resolve=names), url)
    assert refusal.value.reason == "url_refused"
    assert "secret" not in str(refusal.value)
    assert names.asked == []


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "LOCALHOST", "[::1]", "0.0.0.0", "[::]", "10.0.0.1", "192.168.0.1",
     "169.254.169.254", "100.64.0.1", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
     "[fe80::1]", "224.0.0.1", "2130706433", "0x7f.1", "127.1"],
)  # fmt: skip
async def test_private_hosts_are_refused(tmp_path: Path, host: str) -> None:
    async with serving({"/": body(DATA)}) as server:
        with pytest.raises(AddressRefused) as refusal:
            await fetched(Fetcher(tmp_path, len(DATA)), f"http://{host}:{server.port}/")
        assert server.requests == []
    assert refusal.value.reason == "address_refused"


async def test_one_private_address_among_public_ones_is_refused(tmp_path: Path) -> None:
    fetcher = Fetcher(tmp_path, 100, resolve=Names(["8.8.8.8", "127.0.0.1"]))
    with pytest.raises(AddressRefused):
        await fetched(fetcher, "http://media.test/")


async def test_a_redirect_into_the_private_network_is_refused(tmp_path: Path) -> None:
    async with serving({"/secret": body(DATA)}) as inner:
        target = redirect(f"http://localhost:{inner.port}/secret")
        async with serving({"/": target}) as outer:
            fetcher = Fetcher(tmp_path, len(DATA), allow_private=frozenset({"127.0.0.1"}))
            with pytest.raises(AddressRefused):
                await fetched(fetcher, f"http://127.0.0.1:{outer.port}/")
        assert inner.requests == []


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://media.test/", "http://me:pw@127.0.0.1/"]
)
async def test_a_redirect_to_another_form_is_refused(local: Fetcher, target: str) -> None:
    async with serving({"/": redirect(target)}) as server:
        with pytest.raises(UrlRefused):
            await fetched(local, f"http://127.0.0.1:{server.port}/")


async def test_connects_to_the_address_it_checked(tmp_path: Path) -> None:
    """A name that changes its address after the check gains nothing: it is asked only once."""
    names = Names(["127.0.0.1"], ["203.0.113.9"])
    fetcher = Fetcher(tmp_path, len(DATA), LOCAL, deadline_seconds=10, resolve=names)
    async with serving({"/": body(DATA)}) as server:
        assert await fetched(fetcher, f"http://media.test:{server.port}/") == DATA
        assert f"\r\nhost: media.test:{server.port}\r\n" in server.requests[0].lower()
    assert names.asked == ["media.test"]


async def test_a_name_that_turns_private_on_its_redirect_is_refused(tmp_path: Path) -> None:
    names = Names(["127.0.0.1"], ["127.0.0.1"])

    async with serving({"/": redirect("http://other.test/")}) as server:
        fetcher = Fetcher(tmp_path, len(DATA), LOCAL, deadline_seconds=10, resolve=names)
        with pytest.raises(AddressRefused):
            await fetched(fetcher, f"http://media.test:{server.port}/")
    assert names.asked == ["media.test", "other.test"]


@pytest.mark.parametrize("found", [["127.0.0.2", "127.0.0.1"], ["127.0.0.1", "127.0.0.2"]])
async def test_any_address_that_answers_will_do(tmp_path: Path, found: list[str]) -> None:
    fetcher = Fetcher(tmp_path, len(DATA), LOCAL, resolve=Names(found))
    async with serving({"/": body(DATA)}) as server:
        assert await fetched(fetcher, f"http://media.test:{server.port}/") == DATA


async def test_the_environment_names_no_proxy(
    local: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving({"/": body(DATA)}) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        assert await fetched(local, f"http://127.0.0.1:{server.port}/") == DATA


async def test_too_large_by_its_own_word(local: Fetcher, tmp_path: Path) -> None:
    async with serving({"/": body(b"", stated=len(DATA) + 1)}) as server:
        with pytest.raises(TooLarge):
            await fetched(local, f"http://127.0.0.1:{server.port}/")
    assert_nothing_left(tmp_path)


async def test_too_large_without_a_word(local: Fetcher, tmp_path: Path) -> None:
    async with serving({"/": endless(b"x" * 65536)}) as server:
        with pytest.raises(TooLarge):
            await fetched(local, f"http://127.0.0.1:{server.port}/")
    assert_nothing_left(tmp_path)


async def test_a_body_cut_short(local: Fetcher, tmp_path: Path) -> None:
    async with serving({"/": body(DATA[:500], stated=len(DATA))}) as server:
        with pytest.raises(FetchFailed) as refusal:
            await fetched(local, f"http://127.0.0.1:{server.port}/")
    assert refusal.value.reason == "fetch_failed"
    assert_nothing_left(tmp_path)


async def test_a_dripping_body_has_a_deadline(tmp_path: Path) -> None:
    fetcher = Fetcher(tmp_path, len(DATA), LOCAL, deadline_seconds=0.4)
    async with serving({"/": endless(b"x", pause=0.02)}) as server:
        with pytest.raises(FetchTimeout) as refusal, anyio.fail_after(5):
            await fetched(fetcher, f"http://127.0.0.1:{server.port}/")
    assert refusal.value.reason == "fetch_timeout"
    assert_nothing_left(tmp_path)


async def test_the_deadline_does_not_cover_the_use_of_the_file(local: Fetcher) -> None:
    async with (
        serving({"/": body(DATA)}) as server,
        local.fetch(f"http://127.0.0.1:{server.port}/"),
    ):
        assert anyio.current_effective_deadline() == math.inf


async def test_an_error_in_the_block_is_not_taken_for_ours(local: Fetcher, tmp_path: Path) -> None:
    async with serving({"/": body(DATA)}) as server:
        with pytest.raises(TimeoutError, match="mine"):
            async with local.fetch(f"http://127.0.0.1:{server.port}/"):
                raise TimeoutError("mine")
    assert_nothing_left(tmp_path)


@pytest.mark.parametrize("code", [204, 206, 304, 401, 404, 500])
async def test_only_200_is_a_file(local: Fetcher, code: int) -> None:
    async with serving({"/": status(code)}) as server:
        with pytest.raises(FetchFailed, match=str(code)):
            await fetched(local, f"http://127.0.0.1:{server.port}/")


async def test_a_compressed_body_is_not_unpacked(local: Fetcher) -> None:
    packed = gzip.compress(b"\0" * 10_000_000)
    async with serving({"/": body(packed, extra="Content-Encoding: gzip\r\n")}) as server:
        with pytest.raises(FetchFailed, match="compressed"):
            await fetched(local, f"http://127.0.0.1:{server.port}/")
        assert "\r\naccept-encoding: identity\r\n" in server.requests[0].lower()


async def test_nobody_there(local: Fetcher) -> None:
    async with serving({}) as server:
        port = server.port
    with pytest.raises(FetchFailed):
        await fetched(local, f"http://127.0.0.1:{port}/")


async def test_a_name_without_address(tmp_path: Path) -> None:
    with pytest.raises(FetchFailed, match="no address"):
        await fetched(Fetcher(tmp_path, 100, resolve=Names([])), "http://media.test/")
    with pytest.raises(FetchFailed, match="no address"):
        await fetched(Fetcher(tmp_path, 100), "http://nobody.invalid/")


async def test_the_system_knows_this_machine() -> None:
    assert "127.0.0.1" in await resolve_host("localhost", 80)


async def test_tls_is_checked_against_the_name(tmp_path: Path) -> None:
    serve, trust = certificate(tmp_path, "media.test")
    names = Names(["127.0.0.1"])
    asked: list[str | None] = []
    serve.sni_callback = lambda _socket, name, _context: asked.append(name)
    hosts = frozenset({"media.test", "other.test"})
    fetcher = Fetcher(tmp_path, len(DATA), hosts, resolve=names, tls=trust)
    async with serving({"/": body(DATA)}, serve) as server:
        assert await fetched(fetcher, f"https://media.test:{server.port}/") == DATA
        assert asked == ["media.test"]
        with pytest.raises(FetchFailed):
            await fetched(fetcher, f"https://other.test:{server.port}/")
        with pytest.raises(FetchFailed):
            await fetched(
                Fetcher(tmp_path, len(DATA), hosts, resolve=names),
                f"https://media.test:{server.port}/",
            )


def certificate(folder: Path, host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate of its own, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    both = folder.parent / f"{folder.name}.pem"
    both.write_bytes(private + public)
    serve = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serve.load_cert_chain(both)
    return serve, ssl.create_default_context(cadata=public.decode())
