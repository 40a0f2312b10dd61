"""What one process runs on a data folder, written down for others to attach to."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class RunFile:
    """The servers a process started for a data folder; None for those it did not."""

    pid: int
    release: str
    neo4j_uri: str | None
    neo4j_password: str | None = field(repr=False)
    redis_url: str | None = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """None if there is none, or if it was left behind by a process that was killed."""
        try:
            found = cls(**json.loads(path.read_text()))
        except FileNotFoundError:
            return None
        return found if _lives(found.pid) else None

    def write(self, path: Path) -> None:
        """For this user's eyes only, as it holds passwords."""
        write_private(path, json.dumps(asdict(self)))


def write_private(path: Path, text: str) -> None:
    """A file only its owner may read, whole or not at all."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
