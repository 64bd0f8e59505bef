"""The one place that knows which adapter stands behind which port."""
