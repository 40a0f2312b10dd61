// The workspaces a user belongs to, and as what.
// $id
// -> workspace, role
MATCH (:User {id: $id})-[m:MEMBER]->(w:Workspace)
RETURN w.id AS workspace, m.role AS role
