// The audit entries of these ids that are in one of the workspaces.
// $workspaces $ids
// -> id, workspace, at, actor, token, request, action, target, detail
MATCH (e:Entry)
WHERE e.workspace IN $workspaces AND e.id IN $ids
RETURN e.id AS id, e.workspace AS workspace, e.at.epochMillis AS at, e.actor AS actor,
  e.token AS token, e.request AS request, e.action AS action, e.target AS target,
  e.detail AS detail
