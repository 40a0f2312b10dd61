// Audit entries of a workspace from an id on, oldest first.
// $workspace $first $limit
// -> id, workspace, at, actor, token, request, action, target, detail
MATCH (e:Entry)
WHERE e.workspace = $workspace AND e.id >= $first
RETURN e.id AS id, e.workspace AS workspace, e.at.epochMillis AS at, e.actor AS actor,
  e.token AS token, e.request AS request, e.action AS action, e.target AS target,
  e.detail AS detail
ORDER BY e.workspace, e.id
LIMIT $limit
