"""ComfyUI: its graphs, its files, and what both say about where a picture came from."""
