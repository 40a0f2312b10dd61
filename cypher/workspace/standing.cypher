// What a user is to a workspace, if anything, and how many own it.
// $id $user
// -> role, owners
MATCH (w:Workspace {id: $id})
OPTIONAL MATCH (w)<-[m:MEMBER]-(:User {id: $user})
RETURN m.role AS role,
  COUNT { (w)<-[:MEMBER {role: 'OWNER'}]-(:User) } AS owners
