; Everything that is declared is seen in the whole file; the variables of a type in their declaration alone.

(source_file) @local.scope
(type_declaration) @local.scope
(function_declaration) @local.scope

(type_declaration name: (type_identifier) @local.definition.type)
(function_declaration name: (identifier) @local.definition.function)
(definition name: (identifier) @local.definition.function)
(import_declaration alias: (module_alias) @local.definition.import)
(type_declaration parameter: (type_variable) @local.definition.parameter)
(parameter name: (identifier) @local.definition.parameter)

(type_identifier) @local.reference
(type_variable) @local.reference
(use name: (identifier) @local.reference)
(module_alias) @local.reference
