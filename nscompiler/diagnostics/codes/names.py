"""Diagnostics of names and declarations."""

from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Severity

UNKNOWN_NAME = Code(
    id="NS0401",
    name="unknown-name",
    title="There is no function of that name",
    explanation=(
        "A pipe names a function that neither this file nor the module behind the alias declares. Functions "
        "of another module are written with the alias of its import before them. Near names are offered."
    ),
    wrong="""\
fun count : Text -> Integer
def f = cuont
""",
    right="""\
fun count : Text -> Integer
def f = count
""",
)

UNKNOWN_TYPE = Code(
    id="NS0402",
    name="unknown-type",
    title="There is no type of that name",
    explanation=(
        "A type is named that is neither built in, nor declared here, nor exported by the module behind the "
        "alias. Types of another module are written with the alias of its import before them."
    ),
    wrong="""\
fun count : Txet -> Integer
""",
    right="""\
fun count : Text -> Integer
""",
)

UNKNOWN_ALIAS = Code(
    id="NS0403",
    name="unknown-alias",
    title="No import has that alias",
    explanation=(
        "The name before a dot is the alias of an import. `Sources`, `Sinks`, `Conv` and `Std` are always "
        "there; every other module needs an `import … as …` line, `Http` of the standard library too."
    ),
    wrong="""\
def f = Iris.predict
""",
    right="""\
fun predict : Text -> Text
def f = predict
""",
)

UNKNOWN_CONSTRAINT = Code(
    id="NS0404",
    name="unknown-constraint",
    title="There is no constraint of that name",
    explanation=(
        "Constraints are built in: `Csv`, `CsvCell`, `CsvRow`, `CsvFile`, `SqlRow`, `Serializable`, `Present` "
        "and `Item`. There is no way to declare one."
    ),
    wrong="""\
fun f : a -> Text where a is CsvRaw
""",
    right="""\
fun f : a -> Text where a is CsvRow
""",
)

WRONG_CASE = Code(
    id="NS0405",
    name="wrong-case",
    title="A name has the wrong capital",
    explanation=(
        "Types, constructors, modules and aliases start with a capital letter; functions, fields, parameters "
        "and type variables with a small one. Names that differ only in capitals are different names."
    ),
    wrong="""\
fun numChars : Text -> Integer
def f = numchars
""",
    right="""\
fun numChars : Text -> Integer
def f = numChars
""",
)

DUPLICATE_DECLARATION = Code(
    id="NS0406",
    name="duplicate-declaration",
    title="A name is declared twice",
    explanation=(
        "A module declares each name once, whatever it is: a type, a `fun` or a `def`. The expression at the "
        "end of a script is called `main`."
    ),
    wrong="""\
fun f : Text -> Text
def f = Std.identity
""",
    right="""\
fun f : Text -> Text
def g = Std.identity
""",
)

DUPLICATE_FIELD = Code(
    id="NS0407",
    name="duplicate-field",
    title="A record has a field twice",
    explanation=(
        "Every field of a record has its own name, also when a record's rest is put in place of a type's "
        "parameter. Rename one of the two."
    ),
    wrong="""\
type T = { x : Text, x : Integer }
""",
    right="""\
type T = { x : Text, y : Integer }
""",
)

DUPLICATE_CONSTRUCTOR = Code(
    id="NS0408",
    name="duplicate-constructor",
    title="A sum has a constructor twice",
    explanation=(
        "A value's constructor tells which alternative it is, so each has its own name. Rename one of the "
        "two, or remove it."
    ),
    wrong="""\
type T = Red | Green | Red
""",
    right="""\
type T = Red | Green | Blue
""",
)

RESERVED_NAME = Code(
    id="NS0409",
    name="reserved-name",
    title="A name belongs to the language",
    explanation=(
        "The built-in types cannot be declared anew: `Text` means the same in every module. Choose another name."
    ),
    wrong="""\
type Text = [Byte]
""",
    right="""\
type Blob = [Byte]
""",
)

RECURSIVE_TYPE = Code(
    id="NS0410",
    name="recursive-type",
    title="A type contains itself",
    explanation=(
        "Type names stand for what they are declared as, so a type that mentions itself, directly or through "
        "others, would never end. Trees are handled as `Json` or as lists of records with a parent's id."
    ),
    wrong="""\
type Tree = { children : [Tree] }
""",
    right="""\
type Node = { id : Integer, parent : optional Integer }
""",
)

