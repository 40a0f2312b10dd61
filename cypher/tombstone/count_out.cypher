// Takes deleted assets out of the counts of the subjects they are of.
// $workspace $ids $at
MATCH (a:Asset)
WHERE a.workspace = $workspace AND a.id IN $ids
MATCH (a)-[:OF]->(s:Subject)
WITH s, count(a) AS gone ORDER BY s.id
SET s.lockedAt = $at
WITH s, gone
SET s.deletedAssets = coalesce(s.deletedAssets, 0) + gone
