"""Emitted packages made by hand, run as child processes."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]

MAIN = """
import sys
from nstack.runtime import main
sys.exit(main("made", {"w": "made.flow_w"}, default="w"))
"""

FLOW = """
from pathlib import Path
from nstack.runtime import *
from . import types as t
FOLDER = Path(__file__).parent / "user"
"""


class Package:
    """One emitted package called ``made``, with workflow ``w``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = folder / "made"

    def write(self, flow: str, types: str = "", **modules: str) -> "Package":
        """``flow`` is what the flow file says after its imports; ``modules`` gives the ``service.py`` of each
        module folder.
        """
        self.made.mkdir(parents=True)
        (self.made / "__init__.py").write_text("")
        (self.made / "__main__.py").write_text(MAIN)
        (self.made / "types.py").write_text("from nstack.runtime import *\n" + textwrap.dedent(types))
        (self.made / "flow_w.py").write_text(FLOW + textwrap.dedent(flow))
        for name, service in modules.items():
            self.file(f"{name}/service.py", service)
        return self

    def file(self, path: str, text: str) -> Path:
        """One more file below ``user``."""
        target = self.made / "user" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(textwrap.dedent(text))
        return target

    def start(self, *arguments: str, own_group: bool = False, **environment: str) -> subprocess.Popen[str]:
        """The package as a child process with pipes; ``PYTHONPATH`` comes after what it needs itself."""
        path = os.pathsep.join([str(self.folder), str(ROOT / "stdlib"), environment.pop("PYTHONPATH", "")])
        return subprocess.Popen(
            [sys.executable, "-m", "made", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": path, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0 if own_group else None,
        )

    def run(self, *arguments: str, input: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        """The package from start to end."""
        process = self.start(*arguments, **environment)
        out, err = process.communicate(input, timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)


STDIN = """
source_1 = Source(
    "Sources.stdin", Text, parameters=(Parameter("max_line", "Integer", 67108864, default=True),),
    origin="w.nml:1:9", text="Sources.stdin",
)
"""
STDOUT = 'stdout_9 = Sink("Sinks.stdout", Text, origin="w.nml:3:9", text="Sinks.stdout")'
MODULE = 'module = UserModule("Some.Module:0.1.0", FOLDER / "m", types=vars(t), nml="m/module.nml")'


def lines_through(*calls: str, between: str = "", more: str = "") -> str:
    """A flow: lines of standard input through the calls (``name, input, output, policy``), to standard output.

    ``between`` wraps the last value as an expression over ``v``, to make a Text of it.
    """
    variables = [*(f"a{number}" for number, _ in enumerate(calls)), "v"]
    declared, nodes, pad = [], [], "    "
    body = ["def run(values, token):", '    """lines"""', f"    for {variables[0]} in values:"]
    for number, call in enumerate(calls):
        name, input, output, policy = (part.strip() for part in call.split(";"))
        node = f"{name}_{number}"
        nodes.append(node)
        declared.append(
            f'{node} = Call(module, "{name}", input={input}, output={output}, policy=Policy({policy}),'
            f' origin="w.nml:2:{number + 1}", text="M.{name}")'
        )
        pad += "    "
        body.append(f"{pad}for {variables[number + 1]} in {node}({variables[number]}, token):")
    body.append(f"{pad}    stdout_9({between or 'v'}, token)")
    calls_made = "".join(f"{node}," for node in nodes)
    end = f'workflow = Workflow("w", sources=((source_1, run),), calls=({calls_made}), sinks=(stdout_9,), bounded=True)'
    return "\n".join([MODULE, STDIN, STDOUT, more, *declared, *body, end])
