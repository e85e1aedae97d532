"""Whether a checked file shows any sign of a lint: a look at the facts, so that most files cost nothing more."""

from nscompiler.modules.program import LinkedModule
from nscompiler.typecheck.facts import Checked
from nscompiler.typecheck.facts import Joint as JointFact
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.types import Record


def is_suspicious(checked: Checked, item: LinkedModule) -> bool:
    """Whether a file without errors may have lints. True for some that have none, false for none that has."""
    module = checked.module
    if module.main is not None and module.declarations:
        return True
    if checked.open_bindings:
        return True
    for found in item.imports.resolved:
        if found.alias not in checked.aliases or found.ref.version.snapshot is not None:
            return True
    if any(may_lose_values(function) for function in checked.interface.functions.values()):
        return True
    # There may be hundreds of thousands of joints, and at most of them the two types are one.
    different = [
        joint for joints in checked.facts.joints.values() for joint in joints if joint.given is not joint.needed
    ]
    return any(may_hide_slip(joint) for joint in different)


def may_lose_values(function: FunctionInterface) -> bool:
    """Whether a workflow goes on for ever and has a source that cannot give a value twice."""
    traits = function.traits
    return traits.bounded is False and "none" in traits.replay and function.kind == "workflow"


def may_hide_slip(joint: JointFact) -> bool:
    """Whether fields of a record are dropped at a joint."""
    given, needed = joint.given, joint.needed
    return isinstance(given, Record) and isinstance(needed, Record) and len(given.fields) > len(needed.fields)
