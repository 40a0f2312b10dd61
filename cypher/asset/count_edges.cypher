// How many lineage edges assets have now: degrees from the store, less the retracted ones.
// Slots: kinds.
// $workspaces $ids
// -> id, parents, children
MATCH (a:Asset)
WHERE a.workspace IN $workspaces AND a.id IN $ids
RETURN a.id AS id,
  COUNT { (a)-[:<<kinds>>]->() } - coalesce(a.retractedParents, 0) AS parents,
  COUNT { (a)<-[:<<kinds>>]-() } - coalesce(a.retractedChildren, 0) AS children
