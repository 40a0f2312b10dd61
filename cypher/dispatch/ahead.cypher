// For waiting generations, how many of each user wait before them at their provider, and run there.
// $workspaces $ids
// -> id, user, mine, running, urgent, equal, earlier
MATCH (g:Generation)
WHERE g.workspace IN $workspaces AND g.id IN $ids AND g.lane IS NOT NULL
MATCH (l:Lane {provider: g.provider})
RETURN g.id AS id, l.user AS user, l.key = g.lane AS mine,
  COUNT { MATCH (r:Generation) WHERE r.running = g.provider AND r.createdBy = l.user } AS running,
  COUNT {
    MATCH (o:Generation) WHERE o.lane = l.key AND o.urgency < g.urgency AND o.place > ''
  } AS urgent,
  COUNT {
    MATCH (o:Generation) WHERE o.lane = l.key AND o.urgency = g.urgency AND o.place > ''
  } AS equal,
  COUNT {
    MATCH (o:Generation) WHERE o.lane = l.key AND o.urgency = g.urgency AND o.place < g.place
  } AS earlier
