(function_declaration type: (_) @function.inside) @function.around
(definition body: (_) @function.inside) @function.around
(type_declaration body: (_) @class.inside) @class.around

(field type: (_) @parameter.inside) @parameter.around
(parameter type: (_) @parameter.inside) @parameter.around
(binding value: (_) @parameter.inside) @parameter.around

[(line_comment) (doc_comment)]+ @comment.around
(block_comment) @comment.around
