"""What can go wrong with our own servers."""


class EmbeddedError(Exception):
    """Our own Neo4j, Redis or another child process failed; the message says what to do."""
