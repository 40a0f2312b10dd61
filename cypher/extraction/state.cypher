// What a refresh of lineage starts from: assets, what their providers said, and their edges.
// Slots: kinds.
// $workspace $ids
// -> asset, metadata, standing
MATCH (a:Asset)
WHERE a.workspace = $workspace AND a.id IN $ids
RETURN <<asset a>> AS asset, a.providerMetadata AS metadata,
  [(a)-[e:<<kinds>>]->() WHERE e.retractedAt IS NULL | <<edge e>>] AS standing
