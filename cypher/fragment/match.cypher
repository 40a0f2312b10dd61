// Whether an asset passes the filters of a search, and stands after the cursor.
node.workspace = $workspace AND node.id < $before AND node.id >= $from
AND ($deleted OR node.deletedAt IS NULL)
AND ($mediaTypes IS NULL OR node.mediaType IN $mediaTypes)
AND ($providers IS NULL OR node.provider IN $providers)
AND ($operations IS NULL OR node.operation IN $operations)
AND ($tags IS NULL OR all(tag IN $tags WHERE tag IN node.tags))
