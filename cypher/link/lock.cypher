// Takes the lock under which edges of a workspace are written, until the transaction ends.
// $workspace $at
// -> id
MATCH (w:Workspace {id: $workspace})
SET w.linkedAt = $at
RETURN w.id AS id
