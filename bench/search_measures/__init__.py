"""What the benchmark of search asks: the files, and the same SQL by hand."""
