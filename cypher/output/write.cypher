// Writes the assets that generations made, each joined to its own by its index.
// $rows $at
UNWIND $rows AS row
MATCH (g:Generation {id: row.generation})
CREATE (a:Asset)-[:OUTPUT_OF {index: row.index}]->(g)
SET a += row.properties, a.createdAt = $at, a.updatedAt = $at, a.createdBy = row.user
