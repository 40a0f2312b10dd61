// The rows whose edge stands already, and since when.
// $rows
// -> index, createdAt
UNWIND $rows AS row
MATCH (c:Asset) WHERE elementId(c) = row.child
MATCH (p:Asset) WHERE elementId(p) = row.parent
MATCH (c)-[e]->(p)
WHERE type(e) = row.kind AND e.sequence = row.sequence AND e.retractedAt IS NULL
RETURN row.index AS index, e.createdAt.epochMillis AS createdAt
