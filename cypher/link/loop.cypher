// The rows whose parent was, over any number of hops, made from its child.
// Slots: kinds.
// $workspace $rows
// -> index
UNWIND $rows AS row
MATCH (c:Asset {workspace: $workspace, id: row.child})
MATCH (p:Asset {workspace: $workspace, id: row.parent})
MATCH way = shortestPath((p)-[:<<kinds>>*1..100000]->(c))
WHERE all(r IN relationships(way) WHERE r.retractedAt IS NULL)
RETURN row.index AS index ORDER BY index
