// Takes the lock under which edges of a workspace are written, until the transaction ends, and
// tells the earliest instant they may bear: writers' clocks differ, lineage never goes back.
// $workspace $at
// -> at
MATCH (w:Workspace {id: $workspace})
SET w.lockedAt = $at
WITH w, CASE WHEN w.linkedAt > $at THEN w.linkedAt ELSE $at END AS at
SET w.linkedAt = at
RETURN at.epochMillis AS at
