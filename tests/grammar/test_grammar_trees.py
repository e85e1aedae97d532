"""What tree each construct gives."""

import pytest
from grammar.syntax_trees import CONSTRUCTS, EARLY, clean, covered, read, shape

from nscompiler.grammar.syntax import DefDecl, FunDecl, Node, Pipe, TypeDecl
from nscompiler.grammar.walk import walk

TYPES = [
    ("Text", "TypeName(Text)"),
    ("A.Event", "TypeName(A, Event)"),
    ("a", "TypeVariable(a)"),
    ("()", "UnitType()"),
    ("(Text)", "TypeName(Text)"),
    ("((a, B))", "TupleType([TypeVariable(a), TypeName(B)])"),
    ("[Byte]", "ListType(TypeName(Byte))"),
    ("Pair a (Map Text)", "TypeName(Pair, [TypeVariable(a), TypeName(Map, [TypeName(Text)])])"),
    ("A.Pair [a] {}", "TypeName(A, Pair, [ListType(TypeVariable(a)), RecordType()])"),
    ("Vector 3 Double", "TypeName(Vector, [SizeLiteral(3), TypeName(Double)])"),
    ("Matrix n 2 a", "TypeName(Matrix, [TypeVariable(n), SizeLiteral(2), TypeVariable(a)])"),
    ("optional Text", "OptionalType(TypeName(Text))"),
    ("Text optional", "OptionalType(TypeName(Text))"),
    ("Map Text optional", "OptionalType(TypeName(Map, [TypeName(Text)]))"),
    ("optional [a] optional", "OptionalType(OptionalType(ListType(TypeVariable(a))))"),
    ("{ x : A, type : B, }", "RecordType([FieldDecl(x, TypeName(A)), FieldDecl(type, TypeName(B))])"),
    ('{ "User-Id" : Text }', 'RecordType([FieldDecl("User-Id", TypeName(Text))])'),
    ("{ x : A | r }", "RecordType([FieldDecl(x, TypeName(A))], RowTail(r))"),
    ("{ x : A | .. }", "RecordType([FieldDecl(x, TypeName(A))], RowTail())"),
    ("{ | r }", "RecordType(RowTail(r))"),
]

KEYWORDS = (
    *("module", "import", "as", "type", "fun", "def", "optional", "concat", "filter"),
    *("with", "where", "is", "true", "false"),
)

SUMS = [
    ("A | B", "[Constructor(A), Constructor(B)]"),
    ("A T | B M.U", "[Constructor(A, TypeName(T)), Constructor(B, TypeName(M, U))]"),
    ("A a | B ()", "[Constructor(A, TypeVariable(a)), Constructor(B, UnitType())]"),
    (
        "A Vector 3 T | B",
        "[Constructor(A, TypeName(Vector, [SizeLiteral(3), TypeName(T)])), Constructor(B)]",
    ),
    (
        "A Matrix n m T | B",
        "[Constructor(A, TypeName(Matrix, [TypeVariable(n), TypeVariable(m), TypeName(T)])), Constructor(B)]",
    ),
    ("A (optional T) | B [T]", "[Constructor(A, OptionalType(TypeName(T))), Constructor(B, ListType(TypeName(T)))]"),
    ("A (T, U) | B", "[Constructor(A, TupleType([TypeName(T), TypeName(U)])), Constructor(B)]"),
]

EXPRESSIONS = [
    ("f", "Use(f)"),
    ("A.f", "Use(A, f)"),
    ("sources.Http", "Use(sources, Http)"),
    ("A.filter", "Use(A, filter)"),
    ("f<T>", "Instantiate(Use(f), [TypeName(T)])"),
    ("f<_, [a],>", "Instantiate(Use(f), [Hole(), ListType(TypeVariable(a))])"),
    ("f<3, _>", "Instantiate(Use(f), [SizeLiteral(3), Hole()])"),
    ("f | g | h", "Pipe([Use(f), Use(g), Use(h)])"),
    ("(f | g) | h", "Pipe([Pipe([Use(f), Use(g)]), Use(h)])"),
    ("f | g & h", "Both([Pipe([Use(f), Use(g)]), Use(h)])"),
    ("f & g & h", "Both([Use(f), Use(g), Use(h)])"),
    ("f*", "Concat(Use(f), False)"),
    ("f**?", "Filter(Concat(Concat(Use(f), False), False), False)"),
    ("concat f", "Concat(Use(f), True)"),
    ("filter f { a = 1 }", "Filter(Apply(Use(f), [Binding(a, integer:1)]), True)"),
    ("f { a = 1 } *", "Concat(Apply(Use(f), [Binding(a, integer:1)]), False)"),
    ("f<T> {} { b = $B }", "Apply(Apply(Instantiate(Use(f), [TypeName(T)])), [Binding(b, environment:'B')])"),
    ("[1, -2.5, true]", "LiteralSource(list:[integer:1, double:-2.5, boolean:True])"),
    ('"a\\tb" | f', "Pipe([LiteralSource(text:'a\\tb'), Use(f)])"),
    ("f { type = [] }", "Apply(Use(f), [Binding(type, list:[])])"),
]


