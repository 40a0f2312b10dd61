// The columns of graph.subject.Subject, in the order of its fields.
[node.id, node.workspace, node.kind, node.name, node.description, node.attributes, node.parts,
 node.createdBy, node.createdAt.epochMillis, coalesce(node.updatedAt, node.createdAt).epochMillis,
 node.deletedAt.epochMillis]
