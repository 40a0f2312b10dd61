"""Servers of the bench's own, in a folder that is gone afterwards."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from embedded.services import Services, running
from settings import read_settings

# What is timed is the work, not the limits of one client.
LIMITLESS = {
    "PEDIGREE_TOKEN_REQUESTS_PER_SECOND": "0",
    "PEDIGREE_ADDRESS_REQUESTS_PER_SECOND": "0",
    "PEDIGREE_LOG_LEVEL": "WARNING",
}
Servers = Callable[[], AbstractContextManager[Services]]


@contextmanager
def own() -> Iterator[Services]:
    """A Neo4j and a Redis, whatever the environment names: the data set is no guest. Several may
    run at once; API processes find the folder of the last."""
    with tempfile.TemporaryDirectory(prefix="pedigree-bench-") as name:
        os.environ.update(LIMITLESS, PEDIGREE_DATA_DIR=name)
        alone = {"neo4j_uri": None, "redis_url": None, "data_dir": Path(name)}
        with running(read_settings().model_copy(update=alone)) as services:
            yield services
