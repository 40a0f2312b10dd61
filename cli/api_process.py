"""One API process on a socket it inherits: `python -m cli.api_process APP FD`."""

import socket
import sys

import uvicorn

from api.wire import HttpProtocol, SocketProtocol, drop_stalled
from embedded.child import follow_supervisor
from settings import settings
from telemetry import log, tracing

GRACE_SECONDS = 10


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
    with socket.socket(fileno=int(file_descriptor)) as server:
        drop_stalled(server)
        uvicorn.Server(config).run(sockets=[server])


if __name__ == "__main__":
    main(*sys.argv[1:])
