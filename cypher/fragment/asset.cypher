// The columns of graph.asset.Asset, in the order of its fields.
[node.id, node.workspace, node.mediaType, node.name, node.description, node.prompt,
 node.negativePrompt, node.seed, node.model, node.operation, node.provider,
 node.providerAssetId, node.remoteUrl, node.mime, node.size, node.width, node.height,
 node.duration, node.frameRate, node.sha256, node.mediaState, node.mediaProblem,
 node.thumbnail, node.tags, node.createdBy, node.createdAt.epochMillis,
 node.updatedAt.epochMillis, node.madeAt.epochMillis, node.deletedAt.epochMillis]
