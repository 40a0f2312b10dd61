// The columns of graph.workflow.Workflow, in the order of its fields.
[node.id, node.workspace, node.slot, node.version, node.name, node.currentSlot IS NOT NULL,
 node.size, node.createdBy, node.createdAt.epochMillis]
