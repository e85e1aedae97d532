"""What a project says of where modules run, for the modules of one build."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from nscompiler.files import Files
from nscompiler.flow.model import Placement
from nscompiler.modules.project import read_project
from nscompiler.modules.tree import PROJECT_FILE, join

if TYPE_CHECKING:
    from nscompiler.modules.places import PlaceConfig


def read_places(root: str, files: Files) -> "tuple[PlaceConfig, ...]":
    """The places of a project, by its root; none where there is no project file or it cannot be read."""
    if not files.is_file(join(root, PROJECT_FILE)):
        return ()
    project, _ = read_project(root, files)
    return () if project is None else project.places


def placements(places: "Iterable[PlaceConfig]", references: Iterable[str]) -> tuple[Placement, ...]:
    """The places that have any of some modules, with these alone; in the order in which the project lists them."""
    references = sorted(references)
    found = []
    for place in places:
        own = tuple(reference for reference in references if place.has(reference))
        if own:
            found.append(
                Placement(
                    name=place.name,
                    modules=own,
                    memory=place.memory,
                    cpus=place.cpus,
                    replicas=place.replicas,
                    runs_on=place.runs_on,
                )
            )
    return tuple(found)
