"""What stands between a service and a server that may be away: one policy per file."""
