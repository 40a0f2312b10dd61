// The subject that each asset is of or for.
// $workspaces $ids
// -> asset, subject
MATCH (a:Asset)
WHERE a.workspace IN $workspaces AND a.id IN $ids
MATCH (a)-[:OF]->(s:Subject)
RETURN a.id AS asset, <<subject s>> AS subject
