import helpers

NAME = "late " + helpers.NAME
