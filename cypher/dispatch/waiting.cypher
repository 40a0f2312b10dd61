// The providers at which something waits that may begin by now.
// $providers $at
// -> provider
UNWIND $providers AS provider
MATCH (l:Lane {provider: provider})
WHERE EXISTS {
  MATCH (g:Generation)
  WHERE g.lane = l.key AND g.urgency > 0 AND g.place > ''
    AND (g.notBefore IS NULL OR g.notBefore <= $at)
}
RETURN DISTINCT provider
