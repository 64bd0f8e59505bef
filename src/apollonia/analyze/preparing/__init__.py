"""Makes models ready to run: of files as they are published, once for each machine or volume."""
