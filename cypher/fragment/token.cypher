// The columns of graph.token.Token, in the order of its fields.
[node.id, head([(node)-[:OF]->(holder:User) | holder.id]), node.name,
 head([(node)-[:WITHIN]->(place:Workspace) | place.id]), node.role,
 node.createdAt.epochMillis, node.expiresAt.epochMillis, node.revokedAt.epochMillis,
 node.lastUsedAt.epochMillis]
