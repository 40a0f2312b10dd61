// Notes under which ids a provider knows an asset, those that no other asset holds.
// $workspace $id $rows $at
MATCH (a:Asset {workspace: $workspace, id: $id})
UNWIND $rows AS row
MERGE (u:ProviderUpload {workspace: $workspace, key: row.key})
ON CREATE SET u.provider = row.provider, u.kind = row.kind, u.value = row.value, u.createdAt = $at
WITH a, u WHERE NOT EXISTS { (u)-[:HOLDS]->(other:Asset) WHERE other <> a }
MERGE (u)-[:HOLDS]->(a)
