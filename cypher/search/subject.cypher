// The assets of a subject that pass the filters, newest first, before a cursor. Ordered by both keys
// of the index of OF, so that it is read in its own order and only as far as the page goes.
// $subject $workspace $before $from $deleted $mediaTypes $providers $operations $tags $limit
// -> asset
MATCH (a:Asset)-[of:OF]->(s:Subject {workspace: $workspace, id: $subject})
USING INDEX SEEK of:OF(subject, asset)
WHERE of.subject = $subject AND of.asset < $before AND <<match a>>
RETURN <<asset a>> AS asset
ORDER BY of.subject DESC, of.asset DESC LIMIT $limit
