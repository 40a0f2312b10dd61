// Gives a workspace another name.
// $id $name
// -> workspace
MATCH (w:Workspace {id: $id})
SET w.name = $name
RETURN <<workspace w>> AS workspace
