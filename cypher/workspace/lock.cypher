// Takes the lock under which a workspace and its members are changed, until the transaction ends.
// $id $at
// -> name
MATCH (w:Workspace {id: $id})
SET w.changedAt = $at
RETURN w.name AS name
