"""PixVerse's platform API."""
