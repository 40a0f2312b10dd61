// Writes audit entries; runs in the transaction of the changes they tell of.
// $rows $workspace $at $actor $token $request
UNWIND $rows AS row
CREATE (:Entry {
  id: row.id, workspace: $workspace, at: $at, actor: $actor, token: $token,
  request: $request, action: row.action, target: row.target, detail: row.detail
})
