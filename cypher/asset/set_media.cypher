// Notes what became of the bytes of a live asset, unless it has other bytes or is no such thing.
// $workspace $id $values $type $sha256 $at
// -> asset, problem
MATCH (a:Asset {workspace: $workspace, id: $id})
WHERE a.deletedAt IS NULL
SET a.updatedAt = $at
WITH a, CASE
  WHEN a.mediaState = 'STORED' AND a.sha256 <> $sha256 THEN 'the asset has other bytes already'
  WHEN a.mediaType <> $type THEN 'the asset was told of as ' + a.mediaType + ', the file is ' + $type
END AS problem
FOREACH (_ IN CASE WHEN problem IS NULL THEN [1] ELSE [] END | SET a += $values)
RETURN <<asset a>> AS asset, problem
