; What is more particular stands below what is less.

(line_comment) @comment
(block_comment) @comment
(doc_comment) @comment.documentation
(shebang) @keyword.directive

["module" "import" "as"] @keyword.import
"type" @keyword.type
["fun" "def"] @keyword.function
"optional" @keyword.modifier
["concat" "filter"] @keyword.operator
["with" "where" "is"] @keyword
(hole) @variable.builtin

(text) @string
(long_text) @string
(escape_sequence) @string.escape
(integer) @number
(double) @number.float
(boolean) @boolean
(environment) @constant

(type_identifier) @type
((type_identifier) @type.builtin
  (#any-of? @type.builtin
    "Integer" "Double" "Boolean" "Text" "Byte" "Json" "Decimal" "Date" "Time" "DateTime" "Duration" "Uuid" "Map"
    "Vector" "Matrix" "Void"))
(qualified_type name: (type_identifier) @type)
(type_declaration name: (type_identifier) @type.definition)
(sum_type constructor: (type_identifier) @constructor)
(sum_type constructor: (applied_type name: (type_identifier) @constructor))
(sum_type
  constructor: (optional_suffix_type (applied_type name: (type_identifier) @constructor)))
(type_variable) @variable.parameter
(row_tail (identifier) @variable.parameter)

(module_reference) @module
(module_alias) @module

(use name: (identifier) @function.call)
(use module: (module_alias) name: (type_identifier) @function.call)
(function_declaration name: (identifier) @function)
(definition name: (identifier) @function)
(attribute "@" @attribute name: (identifier) @attribute)
(field name: (identifier) @property)
(parameter name: (identifier) @property)
(binding name: (identifier) @property)

["|" "&" "*" "?" "->" "=" "<" ">"] @operator
["," "." ":" ";"] @punctuation.delimiter
".." @punctuation.special
["(" ")" "[" "]" "{" "}"] @punctuation.bracket
