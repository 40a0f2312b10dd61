// Notes under which ids providers know an asset; tells which asset holds each.
// $workspace $id $rows $at
// -> key, holder
MATCH (a:Asset {workspace: $workspace, id: $id})
UNWIND $rows AS row
MERGE (u:ProviderUpload {workspace: $workspace, key: row.key})
ON CREATE SET u.provider = row.provider, u.kind = row.kind, u.value = row.value, u.createdAt = $at
MERGE (u)-[:HOLDS]->(a)
WITH u, row
MATCH (u)-[:HOLDS]->(holder:Asset)
RETURN row.key AS key, collect(holder.id) AS holder
