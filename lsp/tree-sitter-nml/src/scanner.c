// What a regular expression cannot tell: comments in comments, what stands in a text, and whether a word is a keyword
// where keywords are not names.

#include "tree_sitter/parser.h"

#include <string.h>

enum TokenType {
    BLOCK_COMMENT,      // it may hold others
    SHEBANG,            // nothing before it, not even white space
    TEXT_CONTENT,       // what is neither an escape nor the end of a text in "…"
    LONG_TEXT_CONTENT,  // the same in """…""": one or two quotes are part of it
    PLAIN_WORD,         // empty, before a word that is no keyword
    PLAIN_REFERENCE,    // empty, before a module reference, which no declaration's keyword is
    NUMBER_END,         // empty, behind a number that no letter follows
    ERROR_SENTINEL,     // never made: valid only while the parser recovers, when everything is
};

static const char *const KEYWORDS[] = {
    "module", "import", "as", "type", "fun", "def", "optional", "concat",
    "filter", "with", "where", "is", "true", "false", "_", NULL,
};
static const char *const DECLARING[] = {"module", "import", "as", "type", "fun", "def", NULL};

enum { LONGEST_KEYWORD = 8 };

static bool is_space(int32_t c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

// Letters beyond ASCII go on with a word; signs beyond ASCII are wrong wherever they stand.
static bool is_word(int32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c > 0x7f;
}

// The letters that a type's name starts with, as in nml.lark.
static bool is_capital(int32_t c) {
    return (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) ||
           (c >= 0x391 && c <= 0x3AB && c != 0x3A2) || (c >= 0x400 && c <= 0x42F);
}

static bool in_word(int32_t c) { return is_word(c) || c == '\''; }

static bool in_reference(int32_t c) { return is_word(c) || c == '.' || c == ':' || c == '-' || c == '/'; }

static bool is_one_of(const char *word, const char *const *words) {
    for (; *words; words++)
        if (strcmp(word, *words) == 0) return true;
    return false;
}

// Whether what follows is a word other than these; `goes_on` tells what belongs to it.
static bool scan_plain(TSLexer *lexer, const char *const *words, bool (*goes_on)(int32_t)) {
    char word[LONGEST_KEYWORD + 1];
    unsigned length = 0;
    lexer->mark_end(lexer);
    if (!is_word(lexer->lookahead)) return false;
    while (goes_on(lexer->lookahead)) {
        if (length == LONGEST_KEYWORD || lexer->lookahead > 0x7f) return true;
        word[length++] = (char)lexer->lookahead;
        lexer->advance(lexer, false);
    }
    word[length] = '\0';
    return !is_one_of(word, words);
}

static bool scan_number_end(TSLexer *lexer) {
    lexer->mark_end(lexer);
    if (in_word(lexer->lookahead)) return false;
    if (lexer->lookahead != '.') return true;
    lexer->advance(lexer, false);
    return !(lexer->lookahead >= '0' && lexer->lookahead <= '9');
}

static bool scan_text(TSLexer *lexer) {
    bool any = false;
    while (!lexer->eof(lexer) && lexer->lookahead != '"' && lexer->lookahead != '\\' && lexer->lookahead != '\n' &&
           lexer->lookahead != '\r') {
        lexer->advance(lexer, false);
        any = true;
    }
    return any;
}

static bool scan_long_text(TSLexer *lexer) {
    bool any = false;
    lexer->mark_end(lexer);
    while (!lexer->eof(lexer) && lexer->lookahead != '\\') {
        if (lexer->lookahead == '"') {
            unsigned quotes = 0;
            while (quotes < 3 && lexer->lookahead == '"') {
                lexer->advance(lexer, false);
                quotes++;
            }
            if (quotes == 3) return any;
        } else {
            lexer->advance(lexer, false);
        }
        lexer->mark_end(lexer);
        any = true;
    }
    return any;
}

static bool scan_comment(TSLexer *lexer) {
    unsigned depth = 0;
    int32_t before = 0;
    while (!lexer->eof(lexer)) {
        int32_t c = lexer->lookahead;
        lexer->advance(lexer, false);
        if (before == '/' && c == '*') {
            depth++;
            c = 0;
        } else if (before == '*' && c == '/') {
            depth--;
            c = 0;
        }
        if (depth == 0 && c == 0) {
            lexer->mark_end(lexer);
            return true;
        }
        if (depth == 0 && before == '/') return false;
        before = c;
    }
    return false;
}

static bool scan_shebang(TSLexer *lexer) {
    lexer->advance(lexer, false);
    if (lexer->lookahead != '!') return false;
    while (!lexer->eof(lexer) && lexer->lookahead != '\n' && lexer->lookahead != '\r') lexer->advance(lexer, false);
    lexer->mark_end(lexer);
    return true;
}

void *tree_sitter_nml_external_scanner_create(void) { return NULL; }
void tree_sitter_nml_external_scanner_destroy(void *payload) { (void)payload; }
unsigned tree_sitter_nml_external_scanner_serialize(void *payload, char *buffer) {
    (void)payload;
    (void)buffer;
    return 0;
}
void tree_sitter_nml_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
    (void)payload;
    (void)buffer;
    (void)length;
}

bool tree_sitter_nml_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
    (void)payload;
    bool recovering = valid[ERROR_SENTINEL];
    if (!recovering && (valid[TEXT_CONTENT] || valid[LONG_TEXT_CONTENT])) {
        bool is_long = valid[LONG_TEXT_CONTENT];
        lexer->result_symbol = is_long ? LONG_TEXT_CONTENT : TEXT_CONTENT;
        return is_long ? scan_long_text(lexer) : scan_text(lexer);
    }
    if (valid[NUMBER_END] && !recovering) {
        lexer->result_symbol = NUMBER_END;
        return scan_number_end(lexer);
    }
    if (valid[SHEBANG] && lexer->lookahead == '#') {
        lexer->result_symbol = SHEBANG;
        return scan_shebang(lexer);
    }
    while (is_space(lexer->lookahead)) lexer->advance(lexer, true);
    if (lexer->lookahead == '/') {
        lexer->result_symbol = BLOCK_COMMENT;
        return scan_comment(lexer);
    }
    if (valid[PLAIN_REFERENCE] && !recovering) {
        lexer->result_symbol = PLAIN_REFERENCE;
        return scan_plain(lexer, DECLARING, in_reference);
    }
    if (valid[PLAIN_WORD] && !recovering) {
        lexer->result_symbol = PLAIN_WORD;
        bool digit = lexer->lookahead >= '0' && lexer->lookahead <= '9';
        return !is_capital(lexer->lookahead) && !digit && scan_plain(lexer, KEYWORDS, in_word);
    }
    return false;
}
