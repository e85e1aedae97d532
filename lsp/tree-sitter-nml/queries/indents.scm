[
  (module_body)
  (record_type)
  (with_clause)
  (bindings)
  (list)
  (list_type)
  (tuple_type)
  (type_group)
  (group)
  (definition)
  (type_declaration)
] @indent.begin

["}" "]" ")"] @indent.branch @indent.end

[(line_comment) (doc_comment) (block_comment) (long_text)] @indent.ignore
