"""Each mistake: its code, its place, what the text says after the fix. Guillemets mark the place."""

import random

import pytest
from grammar.syntax_trees import CONSTRUCTS, applied, ids, marked, read, shape

from nscompiler.diagnostics.codes.syntax import CODES
from nscompiler.diagnostics.model import Applicability
from nscompiler.grammar.syntax import BrokenDecl

# text, code, the text after the first fix (None: there is no fix)
MISTAKES = [
    # --- unfinished
    ("def show «=»", "NS0102", None),
    ("fun f «:»\n\ntype T = A", "NS0102", None),
    ("type T «=»\ndef x = f", "NS0102", None),
    ("import X:1.0.0 «as»\ndef x = f", "NS0102", None),
    ("fun f : A -> B «where»\nfun g : A -> B", "NS0102", None),
    # --- misspelt words
    ("«tpye» Pair a b = (a, b)", "NS0130", "type Pair a b = (a, b)"),
    ("type A = Text\n«dfe» g = f | h", "NS0130", "type A = Text\ndef g = f | h"),
    ("«imprt» nstack/Conv.Ert:1.0.0 as C\ndef w = C.f", "NS0130", "import nstack/Conv.Ert:1.0.0 as C\ndef w = C.f"),
    ("fun f : «optinal» Text -> Text", "NS0101", "fun f : optional Text -> Text"),
    ("fun f : [a] -> Text «wehre» a is CsvRow", "NS0101", "fun f : [a] -> Text where a is CsvRow"),
    ("fun f : A -> B «wiht» { n : Integer = 1 }", "NS0101", "fun f : A -> B with { n : Integer = 1 }"),
    ("def w = f | «filtr» g | h", "NS0101", "def w = f | filter g | h"),
    # --- brackets
    ("def w = f «{» a = 1 | g", "NS0103", "def w = f { a = 1 } | g"),
    ("type T = «{» a : Text", "NS0103", "type T = { a : Text }"),
    ("type T = { a : «[»Text }\nfun g : A -> B", "NS0103", "type T = { a : [Text] }\nfun g : A -> B"),
    ("fun f : «[»Text -> Text", "NS0103", "fun f : [Text] -> Text"),
    ("def w = f«<»Text { a = 1 } | g", "NS0103", "def w = f<Text> { a = 1 } | g"),
    ("def w = («(»(f | g)\ndef v = h", "NS0103", "def w = (((f | g)))\ndef v = h"),
    ("module X:1.0.0 «{» def w = f", "NS0103", "module X:1.0.0 { def w = f\n}\n"),
    ("module X:1.0.0 { def w = «(»f }", "NS0103", "module X:1.0.0 { def w = (f) }"),
    ("def w = f | g«)»", "NS0104", "def w = f | g"),
    ("def w = (f | g«]» | h", "NS0104", "def w = (f | g) | h"),
    ("«}» def w = f", "NS0104", " def w = f"),
    ("def w = f «}»\ndef v = g", "NS0104", "def w = f\ndef v = g"),
    # --- a sign is missing
    ("def w «f» | g", "NS0105", "def w = f | g"),
    ("type T «{» a : Text }", "NS0105", "type T = { a : Text }"),
    ("module M:1.0.0 def w = f «g»", "NS0106", "module M:1.0.0 def w = f | g"),
    ("module M:1.0.0 def w = f «g» h | i", "NS0106", "module M:1.0.0 def w = f | g | h | i"),
    ("def w = (f «g») | h", "NS0106", "def w = (f | g) | h"),
    ("def w = f «g» | h\ndef v = w", "NS0106", "def w = f | g | h\ndef v = w"),
    ("f «g»", "NS0106", "f | g"),
    ("def w = f«,» g", "NS0106", "def w = f| g"),
    ("def w = f«(1)»", "NS0106", None),
    ("fun f : Text «Integer»", "NS0107", "fun f : Text -> Integer"),
    ("fun f : [Text] «Integer»", "NS0107", "fun f : [Text] -> Integer"),
    ("fun f : «A»", "NS0107", "fun f : Void -> A"),
    ("fun f : A «=>» B", "NS0107", "fun f : A -> B"),
    ("fun count «Text» -> Integer", "NS0109", "fun count : Text -> Integer"),
    ("type T = { a «Text», b Integer }", "NS0109", "type T = { a : Text, b : Integer }"),
    ("fun f : A -> B with { n «Integer» }", "NS0109", "fun f : A -> B with { n : Integer }"),
    ("type T = { a : Text «b» : Integer }", "NS0110", "type T = { a : Text, b : Integer }"),
    ("def w = [1 «2» 3] | f", "NS0110", "def w = [1, 2, 3] | f"),
    ("def w = f { a = 1 «b» = 2 }", "NS0110", "def w = f { a = 1, b = 2 }"),
    ("def w = f { a = 1«;» b = 2 }", "NS0110", "def w = f { a = 1, b = 2 }"),
    ("fun f : A -> B where a «CsvRow»", "NS0101", "fun f : A -> B where a is CsvRow"),
    # --- `:` and `=`
    ('def w = f { a «:» 1, b : "x" }', "NS0108", 'def w = f { a = 1, b = "x" }'),
    ("type T = { a «=» Text, b = [Text] }", "NS0108", "type T = { a : Text, b : [Text] }"),
    ("type T «:» { a : Text }", "NS0108", "type T = { a : Text }"),
    ("def w «:» f | g", "NS0108", "def w = f | g"),
    ("def w «:»= f", "NS0108", "def w = f"),
    ("fun f «::» Text -> Text", "NS0108", "fun f : Text -> Text"),
    ("def a «::» Text -> Text = f", "NS0108", "def a : Text -> Text = f"),
    ("type T = { a «::» Text, b :: Text }", "NS0108", "type T = { a : Text, b : Text }"),
    ("fun f : A -> B with { n : Integer «:» 10 }", "NS0108", "fun f : A -> B with { n : Integer = 10 }"),
    # --- characters, texts, comments, numbers
    ("def w = f | «%» g", "NS0111", "def w = f |  g"),
    ("fun f : A «→» B", "NS0111", "fun f : A -> B"),
    ("def w =«\u00a0»f", "NS0111", "def w = f"),
    ("def w = «$» f", "NS0111", "def w =  f"),
    ("type T = { a«`»b : Text }", "NS0111", 'type T = { "a`b" : Text }'),
    ("type T = { x : A, User«-»1-Id : Text }", "NS0111", 'type T = { x : A, "User-1-Id" : Text }'),
    ("type T = { X«-»Y : Text }", "NS0111", 'type T = { "X-Y" : Text }'),
    ("type T = { «%»a% : Text }", "NS0111", 'type T = { "%a%" : Text }'),
    ("type T = { «`»a` : Text }", "NS0111", "type T = { a : Text }"),
    ("type T = { «`»a-b` : Text }", "NS0111", 'type T = { "a-b" : Text }'),
    ("type T = { «-» : Text, a : A }", "NS0111", None),
    ("fun f : «`»Te`xt` -> Text", "NS0111", "fun f : Text -> Text"),
    ("fun f : Te«``»xt -> Text", "NS0111", "fun f : Text -> Text"),
    ("def w = f { a«`»b = 1 }", "NS0111", "def w = f { ab = 1 }"),
    ("def w = f«+»g", "NS0111", "def w = f|g"),
    ("def w = f | g«§» | h", "NS0111", "def w = f | g | h"),
    ("def my«-»own = f", "NS0111", "def my_own = f"),
    ("def w = «`» f", "NS0111", "def w =  f"),
    ("def w = f { a = 1«`»0 }", "NS0111", None),
    ('def w = f { a = «"/x» } | g', "NS0112", 'def w = f { a = "/x" } | g'),
    ('def w = f { a = «"x y»\n}', "NS0112", 'def w = f { a = "x y"\n}'),
    ('def w = f { a = «"""» } | g\ndef v = h', "NS0112", None),
    ("def w = f\n«/*» a /* b */", "NS0113", "def w = f\n/* a /* b */ */\n"),
    (r'"a«\d»"', "NS0114", r'"a\\d"'),
    (r'"a«\u12»"', "NS0114", r'"a\\u12"'),
    (r'"«\u{110000}»"', "NS0114", r'"\\u{110000}"'),
    (r'"«\u{12»"', "NS0114", r'"\\u{12"'),
    (r'"«\uD800»\u0041"', "NS0114", r'"\\uD800\u0041"'),
    ('type T = { "a«\\q»" : Text }', "NS0114", 'type T = { "a\\\\q" : Text }'),
    ("def w = f «\x00\x01»| g", "NS0115", "def w = f | g"),
    ("«1__0»", "NS0116", "1_0"),
    ("def w = f { a = «12abc» }", "NS0116", None),
    ("«1e999»", "NS0116", None),
    ("«" + "9" * 2000 + "»", "NS0116", None),
    ("def w = f { a = «'x'» }", "NS0129", 'def w = f { a = "x" }'),
    ("def w = «“it's”» | f", "NS0129", 'def w = "it\'s" | f'),
    ("«#» a\ndef w = f", "NS0133", "// a\ndef w = f"),
    ("def w = f «--» b", "NS0133", "def w = f // b"),
    # --- order
    (
        "module M:1.0.0\nimport A:1.0.0 as A\ntype T = B\n«import C:1.0.0 as C»\n",
        "NS0117",
        "module M:1.0.0\nimport A:1.0.0 as A\nimport C:1.0.0 as C\ntype T = B\n",
    ),
    ("def w = f\n«import C:1.0.0»;\n", "NS0117", "import C:1.0.0\ndef w = f\n"),
    ("import A:1.0.0\n«module M:1.0.0»", "NS0125", "module M:1.0.0\n\nimport A:1.0.0\n"),
    ("module M:1.0.0\n«module N:1.0.0»", "NS0125", "module M:1.0.0\n"),
    ("module M:1.0.0 { def w = f } «def v = g»", "NS0101", "module M:1.0.0 { def w = f  def v = g}\n"),
    ("module M:1.0.0\n«f | g»\n", "NS0126", "module M:1.0.0\ndef main = f | g\n"),
    ("module M:1.0.0\nfun f : A -> B\n\n«f» | g", "NS0126", "module M:1.0.0\nfun f : A -> B\n\ndef main = f | g"),
    ("«f | g»\ndef x = h", "NS0126", "def first = f | g\ndef x = h"),
    ("«f»; g", "NS0126", "def first = f; g"),
    ("fun f : A -> B\n\n«Sources».http | f", "NS0135", "fun f : A -> B;\n\nSources.http | f"),
    ("type T = A\n\n«Sources».http | f", "NS0135", "type T = A;\n\nSources.http | f"),
    # --- early spellings
    (
        "def w = «source(http:///demo : Text)» | f | sink(log:// : Text)",
        "NS0118",
        'def w = Sources.http<Text> { http_path = "/demo" } | f | Sinks.log<Text>',
    ),
    ("«source(http:///demo : Text)» | f", "NS0118", 'Sources.http<Text> { http_path = "/demo" } | f'),
    ("def w = «source(postgres://host : Text)» | f", "NS0118", None),
    (
        '«sources.http : Text» { http_path = "/x" } | f | sinks.log : Text',
        "NS0118",
        'Sources.http<Text> { http_path = "/x" } | f | Sinks.log<Text>',
    ),
    (
        "def w = «sources.http : { a : Text }» { b = 1 } | f",
        "NS0118",
        "def w = Sources.http<{ a : Text }> { b = 1 } | f",
    ),
    ("fun f : «$Text» -> [$Event]", "NS0118", "fun f : Text -> [Event]"),
    # --- sums
    ("type T = A «Map Text» | B", "NS0119", "type T = A (Map Text) | B"),
    ("type T = A | B «Map Text»", "NS0119", "type T = A | B (Map Text)"),
    ("type T = A «optional Text» | B", "NS0119", "type T = A (optional Text) | B"),
    ("type T = A «Text optional» | B", "NS0119", "type T = A (Text optional) | B"),
    ("type T = A «Text Integer» | B", "NS0119", "type T = A (Text, Integer) | B"),
    ("type T = A «3» | B", "NS0119", None),
    ("type T = A | «[Text]»", "NS0134", None),
    ("type T = A | «M.B»", "NS0134", None),
    ("type T = A | «b»", "NS0122", "type T = A | B"),
    # --- prefix and postfix
    ("def w = concat f«*» | g", "NS0120", "def w = concat f | g"),
    ("def w = concat f { a = 1 }«*»* | g", "NS0120", "def w = concat (f { a = 1 }**) | g"),
    ("def w = filter f«*» | g", "NS0120", "def w = filter (f*) | g"),
    ("def w = concat «filter» f { a = 1 } | g", "NS0120", "def w = concat (filter f { a = 1 }) | g"),
    # --- names
    ("type «person» = { a : Text }", "NS0122", "type Person = { a : Text }"),
    ("fun «Predict» : A -> B", "NS0122", "fun predict : A -> B"),
    (
        "type Go = Go A | No\nfun «Go» : A -> Go\ndef g = (Go & h | Go) | Go*\ndef h = L.Go",
        "NS0122",
        "type Go = Go A | No\nfun go : A -> Go\ndef g = (go & h | go) | go*\ndef h = L.Go",
    ),
    ("type T = { «Name» : Text, Age : Integer }", "NS0122", "type T = { name : Text, age : Integer }"),
    ("def w = f { «Name» = 1 }", "NS0122", "def w = f { name = 1 }"),
    ("import X:1.0.0 as «x»", "NS0122", "import X:1.0.0 as X"),
    ("type Pair «A» b = (a, b)", "NS0122", "type Pair a b = (a, b)"),
    ("«def» = f", "NS0123", "def main = f"),
    ("«fun» : A -> B", "NS0123", "fun name : A -> B"),
    ("«type»", "NS0123", None),
    ("«import» as C", "NS0124", None),
    ("«module»\ndef x = f", "NS0124", None),
    ('import «"X:1.0.0"» as X', "NS0124", "import X:1.0.0 as X"),
    ("«let» x = f", "NS0130", "def x = f"),
    ("«function» f : Text -> Text", "NS0130", "fun f : Text -> Text"),
    ("«data» Event = A | B", "NS0130", "type Event = A | B"),
    # --- a reference in pieces
    ("module «Foo : 1.0.0»", "NS0101", "module Foo:1.0.0"),
    ("module «Foo: 1.0.0» where\ndef w = f", "NS0101", "module Foo:1.0.0 where\ndef w = f"),
    ("module «Foo :1.0.0» { def w = f }", "NS0101", "module Foo:1.0.0 { def w = f }"),
    ("module «Foo 1.0.0»\ndef w = f", "NS0201", "module Foo:1.0.0\ndef w = f"),
    ("module «Foo 1.0.0-SNAPSHOT» {}", "NS0201", "module Foo:1.0.0-SNAPSHOT {}"),
    ("import «a/Foo : 1.0.0» as F", "NS0101", "import a/Foo:1.0.0 as F"),
    ("import «Foo\t1.0.0» as F\ndef w = f", "NS0201", "import Foo:1.0.0 as F\ndef w = f"),
    ("«imports» X:1.0.0 as Y", "NS0130", "import X:1.0.0 as Y"),
    ("«f» : Text -> Text", "NS0130", "fun f : Text -> Text"),
    ("«x» = f | g", "NS0130", "def x = f | g"),
    ("«Event» = A | B", "NS0130", "type Event = A | B"),
    # --- as Python, JSON and other languages have it
    ('def w = f { «"n"»: 3, "l": [1, 2], "m": "x" }', "NS0129", 'def w = f { n = 3, l = [1, 2], m = "x" }'),
    ('def w = f { n = 2, «"m"» = "x" }', "NS0129", 'def w = f { n = 2, m = "x" }'),
    ("fun f : A -> B «{» n : Integer = 3 }", "NS0101", "fun f : A -> B with { n : Integer = 3 }"),
    ("fun f : A -> { x : B } «{» n : Integer }", "NS0101", "fun f : A -> { x : B } with { n : Integer }"),
    ("@«Stateless» fun f : A -> B", "NS0122", "@stateless fun f : A -> B"),
    ("type T = { a : «List<Text>» }", "NS0101", "type T = { a : [Text] }"),
    ("type T = { a : Optional«<Map Text>» }", "NS0101", "type T = { a : optional Map Text }"),
    ("def w = «return» f | g", "NS0101", "def w = f | g"),
    (
        "type «order» = { a : A }\nfun f : order -> [order]",
        "NS0122",
        "type Order = { a : A }\nfun f : Order -> [Order]",
    ),
    ("type «order» = { order : A }\nfun order : A -> B", "NS0122", "type Order = { order : A }\nfun order : A -> B"),
    ("fun f : A -> B with { n : «optional Text» }", "NS0508", "fun f : A -> B with { n : Text }"),
    ("fun f : A -> B with { n : Text, m : «Map Text» = 1 }", "NS0508", None),
    ("fun f : A -> B with { n : «{ x : A }», m : Text }", "NS0508", None),
    ("fun f : A -> B with { n : «(A, B)» }", "NS0508", None),
    ("fun f : A -> B with { n : «M.T» }", "NS0508", None),
    ('def w = f { q = «"a,\n b"», p = "c" }', "NS0112", 'def w = f { q = """a,\n b""", p = "c" }'),
    ('def w = f { q = «"a»\n}\ndef v = g { p = "c" }', "NS0112", 'def w = f { q = "a"\n}\ndef v = g { p = "c" }'),
    # --- imports as elsewhere
    ("import «X@1.0.0» as X", "NS0201", "import X:1.0.0 as X"),
    ("import «X==1.0.0» as X", "NS0201", "import X:1.0.0 as X"),
    ("import «X:^1.0.0» as X", "NS0201", "import X:1.0.0 as X"),
    ("import «'X:1.0.0'» as X", "NS0124", "import X:1.0.0 as X"),
    ("import X:1.0.0 «As Y»", "NS0101", "import X:1.0.0 as Y"),
    ("import X:1.0.0 «= Y»", "NS0101", "import X:1.0.0 as Y"),
    ("import X:1.0.0 «Y»", "NS0101", "import X:1.0.0 as Y"),
    ("«import Y from X:1.0.0»", "NS0101", "import X:1.0.0 as Y"),
    ("import X:1.0.0 as «x»\nfun f : x.T -> [x.U]", "NS0122", "import X:1.0.0 as X\nfun f : X.T -> [X.U]"),
    ("fun f : A -> B\n«w» = f | g", "NS0130", "fun f : A -> B\ndef w = f | g"),
    ("fun f : A -> B\n«let» w = f | g", "NS0130", "fun f : A -> B\ndef w = f | g"),
    ("fun f : A -> B with { n : Text }\n«w» = f | g", "NS0130", "fun f : A -> B with { n : Text }\ndef w = f | g"),
    ("fun f : a -> B where a is C\n«flow» w = f | g", "NS0130", "fun f : a -> B where a is C\ndef w = f | g"),
    ("type T = { a : Text }\n«f» : A -> B", "NS0130", "type T = { a : Text }\nfun f : A -> B"),
    ("type T = A | B\n«data» U = C | D", "NS0130", "type T = A | B\ntype U = C | D"),
    ("fun f : A -> B\n«Pair» a b = (a, b)", "NS0130", "fun f : A -> B\ntype Pair a b = (a, b)"),
    ("fun f : A -> B\n«Def» w = f | g", "NS0130", "fun f : A -> B\ndef w = f | g"),
    ("«Module» X:1.0.0\ndef w = f", "NS0130", "module X:1.0.0\ndef w = f"),
    ("«use» X.Y:1.0.0 as Y\ndef w = Y.f", "NS0130", "import X.Y:1.0.0 as Y\ndef w = Y.f"),
    ("«from» X.Y:1.0.0 import f, g\ndef w = f", "NS0101", "import X.Y:1.0.0 as Y\ndef w = Y.f"),
    ("«fun» f = g | h", "NS0136", "def f = g | h"),
    ("«def» f : A -> B", "NS0136", "fun f : A -> B"),
    ("module M:1.0.0\ndef w = f\n\n«w { a = 1 }»", "NS0126", "module M:1.0.0\ndef w = f\n\ndef main = w { a = 1 }"),
    ("module M:1.0.0\ndef w = f\n  «g»", "NS0106", "module M:1.0.0\ndef w = f |\n  g"),
    ("module M:1.0.0\ndef w = f\n| g\n«h» | i", "NS0106", "module M:1.0.0\ndef w = f\n| g |\nh | i"),
    ("type T = A«,» B", "NS0106", "type T = A| B"),
    # --- sums without a name
    (
        "fun f : Text -> «Ok [A] | Err T.E» // why",
        "NS0137",
        "fun f : Text -> FResult // why\ntype FResult = Ok [A] | Err T.E",
    ),
    ("fun f : «Ok | Err» -> A\n\ndef g = f", "NS0137", "fun f : FInput -> A\ntype FInput = Ok | Err\n\ndef g = f"),
    ("fun f : A -> «Ok | Err»;\nf | g", "NS0137", "fun f : A -> FResult;\ntype FResult = Ok | Err;\nf | g"),
    (
        "type T = { a : A, state : «Open | Closed { at : B } | Lost» }",
        "NS0137",
        "type T = { a : A, state : State }\ntype State = Open | Closed { at : B } | Lost",
    ),
    ("type T = { a : «Text | Integer» }", "NS0137", None),
    ("fun f : («{ a : A } | B») -> Text", "NS0137", None),
    ("fun f : A -> «Some a | None»", "NS0137", "fun f : A -> optional a"),
    (
        "type T = { a : «Some (Map Text) | None» } type State = A",
        "NS0137",
        "type T = { a : optional (Map Text) } type State = A",
    ),
    # --- the rest
    ("fun add : A -> B «->» C", "NS0127", "fun add : (A, B) -> C"),
    ("def w = f | «|» g", "NS0128", "def w = f | g"),
    ("def w = f «|»", "NS0128", "def w = f"),
    ("def w = (f «|» ) | g", "NS0128", "def w = (f ) | g"),
    ("def w = «|» f", "NS0128", "def w = f"),
    ("type T = «|» A | B", "NS0128", "type T = A | B"),
    ("«@stateless»\nimport A:1.0.0", "NS0131", None),
    ("«@stateless»", "NS0131", None),
    ("def w = f { a = «g» }", "NS0132", 'def w = f { a = "g" }'),
    ("fun f : A -> B with { n : Text = «x» }", "NS0132", 'fun f : A -> B with { n : Text = "x" }'),
    ("fun shorten : Text -> «=» Text", "NS0101", "fun shorten : Text -> Text"),
    ("type T = {a : Text,«,» b : Text}", "NS0101", "type T = {a : Text, b : Text}"),
    ("def w = f { a = 1, b «}»", "NS0101", None),
    ("type T = «<Text>»".replace("= ", "= Map"), "NS0101", "type T = Map Text"),
    ("fun f : «Text, Text» -> Text", "NS0101", "fun f : (Text, Text) -> Text"),
    ("def w = f«()» | g", "NS0101", "def w = f | g"),
    ("def w = «A.B».f | i", "NS0101", None),
    ("fun f : «_» -> B", "NS0101", None),
    ('@deprecated «"x"» fun f : A -> B', "NS0101", '@deprecated ("x") fun f : A -> B'),
]


