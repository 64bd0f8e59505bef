"""Pictures: found, drawn small, encoded."""
