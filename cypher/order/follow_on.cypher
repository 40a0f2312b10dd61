// Notes which generations others retry or repeat.
// Slots: kind.
// $workspace $rows
// -> found
UNWIND $rows AS row
MATCH (g:Generation {workspace: $workspace, id: row.id})
MATCH (f:Generation {workspace: $workspace, id: row.former})
CREATE (g)-[:<<kind>>]->(f)
RETURN count(f) AS found
