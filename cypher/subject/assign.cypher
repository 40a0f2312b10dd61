// Says what assets are of or for, and as what they were made, in place of what was said before; of
// nothing, if $subject is null. The edge bears both ids, so that a gallery is read off its index.
// $workspace $ids $subject $slot
// -> id
MATCH (a:Asset)
WHERE a.workspace = $workspace AND a.id IN $ids
SET a.updatedAt = a.updatedAt
WITH a WHERE a.deletedAt IS NULL
OPTIONAL MATCH (a)-[old:OF]->(:Subject)
DELETE old
WITH DISTINCT a
OPTIONAL MATCH (s:Subject {workspace: $workspace, id: $subject})
FOREACH (_ IN CASE WHEN s IS NULL THEN [] ELSE [1] END |
  CREATE (a)-[:OF {subject: s.id, asset: a.id, slot: $slot}]->(s))
RETURN a.id AS id
