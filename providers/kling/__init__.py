"""Kling's API, in its old design (model in the body) and its new one (model in the address)."""
