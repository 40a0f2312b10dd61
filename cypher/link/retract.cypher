// Retracts standing edges named by child, parent, kind and sequence; they stay readable as of before.
// $workspace $rows $at
// -> index, edge
UNWIND $rows AS row
MATCH (c:Asset {workspace: $workspace, id: row.child})
MATCH (p:Asset {workspace: $workspace, id: row.parent})
MATCH (c)-[e]->(p)
WHERE type(e) = row.kind AND e.sequence = row.sequence AND e.retractedAt IS NULL
SET e.retractedAt = $at,
  c.retractedParents = coalesce(c.retractedParents, 0) + 1,
  p.retractedChildren = coalesce(p.retractedChildren, 0) + 1
RETURN row.index AS index, <<edge e>> AS edge
