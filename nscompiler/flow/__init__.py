"""From the checked program to the flow graph that backends read."""
