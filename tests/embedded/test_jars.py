"""The committed locks, and fetching by them from a small Maven repository of our own."""

import gc
import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from embedded.errors import EmbeddedError
from embedded.jars import LOCKS, Jar, Lock, fetch_jars, read_lock

# jgo leaves the answers of a repository that lacks a jar to the collector, sockets and all.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
)
COUNT = 45


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


def content(number: int) -> bytes:
    return f"jar {number}".encode() * 10_000


def make_lock() -> Lock:
    return Lock("test", "1.0", tuple(make_jar(number) for number in range(COUNT)))


def make_jar(number: int) -> Jar:
    return Jar("org.test", f"part{number}", "1.0", "", hashlib.sha256(content(number)).hexdigest())


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A Maven repository on loopback, named in jgo's own configuration."""
    folder = tmp_path / "mirror"
    for number, jar in enumerate(make_lock().jars):
        path = folder / jar.path
        path.parent.mkdir(parents=True)
        path.write_bytes(content(number))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        config = tmp_path / "jgo.conf"
        config.write_text(f"[repositories]\ncentral = http://127.0.0.1:{server.server_port}\n")
        monkeypatch.setenv("JGO_CONFIG_FILE", str(config))
        yield folder
        server.shutdown()
        thread.join()
    gc.collect()


@pytest.mark.parametrize("release", ["2026.08", "5.26"])
def test_a_lock_names_every_jar_by_its_hash_and_no_address(release: str) -> None:
    lock = read_lock(release)
    text = (LOCKS / release / "jgo.lock.toml").read_text()
    assert f"org.neo4j:neo4j:{lock.version}" in (LOCKS / release / "jgo.toml").read_text()
    assert lock.version.startswith(release)
    assert len(lock.jars) > 200
    assert all(len(jar.sha256) == 64 for jar in lock.jars)
    assert "://" not in text


def test_jars_are_fetched_once_with_progress(mirror: Path, tmp_path: Path) -> None:
    said: list[str] = []
    paths = fetch_jars(make_lock(), tmp_path / "cache", said.append)
    assert [path.read_bytes() for path in paths] == [content(number) for number in range(COUNT)]
    assert said == [f"fetching Neo4j 1.0: {done} of 45 jars" for done in (0, 20, 40, 45)]
    assert fetch_jars(make_lock(), tmp_path / "cache", said.append) == paths
    assert len(said) == 4


def test_a_jar_other_than_the_locked_one_is_refused(mirror: Path, tmp_path: Path) -> None:
    jar = make_jar(7)
    (mirror / jar.path).write_bytes(b"something else")
    with pytest.raises(EmbeddedError, match=r"org\.test:part7:1\.0 is not the jar that was locked"):
        fetch_jars(make_lock(), tmp_path / "cache", lambda _: None)
    assert not (tmp_path / "cache" / jar.path).exists()


def test_a_cached_jar_that_changed_is_deleted_then_fetched_anew(
    mirror: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    path = fetch_jars(make_lock(), cache, lambda _: None)[3]
    path.write_bytes(b"tampered")
    with pytest.raises(EmbeddedError, match="It was deleted; start again"):
        fetch_jars(make_lock(), cache, lambda _: None)
    assert fetch_jars(make_lock(), cache, lambda _: None)[3].read_bytes() == content(3)


def test_a_jar_nobody_has_is_named(mirror: Path, tmp_path: Path) -> None:
    (mirror / make_jar(7).path).unlink()
    with pytest.raises(EmbeddedError, match=r"org\.test:part7:1\.0 could not be fetched"):
        fetch_jars(make_lock(), tmp_path / "cache", lambda _: None)


def test_two_at_once_fetch_each_jar_once(mirror: Path, tmp_path: Path) -> None:
    said: list[str] = []
    both = [
        threading.Thread(target=fetch_jars, args=(make_lock(), tmp_path / "cache", said.append))
        for _ in range(2)
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    paths = [tmp_path / "cache" / jar.path for jar in make_lock().jars]
    assert [path.read_bytes() for path in paths] == [content(number) for number in range(COUNT)]
