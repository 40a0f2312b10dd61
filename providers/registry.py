"""The services there are, found through entry points."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from providers.contract import Plugin, Provider
from settings import Settings, SettingsError

GROUP = "pedigree.providers"


@cache
def plugins() -> Mapping[str, Plugin]:
    """All that are installed, by name, whether configured or not."""
    found: dict[str, Plugin] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            plugin = point.load()
        except (ImportError, AttributeError) as error:
            raise SettingsError(f"the provider {point.name} cannot be loaded: {error}") from error
        if not isinstance(plugin, Plugin) or plugin.name != point.name or plugin.name in found:
            raise SettingsError(f"the entry point {point.name} = {point.value} names no provider")
        found[plugin.name] = plugin
    return found


def configured(settings: Settings) -> dict[str, Provider]:
    """Those that can be used here; one that is set up wrongly raises SettingsError."""
    made = {name: plugin.make(settings) for name, plugin in plugins().items()}
    return {name: provider for name, provider in made.items() if provider is not None}
