// Takes the lock under which the workflows of a workspace change, until the transaction ends.
// $workspace $at
// -> id
MATCH (w:Workspace {id: $workspace})
SET w.workflowsAt = $at
RETURN w.id AS id
