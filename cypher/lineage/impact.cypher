// How much was made from assets: descendants counted by distance, media type and operation.
// Slots: kinds, depth.
// $workspaces $ids $asOf $operations $evidence $mediaTypes
// -> id, depth, mediaType, operation, assets, bytes, live
MATCH (root:Asset)
WHERE root.workspace IN $workspaces AND root.id IN $ids AND root.createdAt <= $asOf
CALL (root) {
  MATCH p = (root)<-[:<<kinds>>*1..<<depth>>]-(b:Asset)
  WHERE all(r IN relationships(p) WHERE <<walkable r>>)
    AND all(n IN nodes(p) WHERE n = root OR <<visible n>>)
  WITH b, min(length(p)) AS depth
  RETURN depth, b.mediaType AS mediaType, b.operation AS operation, count(b) AS assets,
    sum(coalesce(b.size, 0)) AS bytes,
    sum(CASE WHEN b.deletedAt IS NULL THEN 1 ELSE 0 END) AS live
}
RETURN root.id AS id, depth, mediaType, operation, assets, bytes, live
ORDER BY id, depth, mediaType, operation
