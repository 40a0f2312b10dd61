"""ComfyUI, as the entry point names it."""

from providers.comfyui.lineage import extract
from providers.comfyui.provider import ComfyUI
from providers.contract import Plugin
from settings import Settings


def make(settings: Settings) -> ComfyUI | None:
    """A pool of the servers that are set up."""
    if not settings.comfyui_urls:
        return None
    return ComfyUI(settings.comfyui_urls, settings.comfyui_jobs)


PLUGIN = Plugin(
    name="comfyui",
    title="ComfyUI",
    setup=(
        "Set PEDIGREE_COMFYUI_URLS to the addresses of your ComfyUI servers, comma-separated, "
        "such as http://127.0.0.1:8188."
    ),
    make=make,
    extract=extract,
    workflows=True,
)
