"""Rules that know a mistake by what it looks like, in the order in which they are asked.

Each returns a diagnostic, or None where it has nothing to say.
"""

from collections.abc import Callable

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.grammar.choices import CHOICES
from nscompiler.grammar.declaration_heads import (
    attribute_place,
    colon_before_body,
    missing_name,
    missing_reference,
    misspelt_word,
    name_case,
    wrong_keyword,
)
from nscompiler.grammar.early import old_annotation, old_source, old_type
from nscompiler.grammar.excess import EXCESS
from nscompiler.grammar.field_names import FIELD_NAMES
from nscompiler.grammar.foreign import FOREIGN, bare_arguments
from nscompiler.grammar.foreign_types import foreign_type
from nscompiler.grammar.gaps import GAPS
from nscompiler.grammar.inline_sums import inline_sum
from nscompiler.grammar.marks import MARKS
from nscompiler.grammar.no_literals import not_a_literal
from nscompiler.grammar.one_sided import one_sided, parameters_of_def
from nscompiler.grammar.spreads import joined_types, spread_fields
from nscompiler.grammar.sql_types import with_length
from nscompiler.grammar.stage_signs import STAGE_SIGNS
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.unfinished import (
    constraint_sign,
    empty_side,
    mismatched_bracket,
    missing_arrow,
    missing_semicolon,
    missing_stage,
    prefix_alone,
    second_arrow,
    unclosed_at_end,
)
from nscompiler.grammar.wrong_forms import (
    call,
    nameless,
    optional_payload,
    prefix_twice,
    tuple_brackets,
    two_dots,
    type_arguments,
)

Rule = Callable[[Surroundings], Diagnostic | None]
STRUCTURE: tuple[Rule, ...] = (
    old_source,
    old_annotation,
    old_type,
    missing_reference,
    attribute_place,
    bare_arguments,
    misspelt_word,
    missing_name,
    wrong_keyword,
    colon_before_body,
    *CHOICES,
    with_length,
    joined_types,
    spread_fields,
    *FIELD_NAMES,
    *GAPS,
    *STAGE_SIGNS,
    foreign_type,
    *FOREIGN,
    *MARKS,
    missing_semicolon,
    inline_sum,
    name_case,
    second_arrow,
    parameters_of_def,
    one_sided,
    unclosed_at_end,
    prefix_alone,
    empty_side,
    missing_stage,
    constraint_sign,
    missing_arrow,
    mismatched_bracket,
    nameless,
    two_dots,
    call,
    type_arguments,
    tuple_brackets,
    *EXCESS,
    not_a_literal,
    prefix_twice,
    optional_payload,
)