TERMINALS = ("LBRACE", "LNAME", "UNAME", "__ANON", "VBAR", "$END", "Token(")


@pytest.mark.parametrize(("text", "code", "mended"), MISTAKES, ids=[case[0] for case in MISTAKES])
def test_one_mistake(text, code, mended):
    text, start, end = marked(text)
    result = read(text)
    assert ids(result.problems) == [code], [problem.title for problem in result.problems]
    (problem,) = result.problems
    assert (problem.primary.span.start, problem.primary.span.end) == (start, end)
    assert [applied(text, fix) for fix in problem.fixes][:1] == ([] if mended is None else [mended])
    for fix in problem.fixes:
        assert read(applied(text, fix)).problems == ()


def test_every_code_is_among_them():
    """One is raised by nesting alone, which has tests of its own."""
    assert {code.id for code in CODES} - {code for _, code, _ in MISTAKES} == {"NS0121"}


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.id)
def test_the_page_shows_what_it_says(code):
    assert ids(read(code.wrong).problems) == [code.id]
    assert read(code.right).problems == ()


def test_no_message_names_a_token_of_the_grammar():
    for text, _, _ in MISTAKES:
        for problem in read(marked(text)[0]).problems:
            for said in (problem.title, problem.primary.text, *problem.notes):
                assert not any(
                    name in said for name in ("LBRACE", "LNAME", "UNAME", "__ANON", "VBAR", "$END", "Token(")
                )


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("fun f : A -> )", "Expected a type, found `)`"),
        ("def w = f { = 1 }", "Expected a name or `}`, found `=`"),
        ("def w = f { a = }", "The parameter `a` has no value"),
        ("type T = [", "This `[` is never closed"),
        ("def show = ", "`def show` ends before it is complete"),
        ("fun f : A -> B with n = 3", "Expected `{`, found `n`"),
        ("type T = A | , B", "`,` cannot stand here"),
    ],
)
def test_what_was_expected_is_said_in_words(text, title):
    assert [problem.title for problem in read(text).problems] == [title]


