"""When two contents are nearly the same: by what they sound like, and by what they look like."""
