"""The modules of server.py. The name is one that no function's own module is likely to have."""
