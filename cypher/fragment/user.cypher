// The columns of graph.user.User, in the order of its fields.
[node.id, node.email, node.name, node.createdAt.epochMillis]
