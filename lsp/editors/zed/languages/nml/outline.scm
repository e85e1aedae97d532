(type_declaration "type" @context name: (_) @name) @item
(function_declaration "fun" @context name: (_) @name) @item
(definition "def" @context name: (_) @name) @item
