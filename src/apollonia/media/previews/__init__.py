"""Pictures by which a person looks through a film or a sound; in worker processes only."""
