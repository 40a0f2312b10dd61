// Changes properties and tags of a live asset.
// $workspace $id $changes $add $remove $at
// -> asset
MATCH (a:Asset {workspace: $workspace, id: $id})
WHERE a.deletedAt IS NULL
SET a += $changes, a.updatedAt = $at,
  a.tags = [t IN coalesce(a.tags, []) WHERE NOT t IN $remove AND NOT t IN $add] + $add
RETURN <<asset a>> AS asset
