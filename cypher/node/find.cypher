// Of what type the thing with this id is; whether it may be seen is for the noun to say.
// $workspaces $id
// -> type
MATCH (a:Asset) WHERE a.workspace IN $workspaces AND a.id = $id RETURN 'Asset' AS type
UNION
MATCH (s:Subject) WHERE s.workspace IN $workspaces AND s.id = $id RETURN 'Subject' AS type
UNION
MATCH (r:ImportRun) WHERE r.workspace IN $workspaces AND r.id = $id RETURN 'ImportRun' AS type
UNION
MATCH (f:Workflow) WHERE f.workspace IN $workspaces AND f.id = $id RETURN 'Workflow' AS type
UNION
MATCH (g:Generation) WHERE g.workspace IN $workspaces AND g.id = $id RETURN 'Generation' AS type
UNION
MATCH (e:Entry) WHERE e.workspace IN $workspaces AND e.id = $id RETURN 'Entry' AS type
UNION
MATCH (w:Workspace {id: $id}) RETURN 'Workspace' AS type
UNION
MATCH (u:User {id: $id}) RETURN 'User' AS type
UNION
MATCH (t:Token {id: $id}) RETURN 'Token' AS type
