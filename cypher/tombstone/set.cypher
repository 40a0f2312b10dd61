// Deletes assets but for their place: bytes and identity keys go, node and edges stay.
// $workspace $ids $at
// -> id, asset, sha256
MATCH (a:Asset)
WHERE a.workspace = $workspace AND a.id IN $ids
SET a.updatedAt = a.updatedAt
WITH a WHERE a.deletedAt IS NULL
WITH a, CASE a.mediaState WHEN 'STORED' THEN a.sha256 END AS sha256
SET a.deletedAt = $at, a.updatedAt = $at, a.mediaState = 'REMOVED', a.thumbnail = null
REMOVE a.uploadKey, a.referenceKey, a.idempotencyKey
RETURN a.id AS id, <<asset a>> AS asset, sha256
