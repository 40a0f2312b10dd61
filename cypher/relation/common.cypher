// The nearest asset that two assets were both made from, or else that was made from both.
// Slots: kinds, depth.
// $workspaces $from $to $asOf $operations $evidence $mediaTypes $budget
// -> id, descendant
MATCH (a:Asset) WHERE a.workspace IN $workspaces AND a.id = $from
MATCH (b:Asset) WHERE b.workspace = a.workspace AND b.id = $to
CALL (a, b) {
  MATCH p = (a)-[:<<kinds>>*1..<<depth>>]->(m:Asset)
  WHERE all(r IN relationships(p) WHERE <<walkable r>>)
    AND all(n IN nodes(p) WHERE n = a OR <<visible n>>)
  WITH m, min(length(p)) AS hops ORDER BY hops LIMIT $budget
  RETURN m, hops, false AS descendant
  UNION ALL
  MATCH p = (b)-[:<<kinds>>*1..<<depth>>]->(m:Asset)
  WHERE all(r IN relationships(p) WHERE <<walkable r>>)
    AND all(n IN nodes(p) WHERE n = b OR <<visible n>>)
  WITH m, min(length(p)) AS hops ORDER BY hops LIMIT $budget
  RETURN m, hops, false AS descendant
  UNION ALL
  MATCH p = (a)<-[:<<kinds>>*1..<<depth>>]-(m:Asset)
  WHERE all(r IN relationships(p) WHERE <<walkable r>>)
    AND all(n IN nodes(p) WHERE n = a OR <<visible n>>)
  WITH m, min(length(p)) AS hops ORDER BY hops LIMIT $budget
  RETURN m, hops, true AS descendant
  UNION ALL
  MATCH p = (b)<-[:<<kinds>>*1..<<depth>>]-(m:Asset)
  WHERE all(r IN relationships(p) WHERE <<walkable r>>)
    AND all(n IN nodes(p) WHERE n = b OR <<visible n>>)
  WITH m, min(length(p)) AS hops ORDER BY hops LIMIT $budget
  RETURN m, hops, true AS descendant
}
WITH m, descendant, count(*) AS sides, sum(hops) AS hops
WHERE sides = 2
RETURN m.id AS id, descendant ORDER BY descendant, hops, id LIMIT 1
