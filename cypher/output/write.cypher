// Writes the assets that a generation made, each joined to it by its index.
// $workspace $generation $rows $user $at
// -> asset
MATCH (g:Generation {workspace: $workspace, id: $generation})
UNWIND $rows AS row
CREATE (a:Asset)-[:OUTPUT_OF {index: row.index}]->(g)
SET a += row.properties, a.createdAt = $at, a.updatedAt = $at, a.createdBy = $user
RETURN <<asset a>> AS asset
