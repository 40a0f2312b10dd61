"""A provider that takes no time, installed for this process and those it starts."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from providers.registry import GROUP, plugins

NAME = "instant"
METADATA = "Metadata-Version: 2.1\nName: pedigree-bench\nVersion: 0\n"
ENTRY_POINTS = f"[{GROUP}]\n{NAME} = tests.providers.instant:PLUGIN\n"


@contextmanager
def installed() -> Iterator[None]:
    """For the length of the block, by the least of a package that has an entry point."""
    before = os.environ.get("PYTHONPATH")
    with tempfile.TemporaryDirectory(prefix="pedigree-bench-") as folder:
        told = Path(folder) / "pedigree_bench-0.dist-info"
        told.mkdir()
        (told / "METADATA").write_text(METADATA)
        (told / "entry_points.txt").write_text(ENTRY_POINTS)
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [folder, before]))
        sys.path.append(folder)
        plugins.cache_clear()
        try:
            yield
        finally:
            sys.path.remove(folder)
            plugins.cache_clear()
            os.environ.pop("PYTHONPATH")
            if before is not None:
                os.environ["PYTHONPATH"] = before