def test_a_sure_fix_is_marked_so():
    levels = {marked(text)[0]: read(marked(text)[0]).problems[0].fixes for text, _, mended in MISTAKES if mended}
    sure = {text for text, fixes in levels.items() if fixes[0].applicability is Applicability.MACHINE_APPLICABLE}
    assert {"def w = f { a = 1 | g", "type T { a : Text }", "type T = {a : Text,, b : Text}"} <= sure
    assert (
        not {"def w = f | g)", "def w = f | % g", "let x = f", "def w = f { a = g }", "type person = { a : Text }"}
        & sure
    )


def test_a_reference_in_pieces_is_read_as_meant():
    module = read("module Foo : 1.0.0 where\nimport Bar 2.0.0 as B").module
    assert (module.header.reference.text, module.header.early) == ("Foo:1.0.0", "where")
    assert [(item.reference.text, item.alias.text) for item in module.imports] == [("Bar:2.0.0", "B")]


@pytest.mark.parametrize("text", ["Foo:1.0.0 1.0.0", "Foo 1.0.0.0", "Foo 1.0.0x"])
def test_what_only_resembles_a_reference_in_pieces_is_none(text):
    reference = read(f"module {text}\n").module.header.reference.text
    assert reference == text.split()[0]


def test_a_field_that_is_called_so_elsewhere_may_be_quoted() -> None:
    text = "type T = { ID : Text, ok : Text, Age : Integer }"
    fixes = read(text).problems[0].fixes
    assert [fix.title for fix in fixes] == ["Write `id`", 'Write `"ID"`, if the data has it so']
    assert applied(text, fixes[1]) == 'type T = { "ID" : Text, ok : Text, "Age" : Integer }'


