// The imports of these ids that are in one of the workspaces.
// $workspaces $ids
// -> run
MATCH (r:ImportRun)
WHERE r.workspace IN $workspaces AND r.id IN $ids
RETURN <<import_run r>> AS run
