// Notes under which ids providers know assets that are new.
// $workspace $rows $at
UNWIND $rows AS row
MATCH (a:Asset) WHERE elementId(a) = row.asset
CREATE (u:ProviderUpload {
  workspace: $workspace, key: row.key, provider: row.provider, kind: row.kind, value: row.value,
  createdAt: $at
})-[:HOLDS]->(a)