def test_only_a_reference_with_its_colon_is_surely_one():
    levels = [read(f"module {text}").problems[0].fixes[0].applicability for text in ("Foo : 1.0.0", "Foo 1.0.0")]
    assert levels == [Applicability.MACHINE_APPLICABLE, Applicability.MAYBE_INCORRECT]


def test_a_line_without_its_keyword_declares_and_leaves_what_is_above_it_whole():
    result = read("use X.Y:1.0.0 as Y\nfun f : A -> B\nlet w = f | g\nh : A -> B\ndef z = h |")
    assert [item.name.text for item in result.module.declarations] == ["f", "w", "h", "z"]
    assert [(item.reference.text, item.alias.text) for item in result.module.imports] == [("X.Y:1.0.0", "Y")]
    assert ids(result.problems) == ["NS0130", "NS0130", "NS0130", "NS0128"]


def test_what_goes_on_further_right_is_no_line_of_its_own():
    problems = read("fun f : A -> B\n  w = g").problems
    assert ids(problems) == ["NS0136"]


def test_a_broken_declaration_keeps_its_name():
    text = "type T =\nfun f : \ndef x = | | \nimport A:1.0.0 as\ndef fine = f\nimport B.C:1.0.0 as c as"
    broken = [item for item in read(text).module.declarations if isinstance(item, BrokenDecl)]
    assert [(item.keyword, item.name and item.name.text) for item in broken] == [
        ("type", "T"),
        ("fun", "f"),
        ("def", "x"),
        ("import", "A"),
        ("import", "c"),
    ]


