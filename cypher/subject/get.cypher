// The subjects of these ids that are in one of the workspaces.
// $workspaces $ids
// -> id, workspaceId, kind, name, description, createdBy, createdAt
MATCH (s:Subject)
WHERE s.workspace IN $workspaces AND s.id IN $ids
RETURN s.id AS id, s.workspace AS workspaceId, s.kind AS kind, s.name AS name,
  s.description AS description, s.createdBy AS createdBy, s.createdAt.epochMillis AS createdAt
