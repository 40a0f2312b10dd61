// The first generations of every user's queue at a provider that may begin by now.
// $provider $at $limit
// -> id, user, urgency, place
MATCH (l:Lane {provider: $provider})
CALL (l) {
  MATCH (g:Generation)
  WHERE g.lane = l.key AND g.urgency > 0 AND g.place > ''
    AND (g.notBefore IS NULL OR g.notBefore <= $at)
  RETURN g ORDER BY g.lane, g.urgency, g.place LIMIT $limit
}
RETURN g.id AS id, l.user AS user, g.urgency AS urgency, g.place AS place
