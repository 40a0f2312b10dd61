// Which entries of a workspace between two ids come to one event: those of one instant, request and
// action. The oldest first, up to a limit, in one row: it costs little to look at the same again.
// $workspace $actions $after $before $limit
// -> lots
MATCH (e:Entry)
WHERE e.workspace = $workspace AND e.id > $after AND e.id < $before AND e.action IN $actions
WITH e ORDER BY e.workspace, e.id LIMIT $limit
WITH e.at AS at, e.request AS request, e.action AS action, collect(e.id) AS ids
RETURN collect([at.epochMillis, request, action, ids]) AS lots
