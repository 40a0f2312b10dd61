"""Neo4j's jars: named and hashed by a committed lock, fetched once into a per-user cache."""

import hashlib
import shutil
import tomllib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from jgo.config import GlobalSettings
from jgo.maven import MavenContext

from embedded.errors import EmbeddedError
from embedded.lock import FolderLock

LOCKS = Path(__file__).resolve().parent / "locks"
ATTEMPTS = 3
PARALLEL = 8
PROGRESS_STEP = 20
WAIT_SECONDS = 600


@dataclass(frozen=True)
class Jar:
    """One locked jar."""

    group: str
    artifact: str
    version: str
    classifier: str
    sha256: str

    @property
    def path(self) -> Path:
        """Where it stands in the cache, in Maven's usual layout."""
        classifier = f"-{self.classifier}" if self.classifier else ""
        name = f"{self.artifact}-{self.version}{classifier}.jar"
        return Path(*self.group.split("."), self.artifact, self.version, name)

    def __str__(self) -> str:
        return f"{self.group}:{self.artifact}:{self.version}"


@dataclass(frozen=True)
class Lock:
    """All jars of a Neo4j release."""

    release: str
    version: str
    jars: tuple[Jar, ...]


def read_lock(release: str) -> Lock:
    """The committed lock of a release such as 2026.08."""
    with (LOCKS / release / "jgo.lock.toml").open("rb") as file:
        rows = tomllib.load(file)["dependencies"]
    jars = tuple(_jar(row) for row in rows)
    version = next(
        jar.version for jar in jars if (jar.group, jar.artifact) == ("org.neo4j", "neo4j")
    )
    return Lock(release, version, jars)


def _jar(row: dict[str, str]) -> Jar:
    return Jar(
        group=row["groupId"],
        artifact=row["artifactId"],
        version=row["version"],
        classifier=row.get("classifier", ""),
        sha256=row["sha256"],
    )


def fetch_jars(lock: Lock, cache: Path, say: Callable[[str], None]) -> list[Path]:
    """Paths of every jar, each verified by its sha256; what is missing is fetched first."""
    if _missing(lock.jars, cache):
        with FolderLock(cache / "fetch.lock") as turn:
            if not turn.acquire():
                say("waiting for another process that fetches Neo4j")
                turn.acquire(WAIT_SECONDS)
            _fetch(lock, cache, say)
    return [cache / jar.path for jar in lock.jars]


def _missing(jars: Iterable[Jar], cache: Path) -> list[Jar]:
    with ThreadPoolExecutor(PARALLEL) as pool:
        checks = [(jar, pool.submit(_is_cached, jar, cache / jar.path)) for jar in jars]
        return [jar for jar, check in checks if not check.result()]


def _is_cached(jar: Jar, path: Path) -> bool:
    if not path.exists():
        return False
    _verify(jar, path)
    return True


def _verify(jar: Jar, path: Path) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found == jar.sha256:
        return
    path.unlink(missing_ok=True)
    raise EmbeddedError(
        f"{jar} is not the jar that was locked (sha256 {found}, expected {jar.sha256}). "
        "It was deleted; start again to fetch it anew, and distrust the mirror if it repeats."
    )


def _fetch(lock: Lock, cache: Path, say: Callable[[str], None]) -> None:
    """Each jar enters the cache by a rename, once verified: one cut short is never taken for whole."""
    missing = _missing(lock.jars, cache)
    staging = cache / ".fetching"
    shutil.rmtree(staging, ignore_errors=True)
    maven, total = _maven(staging), len(lock.jars)
    say(f"fetching Neo4j {lock.version}: {total - len(missing)} of {total} jars")
    with ThreadPoolExecutor(PARALLEL) as pool:
        fetches = [pool.submit(_fetch_one, maven, jar, cache) for jar in missing]
        try:
            for done, fetch in enumerate(as_completed(fetches), total - len(missing) + 1):
                fetch.result()
                if done % PROGRESS_STEP == 0 or done == total:
                    say(f"fetching Neo4j {lock.version}: {done} of {total} jars")
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    shutil.rmtree(staging, ignore_errors=True)


def _maven(staging: Path) -> MavenContext:
    """Maven Central, or the mirrors named in the user's own jgo configuration."""
    defaults = MavenContext(repo_cache=staging)
    mirrors = GlobalSettings.load().repositories
    return MavenContext(repo_cache=staging, remote_repos={**defaults.remote_repos, **mirrors})


def _fetch_one(maven: MavenContext, jar: Jar, cache: Path) -> None:
    staged = _download(maven, jar)
    _verify(jar, staged)
    target = cache / jar.path
    target.parent.mkdir(parents=True, exist_ok=True)
    staged.replace(target)


def _download(maven: MavenContext, jar: Jar) -> Path:
    component = maven.project(jar.group, jar.artifact).at_version(jar.version)
    artifact = component.artifact(classifier=jar.classifier)
    failure: Exception | None = None
    for _ in range(ATTEMPTS):
        try:
            return Path(artifact.resolve())
        # jgo says by RuntimeError that no repository has it; failures of the network are OSErrors.
        except (RuntimeError, OSError) as error:
            (maven.repo_cache / jar.path).unlink(missing_ok=True)
            failure = error
    raise EmbeddedError(
        f"{jar} could not be fetched ({type(failure).__name__}). Check the network, or name a "
        "mirror as 'central' under [repositories] of ~/.config/jgo.conf, and start again."
    ) from failure
