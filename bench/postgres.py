"""PostgreSQL beside us: the same assets and edges in two tables, walked by a recursive CTE."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import neo4j
import psycopg

from bench import bolt
from bench.error import BenchError
from bench.world import World
from graph import asset, lineage
from settings import read_settings

USER = "bench"
START_SECONDS = 30
STOP_SECONDS = 20
CHUNK = 2000
FOLDERS = "/usr/lib/postgresql/*/bin"

TABLES: LiteralString = """
CREATE TABLE asset (
  id text PRIMARY KEY, workspace text, media_type text, name text, description text, prompt text,
  negative_prompt text, seed text, model text, operation text, provider text,
  provider_asset_id text, remote_url text, mime text, size bigint, width int, height int,
  duration float8, frame_rate float8, sha256 text, media_state text, media_problem text,
  thumbnail bool, tags text[], created_by text, created_at bigint, updated_at bigint,
  made_at bigint, deleted_at bigint);
CREATE TABLE edge (
  child text, parent text, kind text, operation text, sequence int, evidence text,
  parent_start float8, parent_end float8, parent_frame int, prompt text, duration float8,
  generation text, created_at bigint, retracted_at bigint)
"""
INDEXES: LiteralString = """
CREATE INDEX ON edge (child); CREATE INDEX ON edge (parent); ANALYZE asset; ANALYZE edge
"""
WALK: LiteralString = """
WITH RECURSIVE walk (id, depth) AS (
  SELECT id, 0 FROM asset WHERE id = %(root)s AND workspace = %(workspace)s
  UNION
  SELECT e.parent, w.depth + 1 FROM walk w JOIN edge e ON e.child = w.id
  WHERE w.depth <= %(depth)s AND e.created_at <= %(as_of)s
    AND (e.retracted_at IS NULL OR e.retracted_at > %(as_of)s)
), near AS (
  SELECT id, min(depth) AS depth FROM walk GROUP BY id ORDER BY min(depth), id LIMIT %(budget)s
)
SELECT a.*, n.depth, (SELECT max(depth) FROM near) > %(depth)s AS beyond
FROM near n JOIN asset a ON a.id = n.id WHERE n.depth <= %(depth)s ORDER BY n.depth, a.id
"""
BETWEEN: LiteralString = """
SELECT * FROM edge e WHERE e.child = ANY(%(ids)s) AND e.parent = ANY(%(ids)s)
  AND e.created_at <= %(as_of)s AND (e.retracted_at IS NULL OR e.retracted_at > %(as_of)s)
"""
FOREVER = 253_370_764_800_000


Connection = psycopg.Connection[tuple[Any, ...]]
Answer = tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]


class NotHere(BenchError):
    """PostgreSQL cannot be run on this machine; the message says why."""


@contextmanager
def server() -> Iterator[Connection]:
    """A PostgreSQL of our own, on a loopback port and a folder that goes with it, and a connection
    to it."""
    programs, account = _programs(), _account()
    with tempfile.TemporaryDirectory(prefix="pedigree-bench-postgres-") as name:
        folder = Path(name)
        if account:
            os.chown(folder, account, -1)
        password = secrets.token_urlsafe(16)
        _initialise(programs, folder, password, account)
        port = _free_port()
        process = _start(programs, folder, port, account)
        try:
            with _connect(process, port, password, folder / "log") as connection:
                yield connection
        finally:
            process.send_signal(signal.SIGINT)  # its fast shutdown
            process.wait(STOP_SECONDS)


def _programs() -> Path:
    """The folder of initdb and postgres; Debian keeps them off the PATH."""
    found = [Path(path) for path in [shutil.which("initdb")] if path]
    found += sorted(Path("/").glob(FOLDERS.lstrip("/") + "/initdb"), reverse=True)
    for initdb in found:
        folder = initdb.resolve().parent
        if (folder / "postgres").exists():
            return folder
    raise NotHere("no initdb and postgres are installed")


def _account() -> int | None:
    """Whom to run it as, if not as ourselves: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_uid
    except KeyError:
        raise NotHere("it refuses to run as root, and there is no user postgres") from None


def _initialise(programs: Path, folder: Path, password: str, account: int | None) -> None:
    given = folder / "password"
    given.write_text(password)
    if account:
        os.chown(given, account, -1)
    command: list[str | Path] = [
        programs / "initdb",
        "-D",
        folder / "data",
        "-U",
        USER,
        f"--pwfile={given}",
    ]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, user=account
    )
    if done.returncode:
        raise NotHere(f"initdb failed: {done.stderr.strip()[-300:]}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _start(
    programs: Path, folder: Path, port: int, account: int | None
) -> "subprocess.Popen[bytes]":
    options = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        # As much as our own Neo4j has for its page cache.
        "shared_buffers": f"{read_settings().neo4j_heap_mb // 2}MB",
        "jit": "off",
    }
    settings = [f"--{name}={value}" for name, value in options.items()]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", "-p", str(port), *settings],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
            user=account,
        )


def _connect(process: "subprocess.Popen[bytes]", port: int, password: str, log: Path) -> Connection:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return psycopg.connect(
                host="127.0.0.1",
                port=port,
                user=USER,
                password=password,
                dbname="postgres",
                autocommit=True,
            )
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(errors="replace")[-500:]
                raise NotHere(f"it did not start: {said}") from None
            time.sleep(0.05)


def fill(connection: Connection, opened: neo4j.Session, world: World) -> None:
    """Copies assets and edges as they stand in the graph."""
    for statement in TABLES.split(";"):
        connection.execute(statement)
    ids = list(world.ids.values())
    within = [world.workspace]
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        nodes = bolt.overhear(lambda g, chunk=chunk: asset.get_many(g, within, chunk))  # type: ignore[misc]
        edges = bolt.overhear(lambda g, chunk=chunk: lineage.parents(g, within, chunk))  # type: ignore[misc]
        _copy(connection, "asset", [row["asset"] for row in bolt.ask(opened, nodes)])
        above = [edge for row in bolt.ask(opened, edges) for edge, _ in row["relatives"]]
        _copy(connection, "edge", above)
    for statement in INDEXES.split(";"):
        connection.execute(statement)


def _copy(connection: Connection, table: LiteralString, rows: Sequence[Sequence[Any]]) -> None:
    with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def walk(connection: Connection, parameters: dict[str, Any]) -> Answer:
    """The nodes of an asset's lineage, nearest first, and the edges between them."""
    with connection.cursor(binary=True) as cursor:
        nodes = cursor.execute(WALK, parameters, prepare=True).fetchall()
        between = {"ids": [row[0] for row in nodes], "as_of": parameters["as_of"]}
        return nodes, cursor.execute(BETWEEN, between, prepare=True).fetchall()


def parameters(world: World, root: str, depth: int, nodes: int) -> dict[str, Any]:
    """What `walk` wants to know."""
    return {
        "root": root,
        "workspace": world.workspace,
        "depth": depth,
        "budget": nodes + 1,
        "as_of": FOREVER,
    }


def release(connection: Connection) -> str:
    """The release of the server."""
    return str(connection.info.parameter_status("server_version"))
