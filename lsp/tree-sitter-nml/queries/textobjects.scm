(function_declaration) @function.outer
(function_declaration type: (_) @function.inner)
(definition) @function.outer
(definition body: (_) @function.inner)

(type_declaration) @class.outer
(type_declaration body: (_) @class.inner)

(field) @parameter.outer
(field type: (_) @parameter.inner)
(parameter) @parameter.outer
(parameter type: (_) @parameter.inner)
(binding) @parameter.outer
(binding value: (_) @parameter.inner)

(apply) @call.outer
(apply bindings: (_) @call.inner)

[(line_comment) (doc_comment) (block_comment)] @comment.outer
