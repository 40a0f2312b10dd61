"""A supervisor in a process of its own, to be killed: `python -m tests.embedded.supervising`."""

import sys

from embedded.services import Services
from embedded.supervisor import Supervisor, Task

if __name__ == "__main__":
    with Supervisor(Services("bolt://nowhere", "neo4j", "", "redis://nowhere")) as group:
        group.start(Task("child", "tests.embedded.children", ("steady",)))
        sys.stdout.write(f"{group.children[0].process.pid}\n")
        sys.stdout.flush()
        group.watch()
