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
] @indent

["}" "]" ")"] @outdent
