// The generations of these ids that are in one of the workspaces.
// $workspaces $ids
// -> generation
MATCH (g:Generation)
WHERE g.workspace IN $workspaces AND g.id IN $ids
RETURN <<generation g>> AS generation
