/* The generated tables, as native.py hands them over, and what the parser makes of them. */

#ifndef NSC_TABLES_H
#define NSC_TABLES_H

#include "actions.h"

#define MISSING SHRT_MIN /* native.py writes it */
/* Levels of brackets that one declaration may have; depth.py tells of more. */
#define DEEPEST 200

typedef struct {
    short left, length;
    Action action; /* NULL passes the one part on */
} Rule;

typedef struct {
    PyObject_HEAD
    Py_ssize_t states, symbols;
    short *rows; /* by state and symbol: shift or go to a state, reduce by ~action, or MISSING */
    Rule *rules;
    short first, accept;
    Layout layouts[NODE_COUNT];
    Vocabulary vocabulary;
    PyObject *plain_text, *long_text, *sum_type, *doc;
} Parser;

static int
number_in(PyObject *kinds, const char *name, short *found)
{
    PyObject *number = PyMapping_GetItemString(kinds, name);
    *found = number == NULL ? -1 : (short)PyLong_AsLong(number);
    Py_XDECREF(number);
    return PyErr_Occurred() ? -1 : 0;
}

static int
read_kinds(Vocabulary *vocabulary, PyObject *kinds)
{
    const struct {
        const char *name;
        short *kind;
    } wanted[] = {
        {"LNAME", &vocabulary->lower},   {"UNAME", &vocabulary->upper},     {"INTEGER", &vocabulary->integer},
        {"DOUBLE", &vocabulary->number}, {"TEXT", &vocabulary->text},       {"LONG_TEXT", &vocabulary->long_text},
        {"COMMA", &vocabulary->comma},   {"VBAR", &vocabulary->bar},        {"REFERENCE", &vocabulary->reference},
        {"$END", &vocabulary->end},      {"ENVIRONMENT", &vocabulary->environment},
    };
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        if (number_in(kinds, wanted[i].name, wanted[i].kind) < 0) {
            return -1;
        }
    }
    static const char *const brackets[] = {"LPAR", "RPAR", "LSQB", "RSQB", "LBRACE", "RBRACE", "LESSTHAN", "MORETHAN"};
    for (int i = 0; i < 8; i++) {
        short kind;
        if (number_in(kinds, brackets[i], &kind) < 0) {
            return -1;
        }
        vocabulary->steps[kind] = i % 2 ? -1 : 1;
    }
    static const char *const wrappers[] = {"STAR", "QMARK", "OPTIONAL", "LBRACE"};
    for (int i = 0; i < 4; i++) {
        short kind;
        if (number_in(kinds, wrappers[i], &kind) < 0) {
            return -1;
        }
        vocabulary->wraps[kind] = 1;
    }
    return 0;
}

static int
read_sign(Vocabulary *vocabulary, const char *sign, Py_ssize_t length, short kind)
{
    unsigned char first = (unsigned char)sign[0];
    if (length == 1 && first < 128) {
        vocabulary->signs[first] = kind;
    } else if (length == 2 && first < 128 && !vocabulary->second[first]) {
        vocabulary->second[first] = sign[1];
        vocabulary->second_kinds[first] = kind;
    } else {
        PyErr_Format(PyExc_ValueError, "the sign %s is not foreseen", sign);
        return -1;
    }
    return 0;
}

static void
read_classes(Vocabulary *vocabulary)
{
    for (int c = 0; c < 128; c++) {
        int capital = c >= 'A' && c <= 'Z', letter = capital || (c >= 'a' && c <= 'z') || c == '_';
        int digit = c >= '0' && c <= '9', blank = c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
        vocabulary->classes[c] =
            (letter ? LETTER : 0) | (digit ? DIGIT : 0) | (capital ? CAPITAL : 0) | (blank ? BLANK : 0);
        vocabulary->signs[c] = UNSURE;
    }
}

static int
read_vocabulary(Vocabulary *vocabulary, PyObject *kinds, PyObject *literals)
{
    PyObject *text, *kind;
    read_classes(vocabulary);
    vocabulary->keywords = PyDict_New();
    if (vocabulary->keywords == NULL) {
        return -1;
    }
    for (Py_ssize_t at = 0; PyDict_Next(literals, &at, &text, &kind);) {
        Py_ssize_t length;
        const char *letters = PyUnicode_AsUTF8AndSize(text, &length);
        if (letters == NULL) {
            return -1;
        }
        int word = length > 0 && PyUnicode_IsIdentifier(text);
        if (word && PyDict_SetItem(vocabulary->keywords, text, kind) < 0) {
            return -1;
        }
        if (!word && length > 0 && read_sign(vocabulary, letters, length, (short)PyLong_AsLong(kind)) < 0) {
            return -1;
        }
    }
    return read_kinds(vocabulary, kinds);
}

static int
read_rules(Parser *self, PyObject *rules)
{
    Py_ssize_t count = PyList_GET_SIZE(rules);
    self->rules = PyMem_Calloc(count + 1, sizeof(Rule));
    if (self->rules == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        const char *name;
        Rule *rule = &self->rules[i];
        if (!PyArg_ParseTuple(PyList_GET_ITEM(rules, i), "hhz", &rule->left, &rule->length, &name)) {
            return -1;
        }
        rule->action = name == NULL ? NULL : find_action(name);
        int known = name == NULL ? rule->length == 1 : rule->action != NULL;
        if (!known || rule->left < 0 || rule->left >= self->symbols || rule->length < 0) {
            PyErr_Format(PyExc_ValueError, "the rule for %s is not foreseen", name == NULL ? "one part" : name);
            return -1;
        }
    }
    return 0;
}

static int
read_rows(Parser *self, const Py_buffer *rows, Py_ssize_t rule_count)
{
    self->states = rows->len / (Py_ssize_t)sizeof(short) / self->symbols;
    self->rows = PyMem_Malloc(rows->len);
    if (self->rows == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    memcpy(self->rows, rows->buf, rows->len);
    for (Py_ssize_t i = 0; i < self->states * self->symbols; i++) {
        short action = self->rows[i];
        if (action != MISSING && (action >= self->states || ~action >= rule_count)) {
            PyErr_SetString(PyExc_ValueError, "the tables name a state or a rule that is none");
            return -1;
        }
    }
    return 0;
}

static int
read_samples(Parser *self, PyObject *samples)
{
    for (int i = 0; i < NODE_COUNT; i++) {
        PyObject *sample = PyMapping_GetItemString(samples, node_shapes[i].kind);
        int failed = sample == NULL || learn_layout(&self->layouts[i], &node_shapes[i], sample) < 0;
        Py_XDECREF(sample);
        if (failed) {
            return -1;
        }
    }
    return 0;
}

#endif
