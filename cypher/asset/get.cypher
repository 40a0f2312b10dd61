// The assets of these ids that are in one of the workspaces.
// $workspaces $ids
// -> asset
MATCH (a:Asset)
WHERE a.workspace IN $workspaces AND a.id IN $ids
RETURN <<asset a>> AS asset
