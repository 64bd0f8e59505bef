"""What a file says of itself: container, streams, tags, chapters, pictures."""
