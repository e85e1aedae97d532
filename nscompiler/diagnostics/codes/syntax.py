"""NS01xx: what the parser finds. Each tells one mistake; a bare "syntax error" is none of them."""

from nscompiler.diagnostics.entry import Code

UNEXPECTED = Code(
    id="NS0101",
    name="unexpected-token",
    title="Something stands where it cannot",
    explanation=(
        "The text was read up to this place, and what follows cannot stand here. The message says what could: a "
        "name, a type, an expression, or one of a few signs. If taking the unexpected sign out would do, a fix "
        "offers that. Only this declaration is skipped: the rest of the file is checked as usual."
    ),
    wrong="fun shorten : Text -> = Text\n",
    right="fun shorten : Text -> Text\n",
)
UNFINISHED = Code(
    id="NS0102",
    name="unfinished-declaration",
    title="A declaration ends too early",
    explanation=(
        "The file ends, or the next declaration begins, before this one is complete. A `type` needs its type "
        "after `=`, a `fun` the types on both sides of its `->`, and a `def` an expression after `=`. The name is "
        "remembered, so that its uses elsewhere are not reported as unknown."
    ),
    wrong="def show =\n\ndef lines = Sources.stdin | Sinks.stdout\n",
    right="def show = Sources.stdin | Sinks.log\n\ndef lines = Sources.stdin | Sinks.stdout\n",
)
UNCLOSED_BRACKET = Code(
    id="NS0103",
    name="unclosed-bracket",
    title="A bracket is never closed",
    explanation=(
        "Each `(`, `[`, `{` and the `<` of type arguments needs its closing partner inside the same declaration. "
        "The message points at the opening bracket and the fix puts the closing one where the text makes sense "
        "again; look whether that is where you meant it."
    ),
    wrong='def w = Sources.http<Text> { http_path = "/x" | Sinks.log\n',
    right='def w = Sources.http<Text> { http_path = "/x" } | Sinks.log\n',
)
UNMATCHED_BRACKET = Code(
    id="NS0104",
    name="unmatched-bracket",
    title="A closing bracket has no partner",
    explanation=(
        "A closing bracket closes the nearest bracket that is still open, and must be of its kind: `)` closes "
        "`(`, `]` closes `[`, `}` closes `{`. Here nothing is open, or something of another kind is. The fix "
        "takes the bracket out or writes the one that fits."
    ),
    wrong="def w = Sources.stdin | Sinks.log)\n",
    right="def w = Sources.stdin | Sinks.log\n",
)
MISSING_EQUALS = Code(
    id="NS0105",
    name="missing-equals",
    title="An `=` is missing",
    explanation=(
        "A `type` and a `def` name something, and `=` stands between the name and what it stands for. So it does "
        "between a parameter and its value in `f { name = value }`. A `fun` has a `:` instead, since it is "
        "implemented elsewhere and only its type is written."
    ),
    wrong="def w Sources.stdin | Sinks.log\n",
    right="def w = Sources.stdin | Sinks.log\n",
)
MISSING_PIPE = Code(
    id="NS0106",
    name="missing-pipe",
    title="A `|` is missing between two stages",
    explanation=(
        "Functions are joined with `|`: `f | g` sends what `f` gives to `g`. Writing one function after another "
        "means nothing, since functions take their parameters in braces: `f { name = value }`. In a script a "
        "final expression may follow a declaration; put it on its own line, after a `;` if need be."
    ),
    wrong="module Demo:1.0.0\n\ndef w = Sources.stdin Sinks.log\n",
    right="module Demo:1.0.0\n\ndef w = Sources.stdin | Sinks.log\n",
)
MISSING_ARROW = Code(
    id="NS0107",
    name="missing-arrow",
    title="A `->` is missing in the type of a function",
    explanation=(
        "A function's type is written `input -> output`. A source, which has no input, is `Void -> T`; a sink, "
        "which has no output, is `T -> Void`. The arrow is a minus and a greater-than sign; `=>` and `→` are not "
        "read."
    ),
    wrong="fun count : Text Integer\n",
    right="fun count : Text -> Integer\n",
)
COLON_AND_EQUALS = Code(
    id="NS0108",
    name="colon-or-equals",
    title="A `:` stands for an `=`, or the other way round",
    explanation=(
        "`:` goes before a type, `=` before a value. A record type and a declared parameter have fields with "
        'types, `{ name : Text }`; a function is given values, `f { name = "x" }`. A `fun` is followed by `:` and '
        "its type, a `def` and a `type` by `=` and what they stand for."
    ),
    wrong='def w = Sources.http<Text> { http_path : "/x" } | Sinks.log\n',
    right='def w = Sources.http<Text> { http_path = "/x" } | Sinks.log\n',
)
MISSING_COLON = Code(
    id="NS0109",
    name="missing-colon",
    title="A `:` is missing before a type",
    explanation=(
        "A `:` stands between a name and its type: after the name of a `fun`, after a field of a record, after a "
        "declared parameter. What follows the colon is always a type; a value follows an equals sign."
    ),
    wrong="fun count Text -> Integer\n",
    right="fun count : Text -> Integer\n",
)
MISSING_COMMA = Code(
    id="NS0110",
    name="missing-comma",
    title="A `,` is missing between two items",
    explanation=(
        "The items of a list, a tuple, a record, a group of parameters or type arguments are separated by commas, "
        "also when each stands on a line of its own. A comma after the last one is accepted."
    ),
    wrong="type Person = { name : Text age : Integer }\n",
    right="type Person = { name : Text, age : Integer }\n",
)
STRAY_CHARACTER = Code(
    id="NS0111",
    name="stray-character",
    title="A character that means nothing here",
    explanation=(
        "Outside text and comments the language knows letters, digits, `_`, `'` and a few signs. Characters "
        "copied from a word processor or a web page often look like known ones: a no-break space, a long dash, an "
        "arrow. The fix takes the character out or writes the sign that it looks like. Data that is not yours may have "
        'fields such as `User-Id`: the name of a field may hold nearly anything if it stands in quotes, `"User-Id"`.'
    ),
    wrong="def w = Sources.stdin | % Sinks.log\n",
    right="def w = Sources.stdin | Sinks.log\n",
)
UNTERMINATED_TEXT = Code(
    id="NS0112",
    name="unterminated-text",
    title="A text is never closed",
    explanation=(
        'A text in `"` ends on the line on which it starts. For one that spans lines, such as a query, use three '
        "quotes on either side: the indentation that all its lines share is dropped. A quote inside a text is "
        'written `\\"`.'
    ),
    wrong='def w = Sources.http<Text> { http_path = "/x } | Sinks.log\n',
    right='def w = Sources.http<Text> { http_path = "/x" } | Sinks.log\n',
)
UNTERMINATED_COMMENT = Code(
    id="NS0113",
    name="unterminated-comment",
    title="A comment is never closed",
    explanation=(
        "A comment that starts with `/*` ends with `*/`, and such comments nest: one inside another needs a `*/` "
        "of its own. Everything from here to the end of the file was taken for a comment."
    ),
    wrong="def w = Sources.stdin | Sinks.log\n/* to be continued /* soon */\n",
    right="def w = Sources.stdin | Sinks.log\n/* to be continued /* soon */ */\n",
)
BAD_ESCAPE = Code(
    id="NS0114",
    name="bad-escape",
    title="An escape in a text means nothing",
    explanation=(
        'In a text a backslash starts an escape: `\\n` (line end), `\\t` (tab), `\\r`, `\\"`, `\\\\` (the '
        "backslash itself), `\\u0041` or `\\u{1F600}` (a character by its number). Anything else is an error, so "
        "that a mistyped one is not taken silently for something else; the fix doubles the backslash."
    ),
    wrong='def w = Sources.http<Text> { http_path = "/\\d" } | Sinks.log\n',
    right='def w = Sources.http<Text> { http_path = "/\\\\d" } | Sinks.log\n',
)
CONTROL_CHARACTER = Code(
    id="NS0115",
    name="control-character",
    title="A control character stands in the text",
    explanation=(
        "The file holds an invisible control character outside text and comments, often because it is no text "
        "file at all, is encoded as UTF-16, or was copied from a terminal. Spaces, tabs and line ends are the "
        "only invisible characters that belong here."
    ),
    wrong="def w = Sources.stdin |\x01 Sinks.log\n",
    right="def w = Sources.stdin | Sinks.log\n",
)
BAD_NUMBER = Code(
    id="NS0116",
    name="malformed-number",
    title="A number cannot be read",
    explanation=(
        "Numbers are written `12`, `-3`, `2.5` or `1e-3`, and a single `_` may stand between digits: `1_000_000`. "
        'There are no hexadecimal numbers and no units; a duration is a text, `"90s"`. A number must also fit: no '
        "type holds more than 1,000 digits or a double beyond 1.8e308."
    ),
    wrong="1__000 | Sinks.log\n",
    right="1_000 | Sinks.log\n",
)
LATE_IMPORT = Code(
    id="NS0117",
    name="import-after-declaration",
    title="An import stands after a declaration",
    explanation=(
        "A module is its header, then its imports, then its declarations, so that what it depends on is seen at "
        "its top. The import works all the same in this check; the fix moves it up."
    ),
    wrong="fun f : Text -> Text\nimport Conv:1.0.0 as C\n",
    right="import Conv:1.0.0 as C\nfun f : Text -> Text\n",
)
OLD_SPELLING = Code(
    id="NS0118",
    name="old-spelling",
    title="This was written so in an early version of the language",
    explanation=(
        "Before the language had modules, a source was written `source(http:///demo : Text)` or `sources.http : "
        "Text { … }`, and a type `$Type`. Today a source is a function of the module `Sources` that is given its "
        'type in `< >` and its parameters in braces: `Sources.http<Text> { http_path = "/demo" }`; a type is just '
        "its name."
    ),
    wrong='def w = sources.http : Text { http_path = "/demo" } | Sinks.log\n',
    right='def w = Sources.http<Text> { http_path = "/demo" } | Sinks.log\n',
)
PAYLOAD_BRACKETS = Code(
    id="NS0119",
    name="payload-needs-brackets",
    title="The payload of a constructor needs brackets",
    explanation=(
        "A constructor carries one payload: a name, or something in brackets. A type with arguments, or an "
        "optional one, goes in round brackets, so that it is plain what belongs to what: `Found (Map Text)`. "
        "`Vector n T` and `Matrix n m T` are the exceptions. Several values are a tuple, `Moved (Text, Integer)`."
    ),
    wrong="type Result = Found Map Text | Missing\n",
    right="type Result = Found (Map Text) | Missing\n",
)
PREFIX_AND_POSTFIX = Code(
    id="NS0120",
    name="prefix-with-postfix",
    title="`concat` or `filter` stands before a function that ends in `*` or `?`",
    explanation=(
        "`concat f` is another way to write `f*`, and `filter f` another way to write `f?`. With a prefix and a "
        "postfix at one function it is not plain which is meant to apply first: brackets say it. `f**` needs "
        "none."
    ),
    wrong="fun f : Text -> [[Text]]\ndef w = Sources.stdin | concat f* | Sinks.log\n",
    right="fun f : Text -> [[Text]]\ndef w = Sources.stdin | concat (f*) | Sinks.log\n",
)
TOO_DEEP = Code(
    id="NS0121",
    name="nested-too-deeply",
    title="More than 200 levels of nesting",
    explanation=(
        "Brackets, and what is put around a type or an expression, may be nested 200 levels deep. A program that "
        "needs more was most likely made by another program, or is not a program: give parts of it names, with "
        "`type` and `def`."
    ),
    wrong="def w = " + "(" * 201 + "Sources.stdin" + ")" * 201 + " | Sinks.log\n",
    right="def w = " + "(" * 9 + "Sources.stdin" + ")" * 9 + " | Sinks.log\n",
)
NAME_CASE = Code(
    id="NS0122",
    name="capital-or-small",
    title="A name starts with the wrong kind of letter",
    explanation=(
        "Types, constructors, modules and their aliases start with a capital letter; functions, fields, "
        "parameters and type variables with a small letter or `_`. The language tells them apart by that letter: "
        "in `fun f : a -> Text`, `a` is any type at all. A field of data that is not ours may be called anything in "
        'quotes: `{ "ID" : Integer }`.'
    ),
    wrong="type person = { name : Text }\n",
    right="type Person = { name : Text }\n",
)
MISSING_NAME = Code(
    id="NS0123",
    name="missing-name",
    title="A name is missing",
    explanation=(
        "Every `type`, `fun` and `def` gives a name to something; it stands right after the keyword. Without one, "
        "nothing else could refer to what is declared."
    ),
    wrong="def = Sources.stdin | Sinks.log\n",
    right="def w = Sources.stdin | Sinks.log\n",
)
MISSING_REFERENCE = Code(
    id="NS0124",
    name="missing-module-reference",
    title="A module reference is missing",
    explanation=(
        "`module` and `import` are followed by a module reference, without quotes and without spaces inside: the "
        "name, a colon and three numbers, `Movies.Types:0.1.0`, with an author and a registry in front where "
        "needed. Without it there is nothing to look for."
    ),
    wrong="import as C\n\nfun f : Text -> Text\n",
    right="import Conv:1.0.0 as C\n\nfun f : Text -> Text\n",
)
HEADER_PLACE = Code(
    id="NS0125",
    name="misplaced-header",
    title="The `module` header is not the first thing, or not the only one",
    explanation=(
        "A file is one module: its header, if it has one, comes before everything else, and there is only one. A "
        "file without a header is a script."
    ),
    wrong="fun f : Text -> Text\nmodule Demo:1.0.0\n",
    right="module Demo:1.0.0\nfun f : Text -> Text\n",
)
EXPRESSION_PLACE = Code(
    id="NS0126",
    name="misplaced-expression",
    title="A bare expression stands where none can",
    explanation=(
        "A script, a file without a `module` header, may end in one bare expression: the workflow that it runs. "
        "Everywhere else, in a module or before other declarations, an expression needs a name: `def name = …`. "
        "After a `type` or a `fun` a `;` separates the bare expression, since types are written side by side."
    ),
    wrong="module Demo:1.0.0\n\nSources.stdin | Sinks.log\n",
    right="module Demo:1.0.0\n\ndef main = Sources.stdin | Sinks.log\n",
)
SECOND_ARROW = Code(
    id="NS0127",
    name="second-arrow",
    title="A function's type has two arrows",
    explanation=(
        "A function takes one value and gives one: `A -> B`. There are no functions of several arguments; one "
        "that needs two values takes a tuple, `(A, B) -> C`, or a record. What is fixed when the workflow is "
        "written is a parameter: `with { name : Type }`."
    ),
    wrong="fun add : Integer -> Integer -> Integer\n",
    right="fun add : (Integer, Integer) -> Integer\n",
)
MISSING_STAGE = Code(
    id="NS0128",
    name="missing-stage",
    title="A `|` or `&` has nothing on one side",
    explanation=(
        "A pipe has a stage on either side of each `|`, and `&` a branch on either side. Here one side is empty: "
        "a stage was forgotten, or the sign is one too many."
    ),
    wrong="def w = Sources.stdin | | Sinks.log\n",
    right="def w = Sources.stdin | Sinks.log\n",
)
WRONG_QUOTES = Code(
    id="NS0129",
    name="wrong-quotes",
    title="A text is written in the wrong kind of quotes",
    explanation=(
        'Text stands between straight double quotes: `"text"`. Single quotes are part of names (`f\'`), and curly '
        "quotes are what word processors make of straight ones."
    ),
    wrong="def w = Sources.http<Text> { http_path = '/x' } | Sinks.log\n",
    right='def w = Sources.http<Text> { http_path = "/x" } | Sinks.log\n',
)
NO_DECLARATION = Code(
    id="NS0130",
    name="unknown-declaration",
    title="A declaration does not start with its keyword",
    explanation=(
        "A declaration starts with `type` (a name for a type), `fun` (a function that code implements) or `def` "
        "(a name for an expression). The message guesses from what follows which one is meant."
    ),
    wrong="let w = Sources.stdin | Sinks.log\n",
    right="def w = Sources.stdin | Sinks.log\n",
)
ATTRIBUTE_PLACE = Code(
    id="NS0131",
    name="attribute-without-declaration",
    title="An attribute has no declaration below it",
    explanation=(
        "An attribute such as `@stateless` stands right before the `type`, `fun` or `def` that it tells something "
        "about. Imports, the header and bare expressions have none."
    ),
    wrong="@stateless\nimport Conv:1.0.0 as C\n",
    right="import Conv:1.0.0 as C\n\n@stateless\nfun f : Text -> Text\n",
)
NOT_A_LITERAL = Code(
    id="NS0132",
    name="value-is-no-literal",
    title="A parameter's value is not a literal",
    explanation=(
        "A parameter is set to a literal: a text in quotes, a number, `true` or `false`, a list of these, or "
        "`$NAME` for an environment variable that is read when the workflow starts. Names and expressions cannot "
        "stand there."
    ),
    wrong="def w = Sources.http<Text> { http_path = path } | Sinks.log\n",
    right='def w = Sources.http<Text> { http_path = "path" } | Sinks.log\n',
)
WRONG_COMMENT = Code(
    id="NS0133",
    name="wrong-comment-sign",
    title="A comment starts with `#` or `--`",
    explanation=(
        "A comment starts with `//` and goes to the end of the line, or stands between `/*` and `*/`. Lines of "
        "`///` right above a declaration are its documentation. A first line `#!…` is skipped, any other `#` is "
        "not."
    ),
    wrong="# reads lines\ndef w = Sources.stdin | Sinks.log\n",
    right="// reads lines\ndef w = Sources.stdin | Sinks.log\n",
)
SUM_ALTERNATIVE = Code(
    id="NS0134",
    name="alternative-without-constructor",
    title="An alternative of a sum has no constructor",
    explanation=(
        "Each alternative of a sum is a constructor, a plain name with a capital, and at most one payload: `Click "
        "Target | Key Text | Closed`. A type alone is no alternative; give it a constructor to be told apart by."
    ),
    wrong="type Value = Number Double | [Text]\n",
    right="type Value = Number Double | Words [Text]\n",
)
SEPARATOR_NEEDED = Code(
    id="NS0135",
    name="missing-semicolon",
    title="A `;` is missing before a script's final expression",
    explanation=(
        "A script may end in one bare expression. Types are written by putting one after the other, so right "
        "after a `type` or a `fun` the expression would be read as part of the type: a `;` separates the two. "
        "After an import or a `def` none is needed."
    ),
    wrong="fun f : Text -> Text\n\nSources.stdin | f | Sinks.stdout\n",
    right="fun f : Text -> Text;\n\nSources.stdin | f | Sinks.stdout\n",
)
WRONG_KEYWORD = Code(
    id="NS0136",
    name="fun-for-def",
    title="A `fun` has a body, or a `def` has none",
    explanation=(
        "`fun` declares a function that code implements: it has a type and nothing else. `def` binds a name to an "
        "expression and needs one; its type may be left out."
    ),
    wrong="def count : Text -> Integer\n",
    right="fun count : Text -> Integer\n",
)
NAMELESS_SUM = Code(
    id="NS0137",
    name="sum-without-name",
    title="A sum stands where only the name of one can",
    explanation=(
        "A sum is the whole right side of a `type`, which gives it a name: in the code it is a class of that name, "
        "with one for each constructor. Fields, lists and functions then speak of it by its name. Each alternative has "
        "a constructor: there are no unions of plain types such as `Integer | Text`."
    ),
    wrong="fun parse : Text -> Parsed Integer | Failed Text\n",
    right="fun parse : Text -> ParseResult\ntype ParseResult = Parsed Integer | Failed Text\n",
)

CODES = tuple(value for value in tuple(globals().values()) if isinstance(value, Code))
