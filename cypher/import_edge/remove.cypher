// Takes back edges that were written in the transaction under way.
// $edges
MATCH ()-[e]->()
WHERE elementId(e) IN $edges
DELETE e
