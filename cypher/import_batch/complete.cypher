// Fills in what was not known of live assets that are there without bytes; what is known stays.
// $workspace $rows $at
UNWIND $rows AS row
MATCH (a:Asset {workspace: $workspace, id: row.id})
WHERE a.sha256 IS NULL AND a.deletedAt IS NULL
WITH a, row.told AS told, [name IN keys(row.told) WHERE a[name] IS NULL] AS missing
WHERE size(missing) > 0
SET a.updatedAt = $at
FOREACH (name IN missing |
  SET a[name] = CASE name WHEN 'madeAt' THEN datetime(told[name]) ELSE told[name] END)
SET a.mediaState =
  CASE WHEN a.mediaState = 'NONE' AND a.remoteUrl IS NOT NULL THEN 'REMOTE' ELSE a.mediaState END
