" Colours where the parser of tree-sitter is not installed.
if exists('b:current_syntax')
  finish
endif

syntax case match
syntax iskeyword @,48-57,_,192-255,'

syntax match nmlFunction /\<[[:lower:]_]\k*\>/
syntax match nmlType /\<[[:upper:]]\k*\>/
syntax match nmlModule /\<\k\+\ze\s*\.\s*\k/
syntax match nmlMember /\.\s*\zs\<\k\+\>/
syntax keyword nmlBuiltin Integer Double Boolean Text Byte Json Decimal Date Time DateTime Duration Uuid Map Vector Matrix Void
syntax match nmlKeyword /\.\@1<!\<\%(module\|import\|as\|type\|fun\|def\|optional\|concat\|filter\|with\|where\|is\)\>/
syntax match nmlBoolean /\.\@1<!\<\%(true\|false\)\>/
syntax match nmlDeclared /\%(\<\%(fun\|def\)\s\+\)\@<=\k\+/
" A keyword is a name where only a name can stand.
syntax match nmlField /[{,]\_s*\zs\<\k\+\>\ze\s*[:=]/
syntax match nmlField /^\s*\zs\<\k\+\>\ze\s*[:=]/
syntax match nmlReference /\%(\<\%(module\|import\)\s\+\)\@<=[[:alnum:]_.:\/-]\+/
syntax match nmlAttribute /@\s*\k\+/
syntax match nmlOperator /[|&*?=]\|->/
syntax match nmlNumber /\<\d[0-9_]*\%(\.\d[0-9_]*\)\=\%([eE][+-]\=\d\+\)\=\>/
syntax match nmlEnvironment /\$\h\w*/
syntax match nmlEscape /\\\%([ntr"\\]\|u{\x\{1,8}}\|u\x\{4}\)/ contained
syntax region nmlText start=/"/ skip=/\\./ end=/"/ end=/$/ contains=nmlEscape,@Spell
syntax region nmlText start=/"""/ skip=/\\\_./ end=/"""/ contains=nmlEscape,@Spell
syntax match nmlComment "//.*$" contains=@Spell
syntax match nmlDoc "///\%(/\)\@!.*$" contains=@Spell
syntax region nmlComment start="/\*" end="\*/" contains=nmlComment,@Spell
syntax match nmlComment /\%^#!.*/

highlight default link nmlFunction Function
highlight default link nmlDeclared Function
highlight default link nmlMember Function
highlight default link nmlType Type
highlight default link nmlBuiltin Type
highlight default link nmlModule Include
highlight default link nmlReference Include
highlight default link nmlKeyword Keyword
highlight default link nmlBoolean Boolean
highlight default link nmlField Identifier
highlight default link nmlAttribute PreProc
highlight default link nmlOperator Operator
highlight default link nmlNumber Number
highlight default link nmlEnvironment Constant
highlight default link nmlEscape SpecialChar
highlight default link nmlText String
highlight default link nmlComment Comment
highlight default link nmlDoc SpecialComment

syntax sync fromstart
let b:current_syntax = 'nml'
