// The bulky parts of generations.
// $workspaces $ids
// -> id, parameters, models, request, answer
MATCH (g:Generation)
WHERE g.workspace IN $workspaces AND g.id IN $ids
RETURN g.id AS id, g.parameters AS parameters, g.models AS models, g.providerRequest AS request,
  g.providerAnswer AS answer
