"""The phases in order: from paths to problems, to flow graphs, to the files of a target.

``compilation`` has the phases, ``checks`` what is asked of them in one call; what else they know of files lies beside.
"""
