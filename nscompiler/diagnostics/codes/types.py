"""Diagnostics of inference: what flows does not fit."""

from nscompiler.diagnostics.entry import Code

TYPE_MISMATCH = Code(
    id="NS0301",
    name="type-mismatch",
    title="Two stages of a pipe do not fit",
    explanation=(
        "What the stage on the left of a `|` gives is of a type that the stage on its right cannot take. "
        "Types are compared by structure: names play no part, an Integer fits a Double, further fields of a "
        "record are dropped. The message shows what flowed after every stage up to the break; the mistake is "
        "often earlier than the place where it shows. Put a function between the two that makes one type of "
        "the other."
    ),
    wrong="""\
fun clean : Text -> Text
fun predict : { size : Double } -> Text
def w = Sources.stdin | clean | predict | Sinks.log
""",
    right="""\
fun clean : Text -> { size : Double }
fun predict : { size : Double } -> Text
def w = Sources.stdin | clean | predict | Sinks.log
""",
)

FIELD_MISSING = Code(
    id="NS0302",
    name="field-missing",
    title="A field that the next stage needs is not there",
    explanation=(
        "The stage on the right takes a record with a field that the record on the left does not have. Fields "
        "are matched by name, and all that are written in the input are needed, optional ones too. The "
        "message names every missing field at once. Add the field where the record is made, or ask for less."
    ),
    wrong="""\
fun read : Text -> { name : Text }
fun greet : { name : Text, city : Text } -> Text
def f = read | greet
""",
    right="""\
fun read : Text -> { name : Text, city : Text }
fun greet : { name : Text, city : Text } -> Text
def f = read | greet
""",
)

FIELD_MISSPELT = Code(
    id="NS0303",
    name="field-misspelt",
    title="A field is there under another spelling",
    explanation=(
        "The stage on the right needs a field that is not there, while the record on the left has one of "
        "nearly the same name and a type that fits. It is one slip, so it is one message. Use one spelling on "
        "both sides."
    ),
    wrong="""\
fun read : Text -> { petalLenght : Double }
fun predict : { petalLength : Double } -> Text
def f = read | predict
""",
    right="""\
fun read : Text -> { petalLength : Double }
fun predict : { petalLength : Double } -> Text
def f = read | predict
""",
)

FIELD_COLLISION = Code(
    id="NS0304",
    name="field-collision",
    title="A field would be overwritten",
    explanation=(
        "A function with an open record adds a field and passes all others on. The record that arrives has a "
        "field of that name already, so one of the two would be lost. Rename the field on one side."
    ),
    wrong="""\
fun enrich : { user : Text | r } -> { user : Text, country : Text | r }
fun read : Text -> { user : Text, country : Text }
def f = read | enrich
""",
    right="""\
fun enrich : { user : Text | r } -> { user : Text, country : Text | r }
fun read : Text -> { user : Text, home : Text }
def f = read | enrich
""",
)

LIST_UNEXPECTED = Code(
    id="NS0305",
    name="list-unexpected",
    title="A list meets a function that takes one value",
    explanation=(
        "The stage on the left gives a whole list as one value, and the next one takes a single item. `*` "
        "after the first stage sends the items one by one; `concat f` is the old way to write it."
    ),
    wrong="""\
fun words : Text -> [Text]
fun count : Text -> Integer
def f = words | count
""",
    right="""\
fun words : Text -> [Text]
fun count : Text -> Integer
def f = words* | count
""",
)

LIST_NEEDED = Code(
    id="NS0306",
    name="list-needed",
    title="One value meets a function that takes a list",
    explanation=(
        "The stage on the right takes a whole list, and the one on the left gives single values. Nothing "
        "gathers values into lists by itself, as a pipe has no end to wait for. `Std.single` makes a list of "
        "one."
    ),
    wrong="""\
fun trim : Text -> Text
fun join : [Text] -> Text
def f = trim | join
""",
    right="""\
fun trim : Text -> Text
fun join : [Text] -> Text
def f = trim | Std.single | join
""",
)

OPTIONAL_UNEXPECTED = Code(
    id="NS0307",
    name="optional-unexpected",
    title="A value that may be missing meets a function that needs one",
    explanation=(
        "The stage on the left may give nothing, and the next one needs a value. `?` after the first stage "
        "lets only the values that are there pass; the missing ones are then dropped. `filter f` is the old "
        "way to write it."
    ),
    wrong="""\
fun find : Text -> optional Integer
fun double : Integer -> Integer
def f = find | double
""",
    right="""\
fun find : Text -> optional Integer
fun double : Integer -> Integer
def f = find? | double
""",
)

