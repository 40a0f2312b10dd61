// The tokens of these ids that are of the user or limited to one of the workspaces.
// $ids $user $workspaces
// -> token
MATCH (t:Token)
WHERE t.id IN $ids
  AND (EXISTS { (t)-[:OF]->(:User {id: $user}) }
    OR EXISTS { (t)-[:WITHIN]->(w:Workspace) WHERE w.id IN $workspaces })
RETURN <<token t>> AS token