@pytest.mark.parametrize(("written", "tree"), TYPES)
def test_types(written, tree):
    (declared,) = clean(f"type T a = {written}\n").declarations
    assert isinstance(declared, TypeDecl)
    assert shape(declared.body) == tree


@pytest.mark.parametrize(("written", "tree"), SUMS)
def test_sums(written, tree):
    (declared,) = clean(f"type T a = {written}\n").declarations
    assert isinstance(declared, TypeDecl)
    assert shape(declared.body) == f"SumType({tree})"


@pytest.mark.parametrize(("written", "tree"), EXPRESSIONS)
def test_expressions(written, tree):
    (declared,) = clean(f"def x = {written}\n").declarations
    assert isinstance(declared, DefDecl)
    assert shape(declared.body) == shape(clean(written).main) == tree


def test_a_fun_has_parameters_and_constraints_in_either_order():
    one = 'fun f : a -> Text where a is CsvRow with { n : Integer = 10, k : "x" | "y", l : [Text] }'
    other = 'fun f : a -> Text with { n : Integer = 10, k : "x" | "y", l : [Text], } where a is CsvRow,'
    expected = (
        "FunDecl(f, FunctionType(TypeVariable(a), TypeName(Text), [Constraint(TypeVariable(a), CsvRow)]), "
        "[ParamDecl(n, ParamTypeName(Integer), integer:10), ParamDecl(k, ParamTypeEnum([text:'x', text:'y'])), "
        "ParamDecl(l, ParamTypeList(ParamTypeName(Text)))])"
    )
    assert shape(clean(one).declarations[0]) == shape(clean(other).declarations[0]) == expected


def test_no_parameters_and_empty_parameters_differ():
    none, empty = clean("fun f : A -> B\nfun g : A -> B with {}").declarations
    assert isinstance(none, FunDecl)
    assert isinstance(empty, FunDecl)
    assert (none.parameters, empty.parameters) == (None, ())


def test_attributes_and_docs():
    (declared,) = clean('/// What it\n/// does.\n@bounded @deprecated("no")\nfun f : A -> B').declarations
    assert isinstance(declared, FunDecl)
    assert declared.doc == "What it\ndoes."
    assert shape(declared.attributes) == "[Attribute(bounded), Attribute(deprecated, text:'no')]"
    assert declared.start == declared.attributes[0].start


@pytest.mark.parametrize(
    ("text", "doc"),
    [
        ("/// a\ntype T = A", "a"),
        ("///a\n///\n///  b\ntype T = A", "a\n\n b"),
        ("/// a\r\n/// b\r\ntype T = A", "a\nb"),
        ("@x\n/// a\ntype T = A", "a"),
        ("import A:1.0.0 /// a\ntype T = A", None),
        ("/// a\n\ntype T = A", None),
        ("/// a\n// b\ntype T = A", None),
        ("//// a\ntype T = A", None),
        ("// a\n  /// b\ntype T = A", "b"),
    ],
)
def test_a_doc_comment_stands_right_above(text, doc):
    (declared,) = clean(text).declarations
    assert isinstance(declared, TypeDecl)
    assert declared.doc == doc


def test_docs_of_parts():
    sum = "type T =\n  /// one\n  A\n  /// two\n  | B {\n /// x\n x : A\n /// y\n , y : A }\n"
    text = sum + "fun f : A -> B with {\n/// n\nn : Text }"
    docs = [node.doc for node in walk(clean(text)) if getattr(node, "doc", None)]
    assert docs == ["one", "two", "x", "y", "n"]


def test_early_syntax_is_tolerated_and_its_places_known():
    text = "module X:0.1.0 { import M:0.1.0 as M; def w = f;; }"
    module = clean(text)
    assert [covered(text, span) for span in module.early_separators] == ["{", ";", ";", ";", "}"]
    assert module.header is not None
    assert module.header.early == "{"
    where = clean("module X:0.1.0 where type T = A")
    assert where.header is not None
    assert (where.header.early, where.header.reference.text) == ("where", "X:0.1.0")
    assert [covered("module X:0.1.0 where", span) for span in where.early_separators] == ["where"]