RECURSIVE_DEF = Code(
    id="NS0411",
    name="recursive-def",
    title="A def depends on itself",
    explanation=(
        "A `def` is another name for its expression, so it cannot use itself, directly or through others: "
        "there would be nothing to run. The message shows the ring."
    ),
    wrong="""\
def a = b
def b = a
""",
    right="""\
fun b : Text -> Text
def a = b
""",
)

TYPE_ARITY = Code(
    id="NS0412",
    name="type-arity",
    title="A type is applied to the wrong number of types",
    explanation=(
        "A type is written with as many arguments as it declares parameters: `Map T`, `Vector n T`, `Pair a "
        "b`. A name without parameters stands alone."
    ),
    wrong="""\
type Pair a b = (a, b)
fun f : Pair Text -> Text
""",
    right="""\
type Pair a b = (a, b)
fun f : Pair Text Integer -> Text
""",
)

UNBOUND_TYPE_VARIABLE = Code(
    id="NS0413",
    name="unbound-type-variable",
    title="A type variable is not among the parameters",
    explanation=(
        "A variable in a `type` is one of the parameters written after its name, and a constraint is about "
        "variables of its signature. In `f<…>` only concrete types stand, or `_`."
    ),
    wrong="""\
type Box = [a]
""",
    right="""\
type Box a = [a]
""",
)

UNSUPPLIED_VARIABLE = Code(
    id="NS0414",
    name="unsupplied-variable",
    title="Nothing could supply a type variable of the output",
    explanation=(
        "Every variable of a `fun`'s output occurs in its input: the code behind it cannot know otherwise "
        "what to make. Only sources and `Conv.from_*` of the standard library are exempt, as the compiler "
        "hands them the type."
    ),
    wrong="""\
fun parse : Text -> a
""",
    right="""\
fun parse : Text -> Json
""",
)

ROW_NOT_ALLOWED = Code(
    id="NS0415",
    name="row-not-allowed",
    title="An open record may not stand here",
    explanation=(
        "`..` says that further fields are welcome and forgotten, which makes sense only in an input. An "
        "output that passes fields on names them: `{ x : Text | r }` on both sides. A `type` takes the rest "
        "as a parameter."
    ),
    wrong="""\
fun f : Text -> { x : Text | .. }
""",
    right="""\
fun f : { x : Text | r } -> { x : Text | r }
""",
)

VOID_POSITION = Code(
    id="NS0416",
    name="void-position",
    title="Void stands inside a type",
    explanation=(
        "Void says that there is no stream, so it stands only as the whole input or the whole output of a "
        "function. An event without data is `()`."
    ),
    wrong="""\
fun f : Text -> [Void]
""",
    right="""\
fun f : Text -> Void
""",
)

BAD_SIZE = Code(
    id="NS0417",
    name="bad-size",
    title="A vector's size is not a positive number",
    explanation=(
        "A vector has one value or more, and its size is a plain number or a variable. For any number of "
        "values use a list."
    ),
    wrong="""\
type T = Vector 0 Double
""",
    right="""\
type T = Vector 3 Double
""",
)

METHOD_NAME = Code(
    id="NS0418",
    name="method-name",
    title="A function's name cannot be a Python method",
    explanation=(
        "A `fun` is implemented by a method of the module's Python class, so its name is a Python name. "
        "`args`, `startup`, `shutdown` and names that start with two underscores are the runtime's own."
    ),
    wrong="""\
fun startup : Text -> Text
""",
    right="""\
fun start : Text -> Text
""",
)

UNKNOWN_ATTRIBUTE = Code(
    id="NS0419",
    name="unknown-attribute",
    title="There is no attribute of that name",
    explanation=(
        "The attributes of a `fun` are `@bounded`, `@unbounded`, `@stateless`, `@deprecated` and "
        "`@experimental`; a `def` or a `type` has the last two. Near names are offered."
    ),
    wrong="""\
@statelss
fun f : Text -> Text
""",
    right="""\
@stateless
fun f : Text -> Text
""",
)

