// The users of these ids who are the viewer, or are or were members of one of the workspaces.
// $workspaces $ids $viewer
// -> user
MATCH (u:User)
WHERE u.id IN $ids
  AND (u.id = $viewer OR EXISTS { (u)-[:MEMBER|LEFT]->(w:Workspace) WHERE w.id IN $workspaces })
RETURN <<user u>> AS user
