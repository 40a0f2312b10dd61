// The nearest asset that two assets were both made from, or else that was made from both; and
// whether one of the four walks that look for it ended at its depth, or at its budget.
// Slots: kinds, depth.
// $workspaces $from $to $asOf $operations $evidence $mediaTypes $budget
// -> id, descendant, deep, full
MATCH (a:Asset) WHERE a.workspace IN $workspaces AND a.id = $from
MATCH (b:Asset) WHERE b.workspace = a.workspace AND b.id = $to
CALL (a, b) {
  MATCH p = (a)-[:<<kinds>>*1..<<depth>>]->(m:Asset)
  WHERE all(r IN relationships(p) WHERE <<walkable r>>)
    AND all(n IN nodes(p) WHERE n = a OR <<visible n>>)
  WITH m, min(length(p)) AS hops ORDER BY hops LIMIT $budget
  RETURN m, hops, false AS descendant, 0 AS walk
  UNION ALL
  MATCH p = (b)-[:<<kinds>>*1..<<depth>>]->(m:Asset)
  WHERE all(r IN relationships(p) WHERE <<walkable r>>)
    AND all(n IN nodes(p) WHERE n = b OR <<visible n>>)
  WITH m, min(length(p)) AS hops ORDER BY hops LIMIT $budget
  RETURN m, hops, false AS descendant, 1 AS walk
  UNION ALL
  MATCH p = (a)<-[:<<kinds>>*1..<<depth>>]-(m:Asset)
  WHERE all(r IN relationships(p) WHERE <<walkable r>>)
    AND all(n IN nodes(p) WHERE n = a OR <<visible n>>)
  WITH m, min(length(p)) AS hops ORDER BY hops LIMIT $budget
  RETURN m, hops, true AS descendant, 2 AS walk
  UNION ALL
  MATCH p = (b)<-[:<<kinds>>*1..<<depth>>]-(m:Asset)
  WHERE all(r IN relationships(p) WHERE <<walkable r>>)
    AND all(n IN nodes(p) WHERE n = b OR <<visible n>>)
  WITH m, min(length(p)) AS hops ORDER BY hops LIMIT $budget
  RETURN m, hops, true AS descendant, 3 AS walk
}
WITH m, descendant, collect(walk) AS walks, sum(hops) AS hops, max(hops) AS farthest
ORDER BY descendant, hops, m.id
WITH collect(CASE size(walks) WHEN 2 THEN [m.id, descendant] END)[0] AS nearest,
  max(farthest) = <<depth>> AS deep,
  [sum(size([w IN walks WHERE w = 0])), sum(size([w IN walks WHERE w = 1])),
   sum(size([w IN walks WHERE w = 2])), sum(size([w IN walks WHERE w = 3]))] AS sizes
RETURN nearest[0] AS id, nearest[1] AS descendant, coalesce(deep, false) AS deep,
  any(size IN sizes WHERE size = $budget) AS full
