/* Text -> tokens, one at a time: the part of nml.lark's terminals that clean programs are written in.

   Words, signs and their kinds come from the generated tables. Whatever else a text may hold (letters beyond ASCII in
   names, comments in comments, a byte-order mark, anything that is no token) is left to the reference lexer, lexer.py:
   next_token then answers UNSURE. */

#ifndef NSC_LEXER_H
#define NSC_LEXER_H

#include <Python.h>
#include <string.h>

#define UNSURE (-1)
#define FAILED (-2) /* with an exception */

enum { LETTER = 1, DIGIT = 2, CAPITAL = 4, BLANK = 8 };
#define WORD_SLOTS 8192 /* a power of two */
#define MOST_WORDS 4000
#define LONGEST_WORD 24

typedef struct {
    PyObject *text;
    Py_uhash_t hash;
    short kind;
} Word;

/* What the tables say of tokens, and the words met so far: a name is one text in memory, wherever it stands. */
typedef struct {
    unsigned char classes[128];
    short signs[128];        /* by character; UNSURE for what is no sign */
    char second[128];        /* the second character of a sign of two, by the first; and ... */
    short second_kinds[128]; /* ... its kind */
    short lower, upper, integer, number, text, long_text, environment, reference, end, comma, bar;
    signed char steps[256];   /* what a kind of token does to the depth of brackets */
    unsigned char wraps[256]; /* whether it may put a node around what is there */
    Word words[WORD_SLOTS];
    int word_count;
    PyObject *keywords; /* text -> kind */
} Vocabulary;

typedef struct {
    const Vocabulary *vocabulary;
    PyObject *text;
    const void *data;
    int width;
    Py_ssize_t length, at;
    /* The last token: where it stands, and where what was ignored before it begins. */
    Py_ssize_t gap, start, end;
    int documented, commented; /* whether that holds a doc comment, any comment */
    PyObject *word;            /* its text if it is a word, owned */
} Lexer;

static inline Py_UCS4
char_at(const Lexer *lexer, Py_ssize_t at)
{
    return at < lexer->length ? PyUnicode_READ(lexer->width, lexer->data, at) : 0;
}

static inline int
is_class(const Lexer *lexer, Py_ssize_t at, int classes)
{
    Py_UCS4 c = char_at(lexer, at);
    return c < 128 && (lexer->vocabulary->classes[c] & classes);
}

/* Whether a name would go on here; beyond ASCII nobody asks which characters do. */
static inline int
goes_on(const Lexer *lexer, Py_ssize_t at)
{
    Py_UCS4 c = char_at(lexer, at);
    return c >= 128 || c == '\'' || (lexer->vocabulary->classes[c] & (LETTER | DIGIT));
}

static int
skip_gap(Lexer *lexer)
{
    Py_ssize_t at = lexer->at, length = lexer->length;
    lexer->gap = at;
    lexer->documented = lexer->commented = 0;
    for (;;) {
        while (is_class(lexer, at, BLANK)) {
            at++;
        }
        if (char_at(lexer, at) != '/') {
            break;
        }
        Py_UCS4 next = char_at(lexer, at + 1);
        if (next == '/') {
            lexer->documented |= char_at(lexer, at + 2) == '/';
            at += 2;
            for (Py_UCS4 c; at < length && (c = char_at(lexer, at)) != '\n' && c != '\r';) {
                at++;
            }
        } else if (next == '*') {
            for (at += 2;; at++) {
                Py_UCS4 c = char_at(lexer, at), after = char_at(lexer, at + 1);
                if (at + 1 >= length || (c == '/' && after == '*')) {
                    return UNSURE;
                }
                lexer->documented |= c == '/' && after == '/';
                if (c == '*' && after == '/') {
                    at += 2;
                    break;
                }
            }
        } else {
            return UNSURE;
        }
        lexer->commented = 1;
    }
    lexer->start = at;
    return 0;
}

static void
forget_words(Vocabulary *vocabulary)
{
    for (int i = 0; i < WORD_SLOTS; i++) {
        Py_CLEAR(vocabulary->words[i].text);
    }
    vocabulary->word_count = 0;
}

/* A word's kind and its one text in memory, made when it is first met. */
static int
read_word(Lexer *lexer, Vocabulary *vocabulary)
{
    char letters[LONGEST_WORD];
    Py_ssize_t length = lexer->end - lexer->start;
    Word *word = NULL;
    Py_uhash_t hash = 2166136261u;
    if (length <= LONGEST_WORD) {
        for (Py_ssize_t i = 0; i < length; i++) {
            letters[i] = (char)char_at(lexer, lexer->start + i);
            hash = (hash ^ (unsigned char)letters[i]) * 16777619u;
        }
        for (Py_uhash_t slot = hash ^ (hash >> 15);; slot++) {
            word = &vocabulary->words[slot & (WORD_SLOTS - 1)];
            if (word->text == NULL) {
                break;
            }
            if (word->hash == hash && PyUnicode_GET_LENGTH(word->text) == length &&
                memcmp(PyUnicode_1BYTE_DATA(word->text), letters, length) == 0) {
                lexer->word = Py_NewRef(word->text);
                return word->kind;
            }
        }
    }
    PyObject *text = PyUnicode_Substring(lexer->text, lexer->start, lexer->end);
    if (text == NULL) {
        return FAILED;
    }
    PyUnicode_InternInPlace(&text);
    int kind = is_class(lexer, lexer->start, CAPITAL) ? vocabulary->upper : vocabulary->lower;
    PyObject *keyword = PyDict_GetItemWithError(vocabulary->keywords, text);
    if (keyword != NULL) {
        kind = (int)PyLong_AsLong(keyword);
    } else if (PyErr_Occurred()) {
        Py_DECREF(text);
        return FAILED;
    }
    if (word != NULL && vocabulary->word_count < MOST_WORDS) {
        *word = (Word){Py_NewRef(text), hash, (short)kind};
        vocabulary->word_count++;
    }
    lexer->word = text;
    return kind;
}

