"""A target that its own distribution brings: the emitted package under a name of its own, and a file that starts it.

It knows of the compiler what every target may know: the flow graph, the base of targets, and the emitter of packages.
"""

import attrs

from nscompiler.backends.base import Build, Emitted, Setting, Unsupported
from nscompiler.emit import emit_package

GREETING = Setting(name="greeting", about="what is said on standard error before it runs", default="none")


class StarterBackend:
    """``--target starter``."""

    name = "starter"
    about = "a package that start.py starts"
    runs = True
    settings = (GREETING,)

    def unsupported(self, build: Build) -> tuple[Unsupported, ...]:
        """Workflows that answer requests, since nobody could ask a file."""
        return tuple(
            Unsupported(
                title="`Sinks.reply` has nobody to answer here",
                remedy="build it for the target `local`",
                origin=node.origin,
            )
            for graph in build.graphs
            for node in graph.nodes
            if node.function is not None and node.function.standard and node.function.name == "reply"
        )

    def emit(self, build: Build) -> Emitted:
        """The files of the package, and the one that starts it."""
        made = emit_package(build)
        greeting = build.settings["greeting"]
        say = "" if greeting == "none" else f"print({greeting!r}, file=sys.stderr)\n"
        start = f"import runpy\nimport sys\n\n{say}runpy.run_module({build.package!r}, run_name='__main__')\n"
        return attrs.evolve(made, files=(*made.files, ("start.py", start)), start=("python", "-m", "start"))


BACKEND = StarterBackend()
