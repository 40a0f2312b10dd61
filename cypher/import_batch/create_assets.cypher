// Creates assets from rows in the order of graph.import_line.COLUMNS; their nodes stand in that of
// the rows.
// $rows $workspace $scope $run $at $user
// -> nodes
UNWIND $rows AS row
CREATE (a:Asset {
  workspace: $workspace, scope: $scope, importRun: $run, createdAt: $at, updatedAt: $at,
  createdBy: $user,
  id: row[0], idempotencyKey: row[1], mediaType: row[2], name: row[3], description: row[4],
  prompt: row[5], negativePrompt: row[6], seed: row[7], model: row[8], operation: row[9],
  provider: row[10], providerAssetId: row[11], referenceKey: row[12], remoteUrl: row[13],
  tags: row[14], metadata: row[15], providerMetadata: row[16], mediaState: row[17],
  mime: row[18], size: row[19], width: row[20], height: row[21], duration: row[22],
  frameRate: row[23], sha256: row[24], madeAt: datetime(row[25]),
  deletedAt: datetime(row[26])
})
RETURN collect(elementId(a)) AS nodes
