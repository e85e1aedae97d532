PRICES = {"pen": 1.5, "ink": 4.0}
