// Takes back edges that were written in the transaction under way. One by one, as Neo4j 5.26
// passes over some of a list.
// $edges
UNWIND $edges AS number
MATCH ()-[e]->() WHERE elementId(e) = number
DELETE e
