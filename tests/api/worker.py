"""A worker for tests of generation, and the settings of the API that it works for."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import HttpUrl, SecretStr

from embedded.child import child_environment
from embedded.services import Services
from settings import Settings
from tests.providers.kling_server import WEBHOOK_SECRET

# Nobody answers there.
NOWHERE = "http://127.0.0.1:9"
STOP_SECONDS = 30


def chosen(config: Settings, services: Services) -> Settings:
    """Settings of an API that knows of Kling and ComfyUI too; no worker does, so what is queued
    for them waits."""
    told = {
        "kling_key": SecretStr("a-key"),
        "kling_url": HttpUrl(NOWHERE),
        "kling_webhook_secret": SecretStr(WEBHOOK_SECRET),
        "comfyui_urls": (NOWHERE,),
    }
    return services.applied(config).model_copy(update=told)


@contextmanager
def worker(settings: Settings, log: Path) -> Iterator[None]:
    """A real worker process that has the built-in provider alone, until the end of the block."""
    told = {
        "NEO4J_URI": settings.neo4j_uri or "",
        "NEO4J_USER": settings.neo4j_user,
        "NEO4J_PASSWORD": settings.neo4j_password.get_secret_value(),
        "REDIS_URL": settings.redis_url or "",
        "PEDIGREE_DATA_DIR": str(settings.data_dir),
    }
    line = [sys.executable, "-m", "cli.worker_process", "workers.main", "8"]
    ours = {name: "" for name in os.environ if name.startswith("PEDIGREE_")}
    with log.open("wb") as out:
        process = subprocess.Popen(
            line, stdin=subprocess.PIPE, stderr=out, env=child_environment({**ours, **told})
        )
        try:
            yield
        finally:
            assert process.stdin
            process.stdin.close()  # that is how it is told to stop
            ended = process.wait(STOP_SECONDS)
    said = log.read_text(encoding="utf-8")
    assert ended == 0, said
    assert "Traceback" not in said, said
