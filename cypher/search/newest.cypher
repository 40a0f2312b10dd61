// The assets of a workspace that pass the filters, newest first, before a cursor. Ordered by both
// keys of the index, so that it is read in its own order and only as far as the page goes.
// $workspace $before $from $deleted $mediaTypes $providers $operations $tags $limit
// -> asset
MATCH (a:Asset)
WHERE <<match a>>
RETURN <<asset a>> AS asset
ORDER BY a.workspace DESC, a.id DESC LIMIT $limit