SUM_MISMATCH = Code(
    id="NS0308",
    name="sum-mismatch",
    title="A sum has constructors that the next stage does not know",
    explanation=(
        "A sum fits another when all of its constructors are among the other's and their payloads fit. Here "
        "the stage on the left may give a constructor that the one on the right has no case for, or one with "
        "another payload. Add the constructor to the type that is taken, or handle it before."
    ),
    wrong="""\
type Event = Click Text | Scroll Integer
fun read : Text -> Event
type Known = Click Text | Key Text
fun store : Known -> Text
def f = read | store
""",
    right="""\
type Event = Click Text | Key Text
fun read : Text -> Event
type Known = Click Text | Key Text | Scroll Integer
fun store : Known -> Text
def f = read | store
""",
)

SOURCE_IN_MIDDLE = Code(
    id="NS0309",
    name="source-in-middle",
    title="A source stands in the middle of a pipe",
    explanation=(
        "A source takes no input, so nothing can flow into it. It stands at the start of a pipe. Two sources "
        "are merged with `(a & b) | …`."
    ),
    wrong="""\
def w = Sources.stdin | Sources.stdin | Sinks.log
""",
    right="""\
def w = (Sources.stdin & Sources.jsonl { path = "more.jsonl" }) | Sinks.log
""",
)

AFTER_SINK = Code(
    id="NS0310",
    name="after-sink",
    title="Something follows a sink",
    explanation=(
        "A sink gives nothing, so no stage can follow it. To write a value and go on with it, run both on it: "
        "`s | (sink & next)`."
    ),
    wrong="""\
fun count : Text -> Integer
def w = Sources.stdin | Sinks.log | count | Sinks.log
""",
    right="""\
fun count : Text -> Integer
def w = Sources.stdin | (Sinks.log & count | Sinks.log)
""",
)

VOID_MISUSE = Code(
    id="NS0311",
    name="void-misuse",
    title="Void stands where a value is wanted",
    explanation=(
        "`*` and `?` work on what a function gives. A sink and a workflow give nothing. Put the sign after "
        "the function whose values are meant."
    ),
    wrong="""\
def w = Sources.stdin | Sinks.log*
""",
    right="""\
def w = Sources.stdin | Sinks.log
""",
)

NOT_A_LIST = Code(
    id="NS0312",
    name="not-a-list",
    title="`*` needs a list",
    explanation=(
        "`f*` sends the items of the list that `f` gives one by one. This function gives no list, vector or matrix."
    ),
    wrong="""\
fun count : Text -> Integer
def f = count*
""",
    right="""\
fun count : Text -> [Integer]
def f = count*
""",
)

BYTE_FLATTEN = Code(
    id="NS0313",
    name="byte-flatten",
    title="`*` on a byte string",
    explanation=(
        "`[Byte]` is one closed type, a byte string, and not a list of items to send one by one: a file of a "
        "megabyte would become a million values. Split it in a function that says how. A def such as "
        "`def each = Std.identity*` works at every type but this one: its type says `a is Item`."
    ),
    wrong="""\
fun load : Text -> [Byte]
def f = load*
""",
    right="""\
fun load : Text -> [Byte]
fun chunks : [Byte] -> [Text]
def f = load | chunks*
""",
)

NOT_OPTIONAL = Code(
    id="NS0314",
    name="not-optional",
    title="`?` needs an optional value",
    explanation=(
        "`f?` drops the values that are missing from what `f` gives. This function always gives a value, so "
        "there is nothing to drop."
    ),
    wrong="""\
fun count : Text -> Integer
def f = count?
""",
    right="""\
fun count : Text -> optional Integer
def f = count?
""",
)

AMBIGUOUS_TYPE = Code(
    id="NS0315",
    name="ambiguous-type",
    title="Nothing says which type a function has here",
    explanation=(
        "A workflow runs at one type in every place, and here nothing settles one: neither the stages beside "
        "it nor a written `<T>`. Write the type where the values come in. A part of a workflow, a `def` with "
        "an open end, may stay open; it is settled where it is used."
    ),
    wrong="""\
def w = Sources.http { http_path = "/x" } | Sinks.log
""",
    right="""\
def w = Sources.http<Text> { http_path = "/x" } | Sinks.log
""",
)

