// How many live assets subjects have: degrees from the store, less the deleted ones.
// $workspaces $ids
// -> id, assets
MATCH (s:Subject)
WHERE s.workspace IN $workspaces AND s.id IN $ids
RETURN s.id AS id, COUNT { (s)<-[:OF]-() } - coalesce(s.deletedAssets, 0) AS assets
