// The columns of graph.generation.Generation, in the order of its fields.
[node.id, node.workspace, node.provider, node.operation, node.state, node.name, node.prompt,
 node.seed, node.model, node.subject, node.slot, node.workflow, node.urgency, node.attempt,
 node.progress, node.stage, node.failure, node.problem, node.providerJob, node.quotedMicros,
 node.quotedUnit, node.billedMicros, node.billedUnit, node.retryOf, node.rerunOf, node.createdBy,
 node.createdAt.epochMillis, node.updatedAt.epochMillis, node.startedAt.epochMillis,
 node.endedAt.epochMillis, node.notBefore.epochMillis, node.cancelAskedAt.epochMillis,
 node.clearedAt.epochMillis]
