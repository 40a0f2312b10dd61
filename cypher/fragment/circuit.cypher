// The columns of graph.provider.Circuit, in the order of its fields.
[node.name, node.state, node.message, node.failures, node.opened, node.balanceMicros,
 node.balanceUnit, node.openUntil.epochMillis, node.restUntil.epochMillis,
 node.checkedAt.epochMillis]