INFINITE_TYPE = Code(
    id="NS0316",
    name="infinite-type",
    title="A type would contain itself",
    explanation=(
        "Putting these stages together would need a type that is a part of itself, such as a list whose items "
        "are the list. No value is of such a type. A stage is usually applied once too often."
    ),
    wrong="""\
fun pair : (a, a) -> [a]
fun wrap : a -> (a, [a])
def f = wrap | pair
""",
    right="""\
fun pair : (a, a) -> [a]
fun wrap : a -> (a, a)
def f = wrap | pair
""",
)

INFINITE_ROW = Code(
    id="NS0317",
    name="infinite-row",
    title="The rest of a record would contain itself",
    explanation=(
        "Two records that share the same rest cannot differ in their other fields: the rest would have to "
        "contain itself. One of the two usually has a field too many."
    ),
    wrong="""\
fun split : { x : Text | r } -> ({ x : Text | r }, { | r })
fun same : ({ | r }, { | r }) -> Text
def f = split | same
""",
    right="""\
fun split : { x : Text | r } -> ({ x : Text | r }, { x : Text | r })
fun same : ({ | r }, { | r }) -> Text
def f = split | same
""",
)

ANNOTATION_MISMATCH = Code(
    id="NS0318",
    name="annotation-mismatch",
    title="A def is not of the type that its annotation gives",
    explanation=(
        "The type written after the name of a `def` is a promise, and its body does not keep it. A body may "
        "take more and give more than is promised, by the rules of a joint, and not less. Change the "
        "annotation or the body."
    ),
    wrong="""\
fun count : Text -> Integer
def f : Text -> Text = count
""",
    right="""\
fun count : Text -> Integer
def f : Text -> Integer = count
""",
)

BOTH_INPUTS = Code(
    id="NS0319",
    name="both-inputs",
    title="The branches of `&` take different inputs",
    explanation=(
        "`f & g` runs both on every value, so one value must be right for both: one input fits the other, or "
        "both are records, whose fields are then needed together. A source takes nothing and can only stand "
        "beside other sources. Bring the inputs together, or annotate a branch as a def."
    ),
    wrong="""\
fun f : Text -> Integer
fun g : Integer -> Integer
def h = f & g
""",
    right="""\
fun f : Text -> Integer
fun g : Text -> Integer
def h = f & g
""",
)

BOTH_OUTPUTS = Code(
    id="NS0320",
    name="both-outputs",
    title="The branches of `&` give different outputs",
    explanation=(
        "What comes out of `f & g` is one stream, so it has one type: one output fits the other and the "
        "larger is taken. No union of types is invented. A branch that ends in a sink adds nothing."
    ),
    wrong="""\
fun f : Text -> Integer
fun g : Text -> Text
def h = f & g
""",
    right="""\
fun f : Text -> Integer
fun g : Text -> Double
def h = f & g
""",
)

CONSTRAINT_VIOLATED = Code(
    id="NS0321",
    name="constraint-violated",
    title="A type does not meet a constraint",
    explanation=(
        "The function works for every type that meets a constraint, and the one that flows here does not: a "
        "CSV row holds cells, a database row holds columns. The message names the part of the type that "
        "breaks it."
    ),
    wrong="""\
type Row = { name : Text, tags : [Text] }
def f = Conv.to_csv<Row>
""",
    right="""\
type Row = { name : Text, tag : Text }
def f = Conv.to_csv<Row>
""",
)

TYPE_ARGUMENT_COUNT = Code(
    id="NS0322",
    name="type-argument-count",
    title="A function takes another number of types",
    explanation=(
        "`f<T, …>` gives types to the variables of a function's type, in order of their first appearance. "
        "There are more types here than variables. Fewer are fine, and `_` leaves one to inference."
    ),
    wrong="""\
fun first : [a] -> optional a
def f = first<Text, Integer>
""",
    right="""\
fun first : [a] -> optional a
def f = first<Text>
""",
)

TYPE_ARGUMENT_KIND = Code(
    id="NS0323",
    name="type-argument-kind",
    title="A size stands where a type is wanted, or the reverse",
    explanation=(
        "A variable stands for a type, for the number of a vector, or for the rest of a record. It cannot be "
        "given something of another kind."
    ),
    wrong="""\
type Row = Vector Text Double
""",
    right="""\
type Row = Vector 3 Double
""",
)

