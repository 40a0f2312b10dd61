// The assets of a workspace that pass the filters, newest first, before a cursor.
// $workspace $before $from $deleted $mediaTypes $providers $operations $tags $limit
// -> asset
MATCH (a:Asset)
WHERE <<match a>>
RETURN <<asset a>> AS asset
ORDER BY a.id DESC LIMIT $limit
