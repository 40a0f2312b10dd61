"""Runs Redis below this process: `python -m embedded.redis_host`, started by embedded.redis."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import redis

from embedded.lifeline import Lifeline
from embedded.lock import FolderLock

PORT_ATTEMPTS = 5
PREVIOUS_SECONDS = 5
START_SECONDS = 40
STOP_SECONDS = 20
PR_SET_PDEATHSIG = 1

CONFIG = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
appendonly yes
save ""
"""


def main() -> None:
    """Serve until told to stop or until Redis ends by itself."""
    lifeline = Lifeline()
    lifeline.listen(signal.SIGTERM, signal.SIGINT)
    folder = Path(lifeline.order["folder"])
    with FolderLock(folder / "host.lock") as lock:
        take(lock, folder)
        server, port = start(lifeline.order["program"], folder, lifeline.order["password"], lock)
        lifeline.listen(signal.SIGCHLD)
        lifeline.ready(port=port)
        if server.poll() is None:
            lifeline.wait()
        if server.poll() is not None:
            sys.exit(f"Redis ended with exit code {server.returncode}")
        stop(server)


def take(lock: FolderLock, folder: Path) -> None:
    """Redis holds the lock with us, so one that outlived its host is found here, and stopped."""
    if lock.acquire(PREVIOUS_SECONDS):
        return
    pid = int((folder / "redis.pid").read_text())
    os.kill(pid, signal.SIGTERM)
    if not lock.acquire(PREVIOUS_SECONDS):
        sys.exit(f"Redis (process {pid}) still runs on {folder}; stop it and start again")


def start(
    program: str, folder: Path, password: str, lock: FolderLock
) -> tuple[subprocess.Popen[bytes], int]:
    """Redis on a free port; another program may take that port first, so try a few."""
    for _ in range(PORT_ATTEMPTS):
        port = free_port()
        server = launch(program, CONFIG.format(port=port, password=password, folder=folder), lock)
        (folder / "redis.pid").write_text(str(server.pid))
        if answers(server, port, password):
            return server, port
    sys.exit("Redis did not start; see the lines above")


def launch(program: str, config: str, lock: FolderLock) -> subprocess.Popen[bytes]:
    """Its configuration goes by standard input, as the password belongs in no command line."""
    server = subprocess.Popen(
        [program, "-"],
        stdin=subprocess.PIPE,
        pass_fds=(lock.fd,),
        # Safe, as this process has no other thread.
        preexec_fn=die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
    )
    assert server.stdin
    server.stdin.write(config.encode())
    server.stdin.close()
    return server


def die_with_parent() -> None:
    """Linux ends Redis with us, even where we were killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(server: subprocess.Popen[bytes], port: int, password: str) -> bool:
    """Whether Redis comes up; it may have to read its data first."""
    deadline = time.monotonic() + START_SECONDS
    with redis.Redis(port=port, password=password) as client:
        while server.poll() is None and time.monotonic() < deadline:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                time.sleep(0.02)
    return False


def stop(server: subprocess.Popen[bytes]) -> None:
    """Redis writes what it holds on SIGTERM."""
    server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


if __name__ == "__main__":
    main()
