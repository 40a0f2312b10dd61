// The rows whose parent was, over any number of hops, made from their child.
// Slots: kinds.
// $rows
// -> index
UNWIND $rows AS row
MATCH (c:Asset) WHERE elementId(c) = row.child
MATCH (p:Asset) WHERE elementId(p) = row.parent
MATCH way = shortestPath((p)-[:<<kinds>>*1..100000]->(c))
WHERE all(r IN relationships(way) WHERE r.retractedAt IS NULL)
RETURN row.index AS index ORDER BY index
