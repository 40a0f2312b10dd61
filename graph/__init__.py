"""The graph as Python: a module per noun, and nothing of the driver leaves this room."""
