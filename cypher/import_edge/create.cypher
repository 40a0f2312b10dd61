// Writes lineage edges of one kind from rows of child, parent and the rest as a list.
// Slots: kind.
// $rows $at
// -> edges
UNWIND $rows AS row
MATCH (c:Asset) WHERE elementId(c) = row[0]
MATCH (p:Asset) WHERE elementId(p) = row[1]
CREATE (c)-[e:<<kind>> {
  operation: row[2][0], sequence: row[2][1], evidence: row[2][2],
  parentStart: row[2][3], parentEnd: row[2][4],
  parentFrame: row[2][5], prompt: row[2][6], duration: row[2][7], createdAt: $at
}]->(p)
RETURN collect(elementId(e)) AS edges
