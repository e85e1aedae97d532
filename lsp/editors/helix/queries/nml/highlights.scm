; What is more particular stands below what is less.

(line_comment) @comment.line
(block_comment) @comment.block
(doc_comment) @comment.line.documentation
(shebang) @comment.line

["module" "import" "as"] @keyword.control.import
"type" @keyword.storage.type
["fun" "def"] @keyword.function
"optional" @keyword.storage.modifier
["concat" "filter"] @keyword.operator
["with" "where" "is"] @keyword
(hole) @variable.builtin

(text) @string
(long_text) @string
(escape_sequence) @constant.character.escape
(integer) @constant.numeric.integer
(double) @constant.numeric.float
(boolean) @constant.builtin.boolean
(environment) @constant

(type_identifier) @type
((type_identifier) @type.builtin
  (#any-of? @type.builtin
    "Integer" "Double" "Boolean" "Text" "Byte" "Json" "Decimal" "Date" "Time" "DateTime" "Duration" "Uuid" "Map"
    "Vector" "Matrix" "Void"))
(qualified_type name: (type_identifier) @type)
(type_declaration name: (type_identifier) @type)
(sum_type constructor: (type_identifier) @constructor)
(sum_type constructor: (applied_type name: (type_identifier) @constructor))
(sum_type
  constructor: (optional_suffix_type (applied_type name: (type_identifier) @constructor)))
(type_variable) @type.parameter
(row_tail (identifier) @type.parameter)

(module_reference) @namespace
(module_alias) @namespace

(use name: (identifier) @function)
(use module: (module_alias) name: (type_identifier) @function)
(function_declaration name: (identifier) @function)
(definition name: (identifier) @function)
(attribute "@" @attribute name: (identifier) @attribute)
(field name: (identifier) @variable.other.member)
(parameter name: (identifier) @variable.parameter)
(binding name: (identifier) @variable.parameter)

["|" "&" "*" "?" "->" "=" "<" ">"] @operator
["," "." ":" ";"] @punctuation.delimiter
".." @punctuation.special
["(" ")" "[" "]" "{" "}"] @punctuation.bracket
