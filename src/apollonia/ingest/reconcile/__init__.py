"""Looking at folders and comparing them with what is known: scans, moves, losses, verification."""
