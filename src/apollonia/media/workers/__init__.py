"""The worker processes: confined, replaced when lost, asked in batches."""
