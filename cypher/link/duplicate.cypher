// The rows whose edge stands already.
// $workspace $rows
// -> index
UNWIND $rows AS row
MATCH (c:Asset {workspace: $workspace, id: row.child})
MATCH (p:Asset {workspace: $workspace, id: row.parent})
MATCH (c)-[e]->(p)
WHERE type(e) = row.kind AND e.sequence = row.properties.sequence AND e.retractedAt IS NULL
RETURN DISTINCT row.index AS index ORDER BY index
