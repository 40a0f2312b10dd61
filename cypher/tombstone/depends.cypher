// How many edges each of the assets would be missed by: direct children, and places as active.
// Slots: kinds.
// $workspaces $ids
// -> id, children, active
MATCH (a:Asset)
WHERE a.workspace IN $workspaces AND a.id IN $ids
RETURN a.id AS id,
  COUNT { (a)<-[:<<kinds>>]-() } - coalesce(a.retractedChildren, 0) AS children,
  [(a)<-[r:ACTIVE]-(s:Subject) | s.id] AS active
