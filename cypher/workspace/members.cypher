// The members of each visible workspace, in the order of their ids, after a cursor.
// $workspaces $ids $after $limit
// -> workspace, user, role, since
MATCH (w:Workspace)
WHERE w.id IN $workspaces AND w.id IN $ids
CALL (w) {
  MATCH (w)<-[m:MEMBER]-(u:User)
  WHERE u.id > $after
  RETURN u, m ORDER BY u.id LIMIT $limit
}
RETURN w.id AS workspace, <<user u>> AS user, m.role AS role, m.since.epochMillis AS since
ORDER BY w.id, u.id
