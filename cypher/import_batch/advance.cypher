// Moves an import on past a batch, keeping the problems met in it.
// $workspace $id $batch $state $lines $bytes $counts $problems $kept $at
// -> run
MATCH (r:ImportRun {workspace: $workspace, id: $id})
SET r.state = $state, r.failure = null, r.batch = $batch, r.lines = r.lines + $lines,
  r.bytes = $bytes, r.updatedAt = $at, r.problems = r.problems + $problems,
  r.assetsCreated = r.assetsCreated + $counts.assetsCreated,
  r.assetsFound = r.assetsFound + $counts.assetsFound,
  r.edgesCreated = r.edgesCreated + $counts.edgesCreated,
  r.edgesFound = r.edgesFound + $counts.edgesFound
FOREACH (p IN $kept | CREATE (:ImportProblem {
  run: $id, number: p.number, line: p.line, field: p.field, code: p.code, message: p.message
}))
RETURN <<import_run r>> AS run
