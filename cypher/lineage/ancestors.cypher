// Everything that assets were made from, nearest first, after a cursor.
// Slots: kinds, depth.
// $workspaces $ids $asOf $operations $evidence $mediaTypes $afterDepth $afterId $limit
// -> id, asset, depth
MATCH (root:Asset)
WHERE root.workspace IN $workspaces AND root.id IN $ids AND root.createdAt <= $asOf
CALL (root) {
  MATCH p = (root)-[:<<kinds>>*1..<<depth>>]->(b:Asset)
  WHERE all(r IN relationships(p) WHERE <<walkable r>>)
    AND all(n IN nodes(p) WHERE n = root OR <<visible n>>)
  WITH b, min(length(p)) AS depth
  WHERE depth > $afterDepth OR (depth = $afterDepth AND b.id > $afterId)
  RETURN b, depth ORDER BY depth, b.id LIMIT $limit
}
RETURN root.id AS id, <<asset b>> AS asset, depth
