"""Runway's developer API."""