NESTED_OPTIONAL = Code(
    id="NS0324",
    name="nested-optional",
    title="An optional of something that may already be missing",
    explanation=(
        "`null` stands for a missing value. An optional of an optional, of `()` or of `Json` could not tell "
        "which of two things is missing, so there is no such type, not even where a variable would become it."
    ),
    wrong="""\
type T = optional (optional Text)
""",
    right="""\
type T = optional Text
""",
)

PARTIAL_STARTED = Code(
    id="NS0325",
    name="partial-started",
    title="Only a workflow can be started",
    explanation=(
        "A workflow goes from a source to a sink, `Void -> Void`. This definition still has an open end: it "
        "takes values from nowhere, or gives them to nobody. It is a part for other definitions; put a source before "
        "it or a sink after it to start it."
    ),
    wrong="def part = Std.identity<Text> | Sinks.log\n",
    right='def part = ["a"] | Std.identity<Text> | Sinks.log\n',
)

LITERAL_ELEMENTS = Code(
    id="NS0326",
    name="literal-elements",
    title="The items of a list have different types",
    explanation=(
        "A list of literals stands where a source does and sends its items one by one, so all of them have "
        "one type. Integers among Doubles are fine."
    ),
    wrong="""\
def w = [1, "two", 3] | Sinks.log
""",
    right="""\
def w = [1, 2, 3] | Sinks.log
""",
)

REPLY_WITHOUT_HTTP = Code(
    id="NS0327",
    name="reply-without-http",
    title="A reply can only answer an HTTP request",
    explanation=(
        "`Sinks.reply` answers the request from which its value came. Every source that reaches it must be "
        "`Sources.http`; values of any other source have nobody to answer to."
    ),
    wrong="""\
def w = Sources.stdin | Sinks.reply
""",
    right="""\
def w = Sources.http<Text> { http_path = "/x" } | Sinks.reply
""",
)

SECOND_REPLY = Code(
    id="NS0328",
    name="second-reply",
    title="A request would be answered twice",
    explanation=(
        "A request has one answer. Here one value reaches a reply by two ways. Keep one, or bring the ways "
        "together in a function before it."
    ),
    wrong="""\
def w = Sources.http<Text> { http_path = "/x" } | (Sinks.reply & Sinks.reply)
""",
    right="""\
def w = Sources.http<Text> { http_path = "/x" } | (Sinks.log & Sinks.reply)
""",
)

VALUE_TOO_LARGE = Code(
    id="NS0329",
    name="value-too-large",
    title="A value would hold more than 16,777,216 parts",
    explanation=(
        "A tuple or a record holds each of its parts, and one that holds the same part twice at every level doubles: "
        "after 24 levels a value has more than 16 million parts, however short its type is written. No program could "
        "check or write such a value. Lists, optionals and sums do not count, for they may be empty. Most often a "
        "function that pairs a value with itself stands once too often in a pipe."
    ),
    wrong="fun two : a -> (a, a)\nfun g : a -> Text\ndef w = Sources.stdin" + " | two" * 25 + " | g | Sinks.stdout\n",
    right="fun two : a -> (a, a)\nfun g : a -> Text\ndef w = Sources.stdin | two | two | g | Sinks.stdout\n",
)

CODES = (
    TYPE_MISMATCH,
    FIELD_MISSING,
    FIELD_MISSPELT,
    FIELD_COLLISION,
    LIST_UNEXPECTED,
    LIST_NEEDED,
    OPTIONAL_UNEXPECTED,
    SUM_MISMATCH,
    SOURCE_IN_MIDDLE,
    AFTER_SINK,
    VOID_MISUSE,
    NOT_A_LIST,
    BYTE_FLATTEN,
    NOT_OPTIONAL,
    AMBIGUOUS_TYPE,
    INFINITE_TYPE,
    INFINITE_ROW,
    ANNOTATION_MISMATCH,
    BOTH_INPUTS,
    BOTH_OUTPUTS,
    CONSTRAINT_VIOLATED,
    TYPE_ARGUMENT_COUNT,
    TYPE_ARGUMENT_KIND,
    NESTED_OPTIONAL,
    PARTIAL_STARTED,
    LITERAL_ELEMENTS,
    REPLY_WITHOUT_HTTP,
    SECOND_REPLY,
    VALUE_TOO_LARGE,
)
