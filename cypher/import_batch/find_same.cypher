// The assets that new ones would be the same as, by rank: 0 says that an earlier line of the
// import has the key.
// $workspace $run $keys $ids $bytes $references $uploads
// -> same
CALL () {
  UNWIND $keys AS row
  MATCH (a:Asset {workspace: $workspace, idempotencyKey: $run + ':' + row[1]})
  RETURN row[0] AS index, 0 AS rank, a
  UNION ALL
  UNWIND $keys AS row
  MATCH (k:ImportKey {run: $run, key: row[1]})
  WITH row, k.asset AS id
  MATCH (a:Asset {workspace: $workspace, id: id})
  RETURN row[0] AS index, 0 AS rank, a
  UNION ALL
  UNWIND $ids AS row
  MATCH (a:Asset {workspace: $workspace, id: row[1]})
  RETURN row[0] AS index, 1 AS rank, a
  UNION ALL
  UNWIND $bytes AS row
  MATCH (a:Asset {workspace: $workspace, uploadKey: row[1]})
  RETURN row[0] AS index, 2 AS rank, a
  UNION ALL
  UNWIND $references AS row
  MATCH (a:Asset {workspace: $workspace, referenceKey: row[1]})
  RETURN row[0] AS index, 3 AS rank, a
  UNION ALL
  UNWIND $uploads AS row
  MATCH (:ProviderUpload {workspace: $workspace, key: row[1]})-[:HOLDS]->(a:Asset)
  WHERE a.sha256 IS NULL AND a.deletedAt IS NULL
  RETURN row[0] AS index, 4 AS rank, a
}
RETURN collect([index, rank, a.id]) AS same
