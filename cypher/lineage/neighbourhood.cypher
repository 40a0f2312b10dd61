// What each asset was made from and what was made from it, nearest first, with the edges of each
// to its parents, and whether the walk stopped at an edge it could have taken.
// Slots: kinds, up and down (hops in each direction).
// $workspaces $ids $asOf $operations $evidence $mediaTypes $budget
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
  RETURN b, depth ORDER BY abs(depth), b.id LIMIT $budget
}
RETURN root.id AS id, <<asset b>> AS asset, depth,
  [(b)-[e:<<kinds>>]->() WHERE <<walkable e>> | <<edge e>>] AS edges,
  (<<up>> > 0 AND depth = -<<up>>
    AND EXISTS { (b)-[e:<<kinds>>]->(n) WHERE <<walkable e>> AND <<visible n>> })
  OR (<<down>> > 0 AND depth = <<down>>
    AND EXISTS { (b)<-[e:<<kinds>>]-(n) WHERE <<walkable e>> AND <<visible n>> }) AS beyond
