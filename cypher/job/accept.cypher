// Notes under which numbers the provider took generations. Not bound to a lease: what is known of a
// job that may cost something is never thrown away; of a second number it is kept beside the first.
// $rows $at
// -> id, first, cancel
UNWIND $rows AS row
MATCH (g:Generation {id: row.id})
SET g.lockedAt = $at
WITH g, row, g.providerJob IS NULL AS first
FOREACH (_ IN CASE WHEN first THEN [1] ELSE [] END |
  SET g += row.values, g.providerJob = row.job, g.submitting = null, g.attempt = g.attempt + 1,
    g.problem = CASE WHEN g.state = 'RUNNING' THEN row.problem ELSE g.problem END,
    g.updatedAt = $at)
FOREACH (_ IN CASE WHEN first OR g.providerJob = row.job THEN [] ELSE [1] END |
  SET g.formerJobs = coalesce(g.formerJobs, []) + row.job)
RETURN g.id AS id, first, g.cancelAskedAt IS NOT NULL AS cancel
