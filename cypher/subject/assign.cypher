// Says what assets are of or for, in place of what was said before; of nothing, if $subject is null.
// $workspace $ids $subject
// -> id
MATCH (a:Asset)
WHERE a.workspace = $workspace AND a.id IN $ids AND a.deletedAt IS NULL
SET a.updatedAt = a.updatedAt
WITH a
OPTIONAL MATCH (a)-[old:OF]->(:Subject)
DELETE old
WITH DISTINCT a
OPTIONAL MATCH (s:Subject {workspace: $workspace, id: $subject})
FOREACH (_ IN CASE WHEN s IS NULL THEN [] ELSE [1] END | MERGE (a)-[:OF]->(s))
RETURN a.id AS id
