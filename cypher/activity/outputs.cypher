// What generations made, in the order of the outputs.
// $workspaces $ids
// -> id, asset
MATCH (g:Generation)
WHERE g.workspace IN $workspaces AND g.id IN $ids
MATCH (g)<-[o:OUTPUT_OF]-(a:Asset)
RETURN g.id AS id, <<asset a>> AS asset ORDER BY o.index
