// The import of a key within a workspace, begun if there is none.
// $workspace $key $id $name $size $at $user
// -> run, created
MATCH (:Workspace {id: $workspace})
MERGE (r:ImportRun {workspace: $workspace, key: $key})
ON CREATE SET r.id = $id, r.name = $name, r.state = 'RUNNING', r.lines = 0, r.bytes = 0,
  r.assetsCreated = 0, r.assetsFound = 0, r.edgesCreated = 0, r.edgesFound = 0, r.problems = 0,
  r.createdBy = $user, r.createdAt = $at, r.updatedAt = $at
SET r.size = coalesce($size, r.size)
RETURN <<import_run r>> AS run, r.id = $id AS created
