// The assets of a workspace whose words match and that pass the filters, newest first.
// $text $workspace $before $from $deleted $mediaTypes $providers $operations $tags $limit
// -> asset
CALL db.index.fulltext.queryNodes('asset_text', $text) YIELD node AS a
WHERE <<match a>>
WITH a ORDER BY a.id DESC LIMIT $limit
RETURN <<asset a>> AS asset
