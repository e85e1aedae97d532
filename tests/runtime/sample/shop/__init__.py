"""Shop.Workflows:0.1.0, as an emitter writes it. Run it with ``python -m shop [WORKFLOW]``."""
