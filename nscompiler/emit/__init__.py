"""The Python package that workflows become, for every backend that runs Python.

``emit_package`` turns the graphs of a build into one package, with a workflow for each graph. A backend that runs a
workflow's parts apart cuts its graph first (``flow.cut``) and has the parts emitted: whoever starts
``python -m PACKAGE PART`` then runs that part.
"""

from nscompiler.emit.package import emit_package

__all__ = ["emit_package"]
