// The columns of graph.lineage.Edge, in the order of its fields.
[startNode(node).id, endNode(node).id, type(node), node.operation, node.sequence,
 node.evidence, node.parentStart, node.parentEnd, node.parentFrame, node.prompt,
 node.duration, node.generation, node.createdAt.epochMillis, node.retractedAt.epochMillis]
