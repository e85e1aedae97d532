"""The session of a prompt or a notebook, without input and output: what is typed in and what there is to do for it."""
