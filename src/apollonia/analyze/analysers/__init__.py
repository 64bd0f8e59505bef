"""The analysers, one module each; imported in worker processes only."""
