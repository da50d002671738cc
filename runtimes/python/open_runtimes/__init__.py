"""What server.py stands on. The name is one that no function's own module is likely to have."""
