// The import of a key within a workspace.
// $workspace $key
// -> run
MATCH (r:ImportRun {workspace: $workspace, key: $key})
RETURN <<import_run r>> AS run
