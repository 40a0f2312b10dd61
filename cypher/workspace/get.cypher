// The workspaces of these ids that are among the visible ones.
// $workspaces $ids
// -> workspace
MATCH (w:Workspace)
WHERE w.id IN $workspaces AND w.id IN $ids
RETURN <<workspace w>> AS workspace
