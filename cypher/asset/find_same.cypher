// The asset that a new one would be the same as: by idempotency key, bytes, reference or an id
// under which its provider knows it.
// $workspace $once $upload $reference $known
// -> asset
CALL () {
  MATCH (a:Asset {workspace: $workspace, idempotencyKey: $once}) RETURN a, 1 AS rank
  UNION
  MATCH (a:Asset {workspace: $workspace, uploadKey: $upload}) RETURN a, 2 AS rank
  UNION
  MATCH (a:Asset {workspace: $workspace, referenceKey: $reference}) RETURN a, 3 AS rank
  UNION
  MATCH (u:ProviderUpload)-[:HOLDS]->(a:Asset)
  WHERE u.workspace = $workspace AND u.key IN $known AND a.deletedAt IS NULL
    AND a.sha256 IS NULL
  RETURN a, 4 AS rank
}
WITH a ORDER BY rank, a.id LIMIT 1
RETURN <<asset a>> AS asset
