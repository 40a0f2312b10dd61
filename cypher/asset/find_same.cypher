// The asset that a new one would be the same as: by idempotency key, bytes or reference.
// $workspace $once $upload $reference
// -> asset
CALL () {
  MATCH (a:Asset {workspace: $workspace, idempotencyKey: $once}) RETURN a, 1 AS rank
  UNION
  MATCH (a:Asset {workspace: $workspace, uploadKey: $upload}) RETURN a, 2 AS rank
  UNION
  MATCH (a:Asset {workspace: $workspace, referenceKey: $reference}) RETURN a, 3 AS rank
}
WITH a ORDER BY rank LIMIT 1
RETURN <<asset a>> AS asset
