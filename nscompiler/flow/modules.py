"""The Python modules whose functions a workflow calls."""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import flow as codes
from nscompiler.diagnostics.model import Diagnostic, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.flow.concrete import Table
from nscompiler.flow.model import Function, ModuleUse, Origin, Parameter, TypeId
from nscompiler.flow.parameters import declared_parameters
from nscompiler.flow.program import ModuleFiles, Program
from nscompiler.modules.python_file import python_file
from nscompiler.typecheck.service import MethodKind
from nscompiler.types.interface import FunctionInterface, Interface
from nscompiler.types.types import App, Record, Sum, Type, VoidType

Signature = tuple[str, TypeId | None, TypeId | None]


class ModuleUses:
    """Gathers the uses, module by module, and what is wrong with them; each function is complained about once."""

    def __init__(self, program: Program, table: Table) -> None:
        self._program = program
        self._table = table
        self._signatures: dict[str, dict[Signature, None]] = {}
        self._parameters: dict[str, dict[str, tuple[Parameter, ...]]] = {}
        self._problems: dict[tuple[str, str], Diagnostic] = {}

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """What stands in the way of calling the functions."""
        return tuple(self._problems.values())

    def function(self, target: FunctionInterface, input: Type, output: Type, origin: Origin) -> Function:
        """The function of a node, noted as used."""
        checked = self._program.modules.get(target.module)
        standard = checked is not None and checked.interface.standard
        coroutine = standard and target.module.partition(":")[0].endswith("Http")
        if not standard:
            coroutine = self._note(target, input, output, origin)
        return Function(
            module=target.module,
            name=target.name,
            standard=standard,
            bounded=target.traits.bounded,
            stateless=target.traits.stateless,
            replay=target.traits.replay[0] if target.traits.replay else None,
            coroutine=coroutine,
        )

    def _note(self, target: FunctionInterface, input: Type, output: Type, origin: Origin) -> bool:
        """Note a use of a method; whether it is a coroutine."""
        signature = (target.name, self._id(input), self._id(output))
        self._signatures.setdefault(target.module, {}).setdefault(signature)
        if not target.parameters.open:
            self._parameters.setdefault(target.module, {})[target.name] = declared_parameters(target)
        files = self._program.files.get(target.module)
        service = files.service if files is not None else None
        if service is None or service.class_name is None:
            if service is None or service.error is None:
                self._problems.setdefault((target.module, ""), self._no_class(target, origin, files))
            return False
        if service.lacks(target.name):
            self._problems.setdefault((target.module, target.name), self._no_method(target, origin))
        method = service.methods.get(target.name)
        return method is not None and method.kind is MethodKind.COROUTINE

    def _id(self, type: Type) -> TypeId | None:
        return None if isinstance(type, VoidType) else self._table.id(type)

    def _no_class(self, target: FunctionInterface, origin: Origin, files: ModuleFiles | None) -> Diagnostic:
        python = files.python if files is not None else None
        path = self._program.modules[target.module].module.source.path
        wanted, note = python_file(path).rpartition("/")[2], None
        what = f"`{python}` has no class `Module`" if python else f"there is no `{wanted}` for it"
        if python is None and files is not None:
            beside = [name for name in files.files if name.endswith(".py") and "/" not in name]
            found = near(wanted, beside) or (tuple(beside) if len(beside) == 1 else ())
            note = f"`{found[0]}` is not read: the name is `{wanted}`" if found else None
        return codes.NO_CLASS.at(
            self._program.places().span(origin),
            f"no Python code implements `{target.name}`",
            what,
            related=(Label(target.span, "declared here", Role.DECLARATION),),
            notes=() if note is None else (note,),
        )

    def _no_method(self, target: FunctionInterface, origin: Origin) -> Diagnostic:
        service = self._program.files[target.module].service
        assert service is not None
        offer = did_you_mean(near(target.name, service.methods))
        return codes.NO_METHOD.at(
            self._program.places().span(origin),
            f"the class `{service.class_name}` has no method `{target.name}`",
            offer or "nothing implements this function",
            related=(Label(target.span, "declared here", Role.DECLARATION),),
        )

    def finished(self) -> tuple[ModuleUse, ...]:
        """The modules, by reference."""
        return tuple(self._module(reference) for reference in sorted(self._signatures))

    def _module(self, reference: str) -> ModuleUse:
        files, checked = self._program.files[reference], self._program.modules[reference]
        types = tuple((name, self._table.id(type)) for name, type in sorted(class_types(checked.interface).items()))
        return ModuleUse(
            reference=reference,
            content_hash=files.content_hash,
            interface_hash=checked.interface.hash,
            folder=files.folder,
            service=files.python or "",
            files=files.files,
            requirements=files.requirements,
            packages=files.packages,
            commands=files.commands,
            frameworks=files.frameworks,
            types=types,
            signatures=tuple(self._signatures[reference]),
            nml=self._program.shown(checked.module.source.path),
            parameters=tuple(sorted(self._parameters.get(reference, {}).items())),
        )


def class_types(interface: Interface) -> dict[str, Type]:
    """The types for which a module's Python code finds classes by name: the records and sums that it declares, and
    those of other modules that its functions mention. A name of its own hides another's; a type with parameters has
    no single class."""
    found = {name: own.body for name, own in interface.types.items() if _has_class(own.body)}
    for function in interface.functions.values():
        if function.declared == "fun":
            for type in (*_parts(function.scheme.input), *_parts(function.scheme.output)):
                if type.alias is not None and _has_class(type):
                    found.setdefault(type.alias.name, type)
    return found


def _has_class(type: Type) -> bool:
    return (
        isinstance(type, Record | Sum)
        and type.ground
        and not type.poisoned
        and (type.alias is None or not type.alias.args)
    )


def _parts(type: Type) -> Iterator[Type]:
    """A type and all that it is made of."""
    stack, seen = [type], set[Type]()
    while stack:
        part = stack.pop()
        if part in seen:
            continue
        seen.add(part)
        yield part
        match part:
            case App():
                stack.extend(part.items)
            case Record():
                stack.extend(item for _, item in part.fields)
            case Sum():
                stack.extend(item for _, item in part.constructors if item is not None)
