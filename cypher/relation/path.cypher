// The shortest way from one asset up to another it was made from, by assets that pass between.
// Slots: kinds.
// $workspaces $from $to $asOf $operations $evidence $mediaTypes
// -> assets, edges
MATCH (a:Asset) WHERE a.workspace IN $workspaces AND a.id = $from
MATCH (b:Asset) WHERE b.workspace = a.workspace AND b.id = $to
MATCH p = shortestPath((a)-[:<<kinds>>*1..1000]->(b))
WHERE all(r IN relationships(p) WHERE <<walkable r>>)
  AND all(n IN nodes(p) WHERE n = a OR n = b OR <<visible n>>)
RETURN [n IN nodes(p) | <<asset n>>] AS assets, [e IN relationships(p) | <<edge e>>] AS edges
