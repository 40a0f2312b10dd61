// The workspaces of this name or id; a few of all, if $name is null.
// $name $limit
// -> workspace
MATCH (w:Workspace)
WHERE $name IS NULL OR w.id = $name OR w.name = $name
WITH w ORDER BY w.id LIMIT $limit
RETURN <<workspace w>> AS workspace
