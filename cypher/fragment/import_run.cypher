// The columns of graph.import_run.ImportRun, in the order of its fields.
[node.id, node.workspace, node.key, node.name, node.state, node.lines, node.bytes, node.size,
 node.assetsCreated, node.assetsFound, node.edgesCreated, node.edgesFound, node.problems,
 node.failure, node.createdBy, node.createdAt.epochMillis, node.updatedAt.epochMillis]