/* Digits in groups; where they end, or -1 if none stand here. */
static Py_ssize_t
skip_digits(const Lexer *lexer, Py_ssize_t at)
{
    if (!is_class(lexer, at, DIGIT)) {
        return -1;
    }
    for (;;) {
        while (is_class(lexer, at, DIGIT)) {
            at++;
        }
        if (char_at(lexer, at) != '_' || !is_class(lexer, at + 1, DIGIT)) {
            return at;
        }
        at++;
    }
}

static int
read_number(Lexer *lexer)
{
    const Vocabulary *vocabulary = lexer->vocabulary;
    int kind = vocabulary->integer;
    Py_ssize_t at = skip_digits(lexer, lexer->start + (char_at(lexer, lexer->start) == '-'));
    if (char_at(lexer, at) == '.' && is_class(lexer, at + 1, DIGIT)) {
        at = skip_digits(lexer, at + 1);
        kind = vocabulary->number;
    }
    if (char_at(lexer, at) == 'e' || char_at(lexer, at) == 'E') {
        Py_UCS4 sign = char_at(lexer, ++at);
        at += sign == '+' || sign == '-';
        if (!is_class(lexer, at, DIGIT)) {
            return UNSURE;
        }
        while (is_class(lexer, at, DIGIT)) {
            at++;
        }
        kind = vocabulary->number;
    }
    lexer->end = at;
    return goes_on(lexer, at) ? UNSURE : kind;
}

static int
read_text(Lexer *lexer)
{
    Py_ssize_t at = lexer->start + 1, length = lexer->length;
    int is_long = char_at(lexer, at) == '"' && char_at(lexer, at + 1) == '"';
    for (at += is_long ? 2 : 0; at < length; at++) {
        Py_UCS4 c = char_at(lexer, at);
        if (c == '"' && (!is_long || (char_at(lexer, at + 1) == '"' && char_at(lexer, at + 2) == '"'))) {
            lexer->end = at + (is_long ? 3 : 1);
            return is_long ? lexer->vocabulary->long_text : lexer->vocabulary->text;
        }
        if (c == '\\') {
            c = char_at(lexer, ++at);
        }
        if (!is_long && (c == '\n' || c == '\r')) {
            return UNSURE;
        }
    }
    return UNSURE;
}

/* The kind of the next token; its place, and a word's text, are left in the lexer. */
static int
next_token(Lexer *lexer, Vocabulary *vocabulary)
{
    Py_CLEAR(lexer->word);
    if (skip_gap(lexer) < 0) {
        return UNSURE;
    }
    int kind = UNSURE;
    Py_ssize_t at = lexer->start;
    Py_UCS4 c = char_at(lexer, at);
    if (at == lexer->length) {
        lexer->end = at;
        return vocabulary->end;
    }
    if (c >= 128) {
        return UNSURE;
    }
    if (vocabulary->classes[c] & LETTER) {
        do {
            c = char_at(lexer, ++at);
        } while (c < 128 && ((vocabulary->classes[c] & (LETTER | DIGIT)) || c == '\''));
        lexer->end = at;
        kind = c >= 128 ? UNSURE : read_word(lexer, vocabulary);
    } else if (is_class(lexer, at + (c == '-'), DIGIT)) {
        kind = read_number(lexer);
    } else if (c == '"') {
        kind = read_text(lexer);
    } else if (c == '$' && is_class(lexer, at + 1, LETTER)) {
        do {
            at++;
        } while (is_class(lexer, at, LETTER | DIGIT));
        lexer->end = at;
        kind = vocabulary->environment;
    } else if (vocabulary->second[c] && char_at(lexer, at + 1) == (Py_UCS4)vocabulary->second[c]) {
        lexer->end = at + 2;
        kind = vocabulary->second_kinds[c];
    } else {
        lexer->end = at + 1;
        kind = vocabulary->signs[c];
    }
    lexer->at = lexer->end;
    return kind;
}

/* Read on from where the last token starts, as a module reference; 0 if it is not plainly one. */
static int
read_reference(Lexer *lexer)
{
    Py_ssize_t at = lexer->start, colon = 0;
    Py_UCS4 c = char_at(lexer, at), last = 0;
    for (;; at++, last = c) {
        c = char_at(lexer, at);
        if (c == '/' && char_at(lexer, at + 1) != '/' && char_at(lexer, at + 1) != '*') {
            continue;
        }
        if (c == ':') {
            colon = at;
        } else if (!is_class(lexer, at, LETTER | DIGIT) && c != '.' && (c != '-' || last == '-')) {
            break;
        }
    }
    int begins = is_class(lexer, lexer->start, LETTER | DIGIT);
    int ends = at == lexer->length || is_class(lexer, at, BLANK);
    if (!begins || !ends || colon == 0 || !is_class(lexer, at - 1, LETTER | DIGIT)) {
        return 0;
    }
    Py_CLEAR(lexer->word);
    lexer->at = lexer->end = at;
    return 1;
}

#endif
