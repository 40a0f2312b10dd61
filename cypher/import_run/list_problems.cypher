// The problems of each import that were kept, in the order they were met, after a cursor.
// $workspaces $ids $after $limit
// -> id, number, line, field, code, message
MATCH (r:ImportRun)
WHERE r.workspace IN $workspaces AND r.id IN $ids
CALL (r) {
  MATCH (p:ImportProblem {run: r.id})
  WHERE p.number > $after
  RETURN p ORDER BY p.number LIMIT $limit
}
RETURN r.id AS id, p.number AS number, p.line AS line, p.field AS field, p.code AS code,
  p.message AS message
ORDER BY id, number
