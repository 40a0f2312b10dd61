// The style reference of each subject that has one.
// $workspaces $ids
// -> id, asset
MATCH (s:Subject)
WHERE s.workspace IN $workspaces AND s.id IN $ids
MATCH (s)-[:STYLE]->(a:Asset)
RETURN s.id AS id, <<asset a>> AS asset
