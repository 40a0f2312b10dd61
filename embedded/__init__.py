"""Our own Neo4j and Redis, run as child processes where no outside server is named."""
