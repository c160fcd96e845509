"""The themes of shelves, one a file: what stands here as `SHELF` is on offer."""
