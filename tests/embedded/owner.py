"""A process that owns the services of a folder: `python -m tests.embedded.owner FOLDER RELEASE`.

Prints where they are, then lives until interrupted or until one of them dies.
"""

import json
import signal
import sys
from pathlib import Path

from embedded.errors import EmbeddedError
from embedded.services import running
from embedded.supervisor import Supervisor
from settings import read_settings


def main(folder: str, release: str, neo4j_uri: str | None = None) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = read_settings().model_copy(
        update={
            "data_dir": Path(folder),
            "neo4j_release": release,
            "neo4j_uri": neo4j_uri,
            "redis_url": None,
        }
    )
    try:
        with running(settings) as services, Supervisor(services) as group:
            pids = [host.process.pid for host in services.hosts]
            sys.stdout.write(json.dumps({**services.environment(), "pids": pids}) + "\n")
            sys.stdout.flush()
            group.watch()
    except KeyboardInterrupt:
        sys.exit(0)
    except EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])
