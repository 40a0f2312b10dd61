// Whether an asset passes the filter of media types.
($mediaTypes IS NULL OR node.mediaType IN $mediaTypes)
