"""One API process on a socket it inherits: `python -m cli.api_process APP FD`."""

import socket
import sys

import uvicorn

from embedded.child import follow_supervisor
from settings import settings

GRACE_SECONDS = 10


def main(app: str, file_descriptor: str) -> None:
    """Serve until told to stop; running requests get a moment to finish."""
    follow_supervisor()
    config = uvicorn.Config(
        app,
        factory=True,
        log_level=settings().log_level.lower(),
        access_log=False,
        server_header=False,
        limit_concurrency=settings().connections_max,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws_max_size=settings().request_body_max_kb * 1024,
        # A compressor for each of thousands of sockets would cost more memory than all else.
        ws_per_message_deflate=False,
    )
    with socket.socket(fileno=int(file_descriptor)) as server:
        uvicorn.Server(config).run(sockets=[server])


if __name__ == "__main__":
    main(*sys.argv[1:])
