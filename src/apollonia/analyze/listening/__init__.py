"""What models hear in sound: front ends, and what their answers mean. Pure functions."""
