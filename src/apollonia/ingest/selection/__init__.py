"""What is looked at, and what is left out."""
