// The subjects of a workspace, newest first, before a cursor.
// $workspace $before $limit
// -> id, workspaceId, kind, name, description, createdBy, createdAt
MATCH (s:Subject)
WHERE s.workspace = $workspace AND s.id < $before
RETURN s.id AS id, s.workspace AS workspaceId, s.kind AS kind, s.name AS name,
  s.description AS description, s.createdBy AS createdBy, s.createdAt.epochMillis AS createdAt
ORDER BY s.workspace DESC, s.id DESC LIMIT $limit
