// What generations are made from, in the order of the inputs.
// $workspaces $ids
// -> id, used, asset
MATCH (g:Generation)
WHERE g.workspace IN $workspaces AND g.id IN $ids
MATCH (g)-[u:USED]->(a:Asset)
RETURN g.id AS id, properties(u) AS used, <<asset a>> AS asset ORDER BY u.sequence
