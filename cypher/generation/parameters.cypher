// What generations were asked with, to ask for the same again.
// $workspaces $ids
// -> id, parameters
MATCH (g:Generation)
WHERE g.workspace IN $workspaces AND g.id IN $ids
RETURN g.id AS id, g.parameters AS parameters
