// How many edges each of the assets would be missed by: direct children, and subjects, some of
// which are named, that use it as their active asset or as their style reference.
// Slots: kinds.
// $workspaces $ids $limit
// -> id, children, active, style
MATCH (a:Asset)
WHERE a.workspace IN $workspaces AND a.id IN $ids
RETURN a.id AS id,
  COUNT { (a)<-[:<<kinds>>]-() } - coalesce(a.retractedChildren, 0) AS children,
  COLLECT { MATCH (a)<-[:ACTIVE]-(s:Subject) RETURN DISTINCT s.id AS s ORDER BY s LIMIT $limit } AS active,
  COLLECT { MATCH (a)<-[:STYLE]-(s:Subject) RETURN s.id AS s ORDER BY s LIMIT $limit } AS style
