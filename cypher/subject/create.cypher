// Creates a subject, or finds the one that the same idempotency key made.
// $workspace $id $kind $name $description $once $at $user
// -> id, workspaceId, kind, name, description, createdBy, createdAt, created
MERGE (s:Subject {workspace: $workspace, idempotencyKey: $once})
ON CREATE SET s.id = $id, s.kind = $kind, s.name = $name, s.description = $description,
  s.createdBy = $user, s.createdAt = $at
RETURN s.id AS id, s.workspace AS workspaceId, s.kind AS kind, s.name AS name,
  s.description AS description, s.createdBy AS createdBy, s.createdAt.epochMillis AS createdAt,
  s.id = $id AS created
