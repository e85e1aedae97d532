"""The kernel that notebooks speak to: a session like that of the prompt, behind Jupyter's protocol."""
