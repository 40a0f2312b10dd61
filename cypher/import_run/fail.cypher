// Notes why an import stopped, unless it was done in the meantime.
// $workspace $id $failure $at
// -> run
MATCH (r:ImportRun {workspace: $workspace, id: $id})
WHERE r.state <> 'COMPLETED'
SET r.state = 'FAILED', r.failure = $failure, r.updatedAt = $at
RETURN <<import_run r>> AS run
