"""The services that make media, one folder each; nothing here knows of the graph."""
