"""The prompt: cells from a terminal or a script, and what a session answers on the screen."""
