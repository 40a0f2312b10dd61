// Sets properties of generations that were locked; a null takes one away.
// $workspace $rows $at
// -> generation
UNWIND $rows AS row
MATCH (g:Generation {workspace: $workspace, id: row.id})
SET g += row.values, g.updatedAt = $at
RETURN <<generation g>> AS generation ORDER BY g.id
