// Fills in what was not known of a live asset; what is known stays.
// $workspace $id $values $fetch $at
// -> asset, filled
MATCH (a:Asset {workspace: $workspace, id: $id})
WHERE a.deletedAt IS NULL
SET a.updatedAt = a.updatedAt
WITH a, $values AS told, [name IN keys($values) WHERE a[name] IS NULL] AS filled
SET a.updatedAt = CASE WHEN size(filled) > 0 THEN $at ELSE a.updatedAt END,
  a.name = coalesce(a.name, told.name),
  a.description = coalesce(a.description, told.description),
  a.prompt = coalesce(a.prompt, told.prompt),
  a.negativePrompt = coalesce(a.negativePrompt, told.negativePrompt),
  a.seed = coalesce(a.seed, told.seed),
  a.model = coalesce(a.model, told.model),
  a.operation = coalesce(a.operation, told.operation),
  a.provider = coalesce(a.provider, told.provider),
  a.providerAssetId = coalesce(a.providerAssetId, told.providerAssetId),
  a.referenceKey = coalesce(a.referenceKey, told.referenceKey),
  a.remoteUrl = coalesce(a.remoteUrl, told.remoteUrl),
  a.madeAt = coalesce(a.madeAt, told.madeAt),
  a.tags = coalesce(a.tags, told.tags),
  a.metadata = coalesce(a.metadata, told.metadata),
  a.providerMetadata = coalesce(a.providerMetadata, told.providerMetadata)
SET a.mediaState = CASE
  WHEN $fetch AND a.remoteUrl IS NOT NULL AND a.mediaState IN ['NONE', 'REMOTE'] THEN 'FETCHING'
  WHEN a.remoteUrl IS NOT NULL AND a.mediaState = 'NONE' THEN 'REMOTE'
  ELSE a.mediaState END
RETURN <<asset a>> AS asset, filled
