// What each asset was made from and what was made from it, nearest first, with the edges between
// them, and whether the lineage goes on beyond $depth: the walk takes one hop more to know.
// Slots: kinds, up and down (hops to walk in each direction: one more than $depth, or none).
// $workspaces $ids $asOf $operations $evidence $mediaTypes $budget $depth
// -> id, asset, depth, edges, beyond
MATCH (root:Asset)
WHERE root.workspace IN $workspaces AND root.id IN $ids AND root.createdAt <= $asOf
CALL (root) {
  CALL (root) {
    MATCH p = (root)-[:<<kinds>>*0..<<up>>]->(b:Asset)
    WHERE all(r IN relationships(p) WHERE <<walkable r>>)
      AND all(n IN nodes(p) WHERE n = root OR <<visible n>>)
    WITH b, min(length(p)) AS hops ORDER BY hops LIMIT $budget
    RETURN b, -hops AS depth
    UNION
    MATCH p = (root)<-[:<<kinds>>*0..<<down>>]-(b:Asset)
    WHERE all(r IN relationships(p) WHERE <<walkable r>>)
      AND all(n IN nodes(p) WHERE n = root OR <<visible n>>)
    WITH b, min(length(p)) AS hops ORDER BY hops LIMIT $budget
    RETURN b, hops AS depth
  }
  WITH b, depth ORDER BY abs(depth), b.id LIMIT $budget
  WITH collect(b) AS found, collect(depth) AS depths
  WITH found, depths, size([d IN depths WHERE abs(d) <= $depth]) AS inside
  RETURN found[..inside] AS shown, depths, inside < size(found) AS beyond
}
UNWIND range(0, size(shown) - 1) AS i
WITH root, shown, shown[i] AS b, depths[i] AS depth, beyond
RETURN root.id AS id, <<asset b>> AS asset, depth,
  [(b)-[e:<<kinds>>]->(n) WHERE n IN shown AND <<walkable e>> | <<edge e>>] AS edges, beyond
