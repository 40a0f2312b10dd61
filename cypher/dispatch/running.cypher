// How many generations of each user run at a provider.
// $provider
// -> user, running
MATCH (g:Generation)
WHERE g.running = $provider
RETURN g.createdBy AS user, count(g) AS running
