// Retracts what was extracted before about how assets were made; recorded and claimed edges stay.
// Slots: kinds.
// $workspace $ids $at
// -> id, edge
MATCH (c:Asset)
WHERE c.workspace = $workspace AND c.id IN $ids
MATCH (c)-[e:<<kinds>>]->(p)
WHERE e.retractedAt IS NULL AND e.evidence IN ['EXTRACTED', 'INFERRED']
SET e.retractedAt = $at,
  c.retractedParents = coalesce(c.retractedParents, 0) + 1,
  p.retractedChildren = coalesce(p.retractedChildren, 0) + 1
RETURN c.id AS id, <<edge e>> AS edge
