// Whether an edge may be walked: it stood at $asOf and passes the filters.
node.createdAt <= $asOf AND (node.retractedAt IS NULL OR node.retractedAt > $asOf)
AND ($operations IS NULL OR node.operation IN $operations)
AND ($evidence IS NULL OR node.evidence IN $evidence)
