"""What the built-in provider says of itself."""

from providers.contract import Plugin
from providers.local.ability import ABILITIES
from providers.local.lineage import extract
from providers.local.provider import Local
from settings import Settings


def make(settings: Settings) -> Local:
    """It needs nothing but a processor."""
    return Local(settings.local_jobs)


PLUGIN = Plugin(
    name="local",
    title="Built-in",
    setup="It is always there; PEDIGREE_LOCAL_JOBS says how much it does at once.",
    make=make,
    extract=extract,
    abilities=ABILITIES,
)
