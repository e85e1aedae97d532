"""Diagnostics of inference: what flows does not fit."""

from nscompiler.diagnostics.entry import Code

TYPE_MISMATCH = Code(
    id="NS0301",
    name="type-mismatch",
    title="Two stages of a pipe do not fit",
    explanation="",
)

FIELD_MISSING = Code(
    id="NS0302",
    name="field-missing",
    title="A field that the next stage needs is not there",
    explanation="",
)

FIELD_MISSPELT = Code(
    id="NS0303",
    name="field-misspelt",
    title="A field is there under another spelling",
    explanation="",
)

FIELD_COLLISION = Code(
    id="NS0304",
    name="field-collision",
    title="A field would be overwritten",
    explanation="",
)

LIST_UNEXPECTED = Code(
    id="NS0305",
    name="list-unexpected",
    title="A list meets a function that takes one value",
    explanation="",
)

LIST_NEEDED = Code(
    id="NS0306",
    name="list-needed",
    title="One value meets a function that takes a list",
    explanation="",
)

OPTIONAL_UNEXPECTED = Code(
    id="NS0307",
    name="optional-unexpected",
    title="A value that may be missing meets a function that needs one",
    explanation="",
)

SUM_MISMATCH = Code(
    id="NS0308",
    name="sum-mismatch",
    title="A sum has constructors that the next stage does not know",
    explanation="",
)

SOURCE_IN_MIDDLE = Code(
    id="NS0309",
    name="source-in-middle",
    title="A source stands in the middle of a pipe",
    explanation="",
)

AFTER_SINK = Code(
    id="NS0310",
    name="after-sink",
    title="Something follows a sink",
    explanation="",
)

VOID_MISUSE = Code(
    id="NS0311",
    name="void-misuse",
    title="Void stands where a value is wanted",
    explanation="",
)

NOT_A_LIST = Code(
    id="NS0312",
    name="not-a-list",
    title="`*` needs a list",
    explanation="",
)

BYTE_FLATTEN = Code(
    id="NS0313",
    name="byte-flatten",
    title="`*` on a byte string",
    explanation="",
)

NOT_OPTIONAL = Code(
    id="NS0314",
    name="not-optional",
    title="`?` needs an optional value",
    explanation="",
)

AMBIGUOUS_TYPE = Code(
    id="NS0315",
    name="ambiguous-type",
    title="Nothing says which type a function has here",
    explanation="",
)

INFINITE_TYPE = Code(
    id="NS0316",
    name="infinite-type",
    title="A type would contain itself",
    explanation="",
)

INFINITE_ROW = Code(
    id="NS0317",
    name="infinite-row",
    title="The rest of a record would contain itself",
    explanation="",
)

ANNOTATION_MISMATCH = Code(
    id="NS0318",
    name="annotation-mismatch",
    title="A def is not of the type that its annotation gives",
    explanation="",
)

BOTH_INPUTS = Code(
    id="NS0319",
    name="both-inputs",
    title="The branches of `&` take different inputs",
    explanation="",
)

BOTH_OUTPUTS = Code(
    id="NS0320",
    name="both-outputs",
    title="The branches of `&` give different outputs",
    explanation="",
)

CONSTRAINT_VIOLATED = Code(
    id="NS0321",
    name="constraint-violated",
    title="A type does not meet a constraint",
    explanation="",
)

TYPE_ARGUMENT_COUNT = Code(
    id="NS0322",
    name="type-argument-count",
    title="A function takes another number of types",
    explanation="",
)

TYPE_ARGUMENT_KIND = Code(
    id="NS0323",
    name="type-argument-kind",
    title="A size stands where a type is wanted, or the reverse",
    explanation="",
)

NESTED_OPTIONAL = Code(
    id="NS0324",
    name="nested-optional",
    title="An optional of something that may already be missing",
    explanation="",
)

PARTIAL_STARTED = Code(
    id="NS0325",
    name="partial-started",
    title="Only a workflow can be started",
    explanation="",
)

LITERAL_ELEMENTS = Code(
    id="NS0326",
    name="literal-elements",
    title="The items of a list have different types",
    explanation="",
)

REPLY_WITHOUT_HTTP = Code(
    id="NS0327",
    name="reply-without-http",
    title="A reply can only answer an HTTP request",
    explanation="",
)

SECOND_REPLY = Code(
    id="NS0328",
    name="second-reply",
    title="A request would be answered twice",
    explanation="",
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
)
