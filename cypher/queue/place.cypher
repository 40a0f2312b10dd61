// The places around one in a queue: the nearest before it, the nearest after it, and the first.
// Moves in a queue take turns, so that no two come to stand in one place.
// $lane $urgency $place $at
// -> before, after, first
MATCH (l:Lane {key: $lane})
SET l.movedAt = $at
WITH l
CALL (l) {
  OPTIONAL MATCH (g:Generation)
  WHERE g.lane = l.key AND g.urgency = $urgency AND g.place < $place
  RETURN g.place AS before ORDER BY g.place DESC LIMIT 1
}
CALL (l) {
  OPTIONAL MATCH (g:Generation)
  WHERE g.lane = l.key AND g.urgency = $urgency AND g.place > $place
  RETURN g.place AS after ORDER BY g.place LIMIT 1
}
CALL (l) {
  OPTIONAL MATCH (g:Generation)
  WHERE g.lane = l.key AND g.urgency = $urgency AND g.place > ''
  RETURN g.place AS first ORDER BY g.place LIMIT 1
}
RETURN before, after, first
