"""One API process on a socket it inherits: `python -m cli.api_process APP FD`."""

import gc
import socket
import sys

import uvicorn

from api.wire import HttpProtocol, SocketProtocol, drop_stalled
from embedded.child import follow_supervisor
from settings import settings
from telemetry import log, tracing

GRACE_SECONDS = 10
COLLECTING = (10_000, 10, 10)


def main(app: str, file_descriptor: str) -> None:
    """Serve until told to stop; running requests get a moment to finish."""
    follow_supervisor()
    log.configure(settings())
    tracing.start("pedigree-api")
    config = uvicorn.Config(
        app,
        factory=True,
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=settings().connections_max,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws_max_size=settings().request_body_max_kb * 1024,
        # A compressor for each of thousands of sockets would cost more memory than all else.
        ws_per_message_deflate=False,
        http=HttpProtocol,
        ws=SocketProtocol,
    )
    config.load()
    _collect_seldom()
    with socket.socket(fileno=int(file_descriptor)) as server:
        drop_stalled(server)
        uvicorn.Server(config).run(sockets=[server])


def _collect_seldom() -> None:
    """What is loaded stays, and needs no looking through for cycles again and again: that stopped
    everybody for 60 ms at a time. What is answered with goes by itself, as a rule."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTING)


if __name__ == "__main__":
    main(*sys.argv[1:])
