((binding
   name: (identifier) @_name
   value: (_ (text_content) @injection.content))
  (#eq? @_name "pg_query")
  (#set! injection.language "sql"))

([(line_comment) (block_comment)] @injection.content
  (#set! injection.language "comment"))
