/**
 * @file The NStack workflow language, for editors.
 *
 * It follows nscompiler/grammar/nml.lark rule by rule; tests/editors compares the two. What that grammar leaves to later
 * (the order of items, which types may be a constructor's payload) is left open here as well.
 */
/* eslint-disable arrow-parens, camelcase */

// As in nml.lark: names are small unless they start with one of these letters.
const CAPITAL = "A-ZÀ-ÖØ-ÞΑ-ΡΣ-ΫЀ-Я";
// The generator knows of the large blocks of letters only where they start and end.
const BLOCKS = "\\u3400-\\u4DBF\\u4E00-\\u9FFF\\uAC00-\\uD7A3\\u{20000}-\\u{323AF}";
const WORD = `\\p{L}\\p{N}_${BLOCKS}`;
const REST = `[${WORD}']*`;

const digits = /[0-9]+(_[0-9]+)*/;
const exponent = /[eE][+-]?[0-9]+/;

/** One or more, separated by commas, with one more comma allowed behind the last. */
const listed = (rule) => seq(rule, repeat(seq(",", rule)), optional(","));
/** Two or more, separated by a sign. */
const joined = (sign, rule) => seq(rule, repeat1(seq(sign, rule)));

module.exports = grammar({
  name: "nml",

  // src/scanner.c tells what each is for.
  externals: ($) => [
    $.block_comment,
    $.shebang,
    $.text_content,
    $._long_text_content,
    $._plain_word,
    $._plain_reference,
    $._number_end,
    $._error_sentinel,
  ],

  extras: ($) => [/[ \t\r\n\f]/, $.line_comment, $.doc_comment, $.block_comment],

  word: ($) => $.identifier,

  supertypes: ($) => [$.declaration, $.expression, $.literal],

  rules: {
    source_file: ($) => seq(optional($.shebang), optional($._items)),

    // --- items: after a `type` or `fun` a bare expression would be one more argument, so something else comes first

    _items: ($) =>
      choice(
        seq(repeat1($._closed_items), optional($._open_items)),
        $._open_items,
      ),
    _closed_items: ($) =>
      choice($._closing_item, $.expression, seq($._open_items, $._closing_item)),
    _open_items: ($) => repeat1(choice($.type_declaration, $.function_declaration)),
    _closing_item: ($) => choice(";", $.module_header, $.import_declaration, $.definition),

    declaration: ($) => choice($.type_declaration, $.function_declaration, $.definition),

    module_header: ($) =>
      seq(
        "module",
        field("module", $._reference),
        optional(choice("where", field("body", $.module_body))),
      ),
    module_body: ($) => seq("{", optional($._items), "}"),
    import_declaration: ($) =>
      seq("import", field("module", $._reference), optional(seq("as", field("alias", alias($.type_identifier, $.module_alias))))),
    _reference: ($) => seq($._plain_reference, $.module_reference),

    attribute: ($) => seq("@", field("name", $.identifier), optional(seq("(", field("argument", $._text), ")"))),

    type_declaration: ($) =>
      seq(
        repeat($.attribute),
        "type",
        field("name", $.type_identifier),
        repeat(seq($._plain_word, field("parameter", alias($.identifier, $.type_variable)))),
        "=",
        field("body", choice($._type, $.sum_type)),
      ),
    sum_type: ($) => joined("|", field("constructor", $._type)),

    function_declaration: ($) =>
      seq(
        repeat($.attribute),
        "fun",
        field("name", $.identifier),
        ":",
        field("type", $.function_type),
        optional(
          choice(
            $.where_clause,
            $.with_clause,
            seq($.where_clause, $.with_clause),
            seq($.with_clause, $.where_clause),
          ),
        ),
      ),

    definition: ($) =>
      seq(
        repeat($.attribute),
        "def",
        field("name", $.identifier),
        optional(seq(":", field("type", $.function_type), optional($.where_clause))),
        "=",
        field("body", $.expression),
      ),

    function_type: ($) => seq(field("input", $._type), "->", field("output", $._type)),
    where_clause: ($) => seq("where", listed($.constraint)),
    constraint: ($) => seq(field("type", $._type), "is", field("class", $.type_identifier)),

    with_clause: ($) => seq("with", "{", optional(listed($.parameter)), "}"),
    parameter: ($) =>
      seq(
        field("name", $.identifier),
        ":",
        field("type", $._parameter_type),
        optional(seq("=", field("default", $.literal))),
      ),
    _parameter_type: ($) => choice($.type_identifier, $.parameter_list_type, $.enumeration),
    parameter_list_type: ($) => seq("[", $._parameter_type, "]"),
    enumeration: ($) => seq($._text, repeat(seq("|", $._text))),

    // --- types

    _type: ($) =>
      choice($.optional_type, $.optional_suffix_type, $.applied_type, $._atom_type),
    optional_type: ($) => seq("optional", $._type),
    optional_suffix_type: ($) => seq($._suffixed_type, "optional"),
    _suffixed_type: ($) => choice($.optional_suffix_type, $.applied_type, $._atom_type),
    applied_type: ($) => seq(field("name", $._type_name), repeat1(field("argument", choice($._atom_type, $.integer)))),
    _type_name: ($) => choice($.type_identifier, $.qualified_type),
    qualified_type: ($) => seq(field("module", alias($.type_identifier, $.module_alias)), ".", field("name", $.type_identifier)),
    _atom_type: ($) =>
      choice(
        $._type_name,
        $._type_variable,
        $.unit_type,
        $.type_group,
        $.tuple_type,
        $.list_type,
        $.record_type,
      ),
    _type_variable: ($) => seq($._plain_word, alias($.identifier, $.type_variable)),
    unit_type: (_) => seq("(", ")"),
    type_group: ($) => seq("(", $._type, ")"),
    tuple_type: ($) => seq("(", joined(",", $._type), optional(","), ")"),
    list_type: ($) => seq("[", $._type, "]"),
    record_type: ($) =>
      seq(
        "{",
        optional(
          choice(listed($.field), seq(optional(listed($.field)), "|", field("rest", $.row_tail))),
        ),
        "}",
      ),
    field: ($) => seq(field("name", choice($.identifier, $.text)), ":", field("type", $._type)),
    row_tail: ($) => choice($.identifier, ".."),

    // --- expressions

    expression: ($) => choice($.both, $._pipeline),
    both: ($) => joined("&", $._pipeline),
    _pipeline: ($) => choice($.pipe, $._stage),
    pipe: ($) => joined("|", $._stage),
    _stage: ($) => choice($._suffixed, $._prefixed),
    _suffixed: ($) =>
      choice($._primary, $.apply, $.concat, $.filter),
    apply: ($) => seq(field("function", $._suffixed), field("bindings", $.bindings)),
    concat: ($) => seq(field("function", $._suffixed), "*"),
    filter: ($) => seq(field("function", $._suffixed), "?"),
    _prefixed: ($) =>
      choice(
        $.prefix_concat,
        $.prefix_filter,
        alias($._prefixed_concat, $.concat),
        alias($._prefixed_filter, $.filter),
      ),
    _prefixed_concat: ($) => seq(field("function", $._prefixed), "*"),
    _prefixed_filter: ($) => seq(field("function", $._prefixed), "?"),
    prefix_concat: ($) => seq("concat", field("function", $._application)),
    prefix_filter: ($) => seq("filter", field("function", $._application)),
    _application: ($) => choice($._primary, alias($._bound_application, $.apply)),
    _bound_application: ($) => seq(field("function", $._application), field("bindings", $.bindings)),

    bindings: ($) => seq("{", optional(listed($.binding)), "}"),
    binding: ($) => seq(field("name", $.identifier), "=", field("value", $.literal)),

    _primary: ($) => choice($.use, $.instantiate, $.group, $.literal),
    instantiate: ($) => seq(field("function", $.use), field("types", $.type_arguments)),
    type_arguments: ($) => seq("<", listed(choice($._type, $.hole, $.integer)), ">"),
    hole: (_) => "_",
    group: ($) => seq("(", $.expression, ")"),
    use: ($) =>
      choice(
        seq($._plain_word, field("name", $.identifier)),
        field("name", $.type_identifier),
        seq(
          choice(
            seq($._plain_word, field("module", alias($.identifier, $.module_alias))),
            field("module", alias($.type_identifier, $.module_alias)),
          ),
          ".",
          field("name", choice($.identifier, $.type_identifier)),
        ),
      ),

    // --- literals

    literal: ($) =>
      choice($._text, $.integer, $.double, $.boolean, $.environment, $.list),
    list: ($) => seq("[", optional(listed($.literal)), "]"),
    boolean: (_) => choice("true", "false"),
    environment: (_) => /\$[A-Za-z_][A-Za-z0-9_]*/,
    integer: ($) => seq($._integer, $._number_end),
    _integer: (_) => token(seq(optional("-"), digits)),
    double: ($) => seq($._double, $._number_end),
    _double: (_) =>
      token(seq(optional("-"), digits, choice(seq(".", digits, optional(exponent)), exponent))),

    _text: ($) => choice($.text, $.long_text),
    text: ($) =>
      seq('"', repeat(choice($.text_content, $.escape_sequence)), token.immediate('"')),
    long_text: ($) =>
      seq(
        '"""',
        repeat(
          choice(alias($._long_text_content, $.text_content), alias($._long_escape, $.escape_sequence)),
        ),
        token.immediate('"""'),
      ),
    // One that means nothing is refused later, so it is an escape here.
    escape_sequence: (_) => token.immediate(/\\(u\{[^}"\n\r]*\}|u[0-9A-Fa-f]{4}|[^\n\r])/),
    _long_escape: (_) => token.immediate(/\\(u\{[^}"\n\r]*\}|u[0-9A-Fa-f]{4}|[^\n\r]|\r?\n|\r)/),

    // --- words

    identifier: (_) =>
      token(
        seq(
          choice(
            new RegExp(`[_\\p{L}\\p{Nl}\\p{No}&&[^${CAPITAL}]]`),
            new RegExp(`[${BLOCKS}]`, "u"),
          ),
          new RegExp(REST, "u"),
        ),
      ),
    type_identifier: (_) => new RegExp(`[${CAPITAL}]${REST}`, "u"),
    module_reference: (_) => new RegExp(`[${WORD}]([${WORD}.:\\-]|/[${WORD}.:\\-])*`, "u"),

    line_comment: (_) => /\/\/([^\/\n\r][^\n\r]*)?|\/\/\/\/[^\n\r]*/,
    doc_comment: (_) => /\/\/\/([^\/\n\r][^\n\r]*)?/,
  },
});