def test_the_separator_that_a_script_needs_is_not_early_syntax():
    assert clean("fun f : A -> B; f | g").early_separators == ()
    assert len(clean("def f = g; f | g").early_separators) == 1


def test_a_script_has_a_final_expression():
    module = clean("import A:1.0.0 as A def x = f\nA.g | x")
    assert shape(module.main) == "Pipe([Use(A, g), Use(x)])"
    assert module.header is None


@pytest.mark.parametrize("text", ["", "\n", "// only\n", "\ufeff", "#!/bin/nsc"])
def test_an_empty_file_is_an_empty_module(text):
    assert shape(clean(text)) == "Module()"


@pytest.mark.parametrize(
    "reference",
    [
        "Foo:1.2.0",
        "nstack/Foo:1.0.1",
        "registry.nstack.com/401/Foo_bar:1.0.0",
        "A.B:0.0.1-SNAPSHOT-12ab",
        "Foo",
        "x/y:1",
    ],
)
def test_a_reference_is_one_token(reference):
    module = clean(f"module {reference}\nimport {reference} as B\nimport {reference}// so\n")
    assert module.header is not None
    assert [module.header.reference.text, *(item.reference.text for item in module.imports)] == [reference] * 3


def test_comments_are_kept():
    text = "#!x\n// a\ntype T = A // b\n/* c /* d */ */ type U = B /* e */ /* f */\n  /// g"
    assert [(item.text, item.own_line) for item in clean(text).comments] == [
        ("#!x", True),
        ("// a", True),
        ("// b", False),
        ("/* c /* d */ */", True),
        ("/* e */", False),
        ("/* f */", False),
        ("/// g", True),
    ]


def test_what_looks_like_a_comment_in_a_text_is_none():
    text = 'def f = g { a = "// no /* no", b = """ /* no """ } /* "yes */'
    assert [item.text for item in clean(text).comments] == ['/* "yes */']


def test_brackets_belong_to_what_holds_them():
    text = "def x = (a | b) | (c)*"
    (declared,) = clean(text).declarations
    assert isinstance(declared, DefDecl)
    pipe = declared.body
    assert isinstance(pipe, Pipe)
    assert text[pipe.start : pipe.end] == "(a | b) | (c)*"
    assert [text[stage.start : stage.end] for stage in pipe.stages] == ["a | b", "(c)*"]


@pytest.mark.parametrize("text", [*CONSTRUCTS, *EARLY])
def test_places_nest(text):
    module = read(text).module
    assert read(text).problems == ()
    for node in walk(module):
        assert 0 <= node.start <= node.end <= len(text)
        if hasattr(node, "text") and not getattr(node, "quoted", False) and isinstance(node, Node):
            assert text[node.start : node.end] == node.text  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (r'"\n\t\r\"\\"', '\n\t\r"\\'),
        (r'"\u0041\u{41}\u{1F600}\uD83D\uDE00"', "AA\U0001f600\U0001f600"),
        ('""', ""),
        ('"""a"""', "a"),
        ('"""\n    a\n      b\n\n    c\n    """', "a\n  b\n\nc"),
        ('"""a\n    b\n    c"""', "a\nb\nc"),
        ('"""\r\n  a\r\n  b\r\n"""', "a\nb"),
        (r'''"""a \"""" ''', 'a "'),
        ('"""\n\ta\\n\n\tb"""', "a\n\nb"),
        ('""""a"b """', '"a"b '),
        ('"""\n"""', ""),
        ('"""\n\n"""', ""),
    ],
)
def test_text_values(raw, value):
    main = clean(raw).main
    assert main.value.value == value
    assert main.value.raw == raw.strip()


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("12", 12),
        ("-3", -3),
        ("1_000", 1000),
        ("2.5", 2.5),
        ("-1_0.5e+1", -105.0),
        ("1e-3", 0.001),
        ("9" * 30, int("9" * 30)),
    ],
)
def test_number_values(raw, value):
    literal = clean(raw).main.value
    assert (literal.value, type(literal.value), literal.raw) == (value, type(value), raw)


def test_keywords_are_names_where_only_a_name_can_stand():
    for word in KEYWORDS:
        clean(f"type T = {{ {word} : Text | {word} }}\nfun {word} : A -> B with {{ {word} : Text }}")
        clean(f"@{word} def x = A.{word} {{ {word} = 1 }}")
