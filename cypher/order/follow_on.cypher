// Notes which generation another retries or repeats.
// Slots: kind.
// $workspace $id $former
// -> found
MATCH (g:Generation {workspace: $workspace, id: $id})
MATCH (f:Generation {workspace: $workspace, id: $former})
CREATE (g)-[:<<kind>>]->(f)
RETURN count(f) AS found