ATTRIBUTE_CONFLICT = Code(
    id="NS0420",
    name="attribute-conflict",
    title="An attribute does not belong here",
    explanation=(
        "Attributes of one declaration contradict each other, are about something that the declaration is "
        "not, or are given a text that they do not take: a source is bounded or unbounded, not both, and only "
        "sources are. Keep the one that is meant."
    ),
    wrong="""\
@bounded
@unbounded
fun ticks : Void -> Integer
""",
    right="""\
@bounded
fun ticks : Void -> Integer
""",
)

LOWERCASE_STANDARD = Code(
    id="NS0421",
    name="lowercase-standard",
    title="The standard library's modules have capitals",
    level=Severity.HINT,
    explanation=(
        "Old documents write `sources.http` and `sinks.log`. It means the same; today the modules are spelt "
        "`Sources` and `Sinks`."
    ),
    wrong="""\
def w = sources.stdin | Sinks.log
""",
    right="""\
def w = Sources.stdin | Sinks.log
""",
)

DEPRECATED_USE = Code(
    id="NS0422",
    name="deprecated-use",
    title="A deprecated function is used",
    level=Severity.WARNING,
    explanation="The author of the function has marked it `@deprecated` and says what to use instead. It still works.",
    wrong="""\
@deprecated("use count")
fun len : Text -> Integer
fun count : Text -> Integer
def f = len
""",
    right="""\
@deprecated("use count")
fun len : Text -> Integer
fun count : Text -> Integer
def f = count
""",
)

NUMBER_RANGE = Code(
    id="NS0423",
    name="number-range",
    title="A number does not fit into 64 bits",
    explanation=(
        "An Integer has 64 bits at every boundary: from -9223372036854775808 to 9223372036854775807. Larger "
        "numbers are a Decimal or a Text."
    ),
    wrong="""\
def w = [9223372036854775808] | Sinks.log
""",
    right="""\
def w = [9223372036854775807] | Sinks.log
""",
)

DUPLICATE_VARIABLE = Code(
    id="NS0424",
    name="duplicate-variable",
    title="A type parameter is named twice",
    explanation="Each parameter of a type has its own name. Rename one of the two.",
    wrong="""\
type Pair a a = (a, a)
""",
    right="""\
type Pair a b = (a, b)
""",
)

DUPLICATE_ATTRIBUTE = Code(
    id="NS0425",
    name="duplicate-attribute",
    title="An attribute is given twice",
    explanation=(
        "An attribute says one thing about a declaration; saying it twice adds nothing and is a slip. Remove one."
    ),
    wrong="""\
@stateless
@stateless
fun f : Text -> Text
""",
    right="""\
@stateless
fun f : Text -> Text
""",
)

FIELD_NAME = Code(
    id="NS0426",
    name="field-name",
    title="A field's name has a character that no name may have",
    explanation=(
        "The name of a field may be any text in quotes, but for a quote, a backslash or a control character: names are "
        "written out in generated code, in CSV headers and in messages. Rename the field in the data before it comes "
        "in."
    ),
    wrong='type T = { "a\\nb" : Text }\n',
    right='type T = { "a b" : Text }\n',
)

CODES = (
    UNKNOWN_NAME,
    UNKNOWN_TYPE,
    UNKNOWN_ALIAS,
    UNKNOWN_CONSTRAINT,
    WRONG_CASE,
    DUPLICATE_DECLARATION,
    DUPLICATE_FIELD,
    DUPLICATE_CONSTRUCTOR,
    RESERVED_NAME,
    RECURSIVE_TYPE,
    RECURSIVE_DEF,
    TYPE_ARITY,
    UNBOUND_TYPE_VARIABLE,
    UNSUPPLIED_VARIABLE,
    ROW_NOT_ALLOWED,
    VOID_POSITION,
    BAD_SIZE,
    METHOD_NAME,
    UNKNOWN_ATTRIBUTE,
    ATTRIBUTE_CONFLICT,
    LOWERCASE_STANDARD,
    DEPRECATED_USE,
    NUMBER_RANGE,
    DUPLICATE_VARIABLE,
    DUPLICATE_ATTRIBUTE,
    FIELD_NAME,
)
