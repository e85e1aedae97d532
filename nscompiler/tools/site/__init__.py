"""A static site that documents the modules of a project: a page for each, an index, and a search that runs in the page.

Everything is a text made from what the checker knows, by file name; nothing needs the network or a server, and nothing
says where the project lies on disk. Whatever comes from a program is escaped.
"""

from nscompiler.tools.site.build import MANIFEST, site

__all__ = ["MANIFEST", "site"]
