// The versions of a slot, newest first, before a cursor.
// $workspace $slot $before $limit
// -> workflow
MATCH (w:Workflow)
WHERE w.workspace = $workspace AND w.slot = $slot AND w.version < $before
WITH w ORDER BY w.workspace DESC, w.slot DESC, w.version DESC LIMIT $limit
RETURN <<workflow w>> AS workflow
