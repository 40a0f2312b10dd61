// The generation that made each asset.
// $workspaces $ids
// -> asset, generation
MATCH (a:Asset)
WHERE a.workspace IN $workspaces AND a.id IN $ids
MATCH (a)-[:OUTPUT_OF]->(g:Generation)
RETURN a.id AS asset, <<generation g>> AS generation
