"""What Pedigree gets of Kling through its entry point."""

from providers.contract import Plugin, Provider
from providers.kling.ability import abilities
from providers.kling.api import Api
from providers.kling.auth import headers_of
from providers.kling.lineage import extract
from providers.kling.provider import Kling
from providers.kling.webhook import callback, callback_url, key_in
from settings import Settings, SettingsError


def make(settings: Settings) -> Provider | None:
    """The account that the settings name; None where they name none."""
    headers = headers_of(settings)
    if headers is None:
        return None
    _check_secret(settings)
    return Kling(
        Api(str(settings.kling_url), headers),
        concurrency=settings.kling_jobs,
        callback_url=callback_url(settings),
    )


def _check_secret(settings: Settings) -> None:
    secret = settings.kling_webhook_secret
    if secret is not None and key_in(secret.get_secret_value()) is None:
        raise SettingsError(
            "PEDIGREE_KLING_WEBHOOK_SECRET is no webhook secret of Kling; one begins with whsec_"
        )


PLUGIN = Plugin(
    name="kling",
    title="Kling",
    setup="Set PEDIGREE_KLING_KEY to an API key of Kling, or PEDIGREE_KLING_ACCESS_KEY and "
    "PEDIGREE_KLING_SECRET_KEY to a pair of keys.",
    make=make,
    extract=extract,
    abilities=abilities(),
    callback=callback,
)
