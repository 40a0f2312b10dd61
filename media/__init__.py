"""Bytes in, facts out: intake, probing, thumbnails, the object store, signed links."""
