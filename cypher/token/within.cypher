// The tokens limited to each workspace, newest first, after a cursor.
// $workspaces $ids $before $limit
// -> workspace, token
MATCH (w:Workspace)
WHERE w.id IN $workspaces AND w.id IN $ids
CALL (w) {
  MATCH (w)<-[:WITHIN]-(t:Token)
  WHERE t.id < $before
  RETURN t ORDER BY t.id DESC LIMIT $limit
}
RETURN w.id AS workspace, <<token t>> AS token
ORDER BY w.id, t.id DESC
