"""What the documentation is made with: its tables and its picture."""
