// Writes lineage edges from rows of child, parent, kind and the rest as a list; tells their ids
// only if asked. Kinds are data here: a plan for each would cost seconds at first.
// $rows $at $tell
// -> edges
UNWIND $rows AS row
MATCH (c) WHERE elementId(c) = row[0]
MATCH (p) WHERE elementId(p) = row[1]
CREATE (c)-[e:$(row[2]) {
  operation: row[3][0], sequence: row[3][1], evidence: row[3][2],
  parentStart: row[3][3], parentEnd: row[3][4],
  parentFrame: row[3][5], prompt: row[3][6], duration: row[3][7], createdAt: $at
}]->(p)
RETURN collect(CASE WHEN $tell THEN elementId(e) END) AS edges
