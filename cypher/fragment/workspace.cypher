// The columns of graph.workspace.Workspace, in the order of its fields.
[node.id, node.name, node.createdAt.epochMillis]
