// The generations that retry or repeat others, oldest first, a few of each.
// $workspaces $ids $limit
// -> former, generation
MATCH (f:Generation)
WHERE f.workspace IN $workspaces AND f.id IN $ids
CALL (f) {
  MATCH (g:Generation)-[:RETRY_OF|RERUN_OF]->(f)
  RETURN g ORDER BY g.id LIMIT $limit
}
RETURN f.id AS former, <<generation g>> AS generation
