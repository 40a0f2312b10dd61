// All assets of a workspace up to an id, oldest first, with all that was told of them.
// $workspace $before
// -> asset, metadata, providerMetadata, uploads
MATCH (a:Asset)
WHERE a.workspace = $workspace AND a.id < $before
RETURN <<asset a>> AS asset, a.metadata AS metadata, a.providerMetadata AS providerMetadata,
  [(a)<-[:HOLDS]-(u:ProviderUpload) | [u.provider, u.kind, u.value]] AS uploads
ORDER BY a.id
