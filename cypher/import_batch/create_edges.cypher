// Writes lineage edges of one kind; rows stand in the order of graph.import_batch._edge_row.
// Slots: kind.
// $rows $at
// -> edges
UNWIND $rows AS row
MATCH (c:Asset) WHERE elementId(c) = row[0]
MATCH (p:Asset) WHERE elementId(p) = row[1]
CREATE (c)-[e:<<kind>> {
  operation: row[2], sequence: row[3], evidence: row[4], parentStart: row[5], parentEnd: row[6],
  parentFrame: row[7], prompt: row[8], duration: row[9], createdAt: $at
}]->(p)
RETURN collect(elementId(e)) AS edges
