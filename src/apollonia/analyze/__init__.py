"""Understands contents: intake, lanes, workers that can be killed, analysers."""
