"""A run as it is watched: what it tells of itself, drawn below its log."""
