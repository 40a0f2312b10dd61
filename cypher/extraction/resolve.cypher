// The assets that answer to clues, each with the rank of how it is known; a few of many equals.
// $workspace $rows
// -> index, rank, id, mediaType, deleted
UNWIND $rows AS row
CALL (row) {
  MATCH (:ProviderUpload {workspace: $workspace, key: row.upload})-[:HOLDS]->(a:Asset)
  RETURN a, 1 AS rank
  UNION
  MATCH (a:Asset {workspace: $workspace, provider: row.provider, providerAssetId: row.made})
  RETURN a, 2 AS rank ORDER BY a.deletedAt IS NOT NULL, a.id LIMIT 10
  UNION
  MATCH (a:Asset {workspace: $workspace, remoteUrl: row.url})
  RETURN a, 3 AS rank ORDER BY a.deletedAt IS NOT NULL, a.id LIMIT 10
  UNION
  MATCH (a:Asset {sha256: row.sha256})
  WHERE a.workspace = $workspace
  RETURN a, 4 AS rank ORDER BY a.deletedAt IS NOT NULL, a.id LIMIT 10
}
RETURN row.index AS index, rank, a.id AS id, a.mediaType AS mediaType,
  a.deletedAt IS NOT NULL AS deleted
