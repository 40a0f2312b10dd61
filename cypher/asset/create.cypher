// Creates assets from rows of properties.
// $rows $at $user
// -> asset
UNWIND $rows AS row
CREATE (a:Asset)
SET a += row, a.createdAt = $at, a.updatedAt = $at, a.createdBy = $user
RETURN <<asset a>> AS asset
