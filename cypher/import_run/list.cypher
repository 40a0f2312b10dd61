// The imports of a workspace, newest first, before a cursor.
// $workspace $before $limit
// -> run
MATCH (r:ImportRun)
WHERE r.workspace = $workspace AND r.id < $before
WITH r ORDER BY r.id DESC LIMIT $limit
RETURN <<import_run r>> AS run
