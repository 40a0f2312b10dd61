// The assets of a subject that pass the filters, newest first, before a cursor.
// $subject $workspace $before $from $deleted $mediaTypes $providers $operations $tags $limit
// -> asset
MATCH (s:Subject {workspace: $workspace, id: $subject})<-[:OF]-(a:Asset)
WHERE <<match a>>
WITH a ORDER BY a.id DESC LIMIT $limit
RETURN <<asset a>> AS asset
