"""Checks of what people write; they stand beside the graph, so that imports keep them too."""

from graph.told import ID_MAX, NAME_MAX, TEXT_MAX, metadata, tags, text, url

__all__ = ["ID_MAX", "NAME_MAX", "TEXT_MAX", "metadata", "tags", "text", "url"]
