"""The compose backend: a workflow as services of Docker Compose, with NATS JetStream between them.

Each module has an image, or shares one as the project's placement says; each stage, source and sink has a service.
``parts`` decides what runs where, ``images`` and ``services`` say what that needs, ``names`` what it is called,
``waiting`` what starts after what, ``limits`` what cannot be done, ``write`` turns it into files.
"""

from nscompiler.backends.base import Build, Emitted, Setting, Unsupported
from nscompiler.backends.compose.limits import unsupported
from nscompiler.backends.compose.write import write

__all__ = ["BACKEND", "ComposeBackend"]


class ComposeBackend:
    """``--target compose``."""

    name = "compose"
    about = "services of Docker Compose: an image a module, NATS JetStream between the stages"
    runs = True
    settings = (
        Setting(name="channel_bytes", about="bytes that may wait between two services", default=str(256 << 20)),
        Setting(name="channel_messages", about="messages that may wait between two services", default="1000"),
        Setting(name="project", about="what Compose calls the project; the module's name if empty"),
        Setting(
            name="secrets",
            about="where $NAME comes from: the environment, or a file below secrets/",
            default="environment",
            choices=("environment", "file"),
        ),
        Setting(name="stdin", about="the file on the volume `work` that is standard input"),
    )

    def unsupported(self, build: Build) -> tuple[Unsupported, ...]:
        """What cannot run in containers, or not with these settings."""
        return unsupported(build)

    def emit(self, build: Build) -> Emitted:
        """``compose.yaml``, a Dockerfile for each image, the broker's settings, and the package that runs in them."""
        return write(build)


BACKEND = ComposeBackend()
