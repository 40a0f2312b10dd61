"""The built-in provider: always there, on this machine, and the same each time."""
