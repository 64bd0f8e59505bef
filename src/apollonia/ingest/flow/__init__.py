"""From a candidate to a published event: read, drafted, committed, sent."""
