// What the token with a hash stands for now: its user, its limits and the user's roles.
// $hash $at
// -> id, user, expiresAt, within, cap, roles
MATCH (t:Token {hash: $hash})-[:OF]->(u:User)
WHERE t.revokedAt IS NULL AND t.expiresAt > $at
OPTIONAL MATCH (t)-[:WITHIN]->(only:Workspace)
RETURN t.id AS id, u.id AS user, t.expiresAt.epochMillis AS expiresAt, only.id AS within,
  t.role AS cap,
  [(u)-[m:MEMBER]->(w:Workspace) WHERE only IS NULL OR w = only | [w.id, m.role]] AS roles
