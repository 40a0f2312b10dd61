// Notes under which number the provider took a generation. Not bound to a lease: what is known of
// a job that may cost something is never thrown away.
// $id $job $values $at
// -> id, workspace, subject, cancel
MATCH (g:Generation {id: $id})
SET g.lockedAt = $at
WITH g WHERE g.providerJob IS NULL
SET g += $values, g.providerJob = $job, g.submitting = null, g.attempt = g.attempt + 1,
  g.updatedAt = $at
RETURN g.id AS id, g.workspace AS workspace, g.subject AS subject,
  g.cancelAskedAt IS NOT NULL AS cancel
