// The subject that each asset is of or for.
// $workspaces $ids
// -> asset, id, workspaceId, kind, name, description, createdBy, createdAt
MATCH (a:Asset)
WHERE a.workspace IN $workspaces AND a.id IN $ids
MATCH (a)-[:OF]->(s:Subject)
RETURN a.id AS asset, s.id AS id, s.workspace AS workspaceId, s.kind AS kind, s.name AS name,
  s.description AS description, s.createdBy AS createdBy, s.createdAt.epochMillis AS createdAt
