// All standing edges among the assets of a workspace up to an id, oldest child first.
// Slots: kinds.
// $workspace $before
// -> edge
MATCH (c:Asset)
WHERE c.workspace = $workspace AND c.id < $before
MATCH (c)-[e:<<kinds>>]->(p:Asset)
WHERE e.retractedAt IS NULL AND p.id < $before
RETURN <<edge e>> AS edge
ORDER BY c.id, e.sequence, p.id
