"""What the tests of the parser share: trees as short text, programs to parse, fixes applied."""

import re
from pathlib import Path

from nscompiler.diagnostics.model import Diagnostic, Fix
from nscompiler.grammar.parse import ParseResult, parse
from nscompiler.grammar.syntax import Literal, Module, Name, Node
from nscompiler.records import replace
from nscompiler.source import SourceFile, Span

DOCS = Path(__file__).resolve().parents[2] / "docs"


def read(text: str) -> ParseResult:
    """A text parsed under the name of a file that does not exist."""
    return parse(SourceFile("main.nml", text))


def clean(text: str) -> Module:
    """The module of a text without mistakes."""
    result = read(text)
    assert result.problems == (), [(item.code.id, item.title) for item in result.problems]
    return result.module


def shape(node: object, *, spans: bool = False) -> str:
    """A tree as text: the classes and what they hold, without places unless asked for."""
    if isinstance(node, Name) and not spans:
        return f'"{node.text}"' if node.quoted else node.text
    if isinstance(node, Literal) and not spans:
        return f"{node.kind}:" + (shape(node.value) if isinstance(node.value, tuple) else repr(node.value))
    if isinstance(node, Node):
        skipped = {"source", "comments", "early_separators"} | (set() if spans else {"start", "end"})
        values = {name: getattr(node, name) for name in type(node).__match_args__ if name not in skipped}
        said = [shape(value, spans=spans) for value in values.values() if value is not None and value != ()]
        return f"{type(node).__name__}({', '.join(said)})"
    if isinstance(node, tuple):
        return "[" + ", ".join(shape(item, spans=spans) for item in node) + "]"
    return repr(node) if isinstance(node, (str, float)) else str(node)


def same_but_early(module: Module) -> str:
    """A module's shape without what a formatter takes out: early syntax."""
    if module.header is not None:
        header = replace(module.header, early=None)
        module = replace(module, header=header)
    return shape(module)


def applied(text: str, fix: Fix) -> str:
    """A text after a fix."""
    for edit in sorted(fix.edits, key=lambda edit: (edit.span.start, edit.span.end), reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def marked(text: str) -> tuple[str, int, int]:
    """A text without the marks « and », and the offsets at which they stood."""
    start = text.index("«")
    end = text.index("»") - 1
    return text.replace("«", "").replace("»", ""), start, end


def covered(text: str, span: Span) -> str:
    """What a span covers."""
    return text[span.start : span.end]


def ids(problems: tuple[Diagnostic, ...]) -> list[str]:
    """The codes of diagnostics."""
    return [problem.code.id for problem in problems]


def plain_programs() -> list[str]:
    """Programs of every construct, and those in the published documents that parse."""
    found = [*CONSTRUCTS, *EARLY]
    for path in sorted(DOCS.glob("*.md")):
        for block in re.findall(r"```nml\n(.*?)```", path.read_text(), re.S):
            if not read(block).problems:
                found.append(block)
    return found


CONSTRUCTS = (
    "",
    "// nothing\n",
    "\ufeff#!/usr/bin/env nsc run\nmodule A.B_1:0.1.1-SNAPSHOT-0af\r\n\r\n"
    "import registry.nstack.com/401/Foo_bar:1.0.0\r\n",
    "module nstack/X:0.1.0\nimport Y:1.2.3 as Z\nimport author/Y.Q:1.2.3-SNAPSHOT\n",
    "type PlantInfo = { petalLength : Double, petalWidth : Double, }\n",
    "type Event = PageImpression Url | Click { referrer : Url, target : Url }\n",
    "type Pair a b = (a, b,)\ntype P = Pair (optional Text) [A.T]\ntype Tagged r = { tag : Text | r }\n",
    "type S = A | B Vector 3 Double | C Matrix 2 n Text | D (optional Text) | E (Map Text) | F (a, b) | G () | H M.T\n",
    "type R = { | r }\ntype Q = { x : (), | .. }\ntype E = {}\n",
    'type K = { type : Text, with : [Byte], "User-Id" : Json }\n',
    "type O = optional optional Text\ntype U = Map Text optional\ntype L = [[Vector 3 (Pair a b)]]\n",
    '@deprecated("use \\"classify\\"")\n@stateless fun predict : PlantInfo -> Text\n',
    'fun top : [a] -> [a] with { n : Integer = 10, m : [[Text]], k : "a" | "b" = "a", }\nfun g : a -> b with {}\n',
    "fun to_csv : a -> Text where a is CsvRow, [a] is CsvFile,\nfun h : a -> a where a is X with { n : Text }\n",
    "fun i : a -> a with { n : Text } where a is X\nfun filter : Void -> Void\nfun is : { | r } -> { x : A | r }\n",
    'def w = Sources.http<PlantInfo> { http_path = "/iris" } | predict | Sinks.log\n',
    "def len : Text -> Integer = D.numChars\n",
    "def e : [a] -> Text where a is CsvRow = f\ndef def = A.type | b.import\n",
    "def x = s | (a | Sinks.log & b) | t\ndef m = (s1 & s2 & (s3 | u)) | f\ndef n = ((f))\n",
    "def y = f* | g? | h** | (f | g)* | concat f { a = 1 } { b = 2 } | filter (g*) | f { a = 1 }*? | f* { a = 1 }\n",
    "def z = f<_, Text> | g<[a], { x : Integer },> | h<optional Text>*\n",
    "def p = f { a = 1_000, b = -3, c = 2.5, d = 1e-3, e = true, f = false }\n",
    'def r = f { g = [1, [2], []], h = $HOME, i = "\\u{1F600}\\u0041" }\n',
    'def q = f { sql = """\n    SELECT "a"\n      FROM b\n    """, t = """x""" }\n',
    "/* a /* nested */ one */ def c = /* here */ f // there\n| g /**/ | h /***/\n",
    'import Demos:0.0.1 as D;  Sources.http<Text> { http_path = "/x" } | D.numChars | Sinks.log<Integer>\n',
    'import Demos:0.0.1 as D\n\nSources.http<Text>\n  { http_path = "/x" } | D.numChars | Sinks.log\n',
    "type T = Text;\n[1, 2, 3] | f\n",
    'fun f : Text -> Text;\n"x" | f\n',
    "def f = g\nconcat f | h\n",
    "$HOME | sinks.log\n",
    "/// Two lines\n/// of it.\ntype T =\n  /// a\n"
    "  A Text\n  /// b\n  | B { /// not this\n    /// x\n    x : Text\n    /// y\n  , y : Text }\n",
    "/// The module.\nmodule M:1.0.0\n/// f\n@stateless\n"
    "fun f : Text -> Text with {\n  /// how many\n  n : Integer\n}\n",
)

EARLY = (
    'module X:0.1.0 { import M:0.1.0 as M; def w = Sources.http<Text> { http_path = "/d" } | M.f | Sinks.log<Text>; }',
    "module X:0.1.0 where\nimport M:0.1.0 as M;\ntype T = Text;; fun f : T -> T;\n",
    "module X:0.1.0 {\n}\n",
    "module X:0.1.0 { import M:0.1.0 as M  fun f : Void -> Text  def w = f | M.g* | Sinks.log }\n",
    "import M:0.1.0 as M\nM.f\n",
)
