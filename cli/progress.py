"""What a command says on its way, kept off standard output: text, or lines of the log."""

import logging

from embedded.services import Say, to_stderr
from settings import Settings
from telemetry import log


def progress(settings: Settings) -> Say:
    """The way to say a line."""
    if settings.log_format == "text":
        return to_stderr
    log.configure(settings)
    return logging.getLogger("pedigree").info
