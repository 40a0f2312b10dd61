// Deletes a subject whose lock is held, but for its place: its assets still say what they are of.
// What it used is not in use any more.
// $workspace $id $at
// -> subject, used
MATCH (s:Subject {workspace: $workspace, id: $id})
OPTIONAL MATCH (s)-[use:ACTIVE|STYLE]->(a:Asset)
WITH s, collect(use) AS uses, collect([type(use), a.id, use.slot]) AS used
FOREACH (use IN uses | DELETE use)
SET s.deletedAt = $at, s.updatedAt = $at
REMOVE s.idempotencyKey
RETURN <<subject s>> AS subject, used