def test_a_broken_header_is_still_a_header():
    module = read("module M:1.0.0 ) \ndef w = f").module
    assert shape(module) == "Module(Header(Reference('M:1.0.0')), [DefDecl(w, Use(f))])"


@pytest.mark.parametrize("seed", range(10))
def test_a_sure_fix_leaves_fewer_mistakes(seed):
    """Whatever is broken, and however oddly: a tool may apply a sure fix unseen."""
    chosen = random.Random(seed)
    for _ in range(60):
        text = chosen.choice(CONSTRUCTS)
        at = chosen.randint(0, len(text))
        piece = chosen.choice(["→", "#", '"', "->", "{", ")", "|", "=", ":", ",", "import", "fun", "A", "%", "*"])
        text = f"{text[:at]} {piece} {text[at + chosen.randint(0, 2) :]}"
        problems = read(text).problems
        for problem in problems:
            for fix in problem.fixes:
                if fix.applicability is Applicability.MACHINE_APPLICABLE:
                    assert len(read(applied(text, fix)).problems) < len(problems), (text, problem.title)


def test_a_fix_that_cannot_be_tried_is_not_called_sure():
    small, large = "type T { a : A }", "type T { a : A }" + " // x" * 50_000
    levels = [read(text).problems[0].fixes[0].applicability for text in (small, large)]
    assert levels == [Applicability.MACHINE_APPLICABLE, Applicability.MAYBE_INCORRECT]


@pytest.mark.parametrize(
    "text",
    [
        "modle X:0.1.0 where\nimport M:0.1.0 as M;\ntype T = Text",
        "modu | le X:0.1.0",
        "d def ef p = f",
        "module X:0. optional 1.0 { import M:0.1.0 as M  def w = f }",
    ],
)
def test_one_cause_is_told_once(text):
    assert len(read(text).problems) == 1
