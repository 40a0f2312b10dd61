// Where generations stand that wait; and at their providers, how many wait in each queue and urgency,
// and how many of each user run.
// $workspaces $ids
// -> provider, asked, waiting, running
MATCH (g:Generation)
WHERE g.workspace IN $workspaces AND g.id IN $ids AND g.lane IS NOT NULL
WITH g.provider AS provider, collect([g.id, g.lane, g.urgency, g.place]) AS asked
CALL (provider) {
  MATCH (o:Generation)
  WHERE o.lane STARTS WITH provider + '/' AND o.urgency > 0 AND o.place > ''
  WITH o.lane AS lane, o.urgency AS urgency, count(*) AS number
  RETURN collect([lane, urgency, number]) AS waiting
}
CALL (provider) {
  MATCH (o:Generation)
  WHERE o.running = provider
  WITH o.createdBy AS user, count(*) AS number
  RETURN collect([user, number]) AS running
}
RETURN provider, asked, waiting, running
