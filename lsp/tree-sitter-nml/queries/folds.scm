[
  (module_body)
  (type_declaration)
  (function_declaration)
  (definition)
  (record_type)
  (with_clause)
  (bindings)
  (list)
  (long_text)
  (block_comment)
] @fold

(import_declaration)+ @fold
(doc_comment)+ @fold
