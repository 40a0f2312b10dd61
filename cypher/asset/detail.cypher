// The bulky parts of assets: free metadata, what the provider said, ids of provider uploads.
// $workspaces $ids
// -> id, metadata, providerMetadata, uploads
MATCH (a:Asset)
WHERE a.workspace IN $workspaces AND a.id IN $ids
RETURN a.id AS id, a.metadata AS metadata, a.providerMetadata AS providerMetadata,
  [(a)<-[:HOLDS]-(u:ProviderUpload) | [u.provider, u.kind, u.value]] AS uploads
