// Writes lineage edges of one kind from rows.
// Slots: kind.
// $workspace $rows $at
// -> index, edge
UNWIND $rows AS row
MATCH (c:Asset {workspace: $workspace, id: row.child})
MATCH (p:Asset {workspace: $workspace, id: row.parent})
CREATE (c)-[e:<<kind>>]->(p)
SET e = row.properties, e.createdAt = $at
RETURN row.index AS index, <<edge e>> AS edge
