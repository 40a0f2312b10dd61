// The generations of a workspace that pass the filters, newest first, before a cursor.
// $workspace $before $states $providers $subject $slot $user $cleared $limit
// -> generation
MATCH (g:Generation)
WHERE g.workspace = $workspace AND g.id < $before
  AND ($states IS NULL OR g.state IN $states)
  AND ($providers IS NULL OR g.provider IN $providers)
  AND ($subject IS NULL OR g.subject = $subject)
  AND ($slot IS NULL OR g.slot = $slot)
  AND ($user IS NULL OR g.createdBy = $user)
  AND ($cleared OR g.clearedAt IS NULL)
RETURN <<generation g>> AS generation
ORDER BY g.workspace DESC, g.id DESC LIMIT $limit
