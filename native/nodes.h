/* Nodes of the syntax tree, made without a call for each.

   The classes are those of nscompiler.grammar.syntax, whether the interpreter made them (with slots) or mypyc did. How
   their objects lie in memory is not assumed: a sample of each class, made by a call, is searched for the values that
   it gives for its attributes. A class in which an attribute is not found in exactly one place cannot be made here,
   and then this parser is not used. */

#ifndef NSC_NODES_H
#define NSC_NODES_H

#include <Python.h>
#include <string.h>

/* Each kind of node with its attributes behind start and end. A name in capitals tells apart what differs in a truth
   value, which is taken over from the sample. */
#define NODE_KINDS(X)                                                                                                 \
    X(NAME, 1, "text")                                                                                                \
    X(NAME_QUOTED, 1, "text")                                                                                         \
    X(REFERENCE, 1, "text")                                                                                           \
    X(TYPE_NAME, 3, "qualifier", "name", "args")                                                                      \
    X(SIZE, 1, "value")                                                                                               \
    X(TYPE_VARIABLE, 1, "name")                                                                                       \
    X(HOLE, 0, NULL)                                                                                                  \
    X(UNIT, 0, NULL)                                                                                                  \
    X(TUPLE, 1, "items")                                                                                              \
    X(LIST, 1, "item")                                                                                                \
    X(OPTIONAL, 1, "item")                                                                                            \
    X(FIELD, 3, "name", "type", "doc")                                                                                \
    X(ROW_TAIL, 1, "name")                                                                                            \
    X(RECORD, 2, "fields", "tail")                                                                                    \
    X(CONSTRAINT, 2, "type", "name")                                                                                  \
    X(FUNCTION, 3, "input", "output", "constraints")                                                                  \
    X(LITERAL, 3, "kind", "value", "raw")                                                                             \
    X(USE, 2, "qualifier", "name")                                                                                    \
    X(INSTANTIATE, 2, "function", "types")                                                                            \
    X(BINDING, 2, "name", "value")                                                                                    \
    X(APPLY, 2, "function", "bindings")                                                                               \
    X(CONCAT, 1, "function")                                                                                          \
    X(CONCAT_PREFIX, 1, "function")                                                                                   \
    X(FILTER, 1, "function")                                                                                          \
    X(FILTER_PREFIX, 1, "function")                                                                                   \
    X(LITERAL_SOURCE, 1, "value")                                                                                     \
    X(PIPE, 1, "stages")                                                                                              \
    X(BOTH, 1, "branches")                                                                                            \
    X(ATTRIBUTE, 2, "name", "argument")                                                                               \
    X(PARAM_NAME, 1, "name")                                                                                          \
    X(PARAM_LIST, 1, "item")                                                                                          \
    X(PARAM_ENUM, 1, "values")                                                                                        \
    X(PARAM_DECL, 4, "name", "type", "default", "doc")                                                                \
    X(TYPE_DECL, 5, "name", "parameters", "body", "doc", "attributes")                                                \
    X(FUN_DECL, 5, "name", "type", "parameters", "doc", "attributes")                                                 \
    X(DEF_DECL, 5, "name", "annotation", "body", "doc", "attributes")                                                 \
    X(HEADER, 3, "reference", "early", "doc")                                                                         \
    X(IMPORT, 2, "reference", "alias")

#define MOST_PARTS 5

typedef enum {
#define X(kind, count, ...) N_##kind,
    NODE_KINDS(X)
#undef X
    NODE_COUNT
} NodeKind;

typedef struct {
    const char *kind;
    int count;
    const char *parts[MOST_PARTS];
} NodeShape;

static const NodeShape node_shapes[NODE_COUNT] = {
#define X(kind, count, ...) {#kind, count, {__VA_ARGS__}},
    NODE_KINDS(X)
#undef X
};

/* Where the parts of one kind of node lie, in bytes from the object's start. */
typedef struct {
    PyObject *sample;
    PyTypeObject *type;
    Py_ssize_t start, end;
    int tagged;       /* start and end are numbers shifted by one bit, as mypyc keeps them; else they are objects */
    Py_ssize_t truth; /* where a truth value lies as an object, 0 if it is none */
    Py_ssize_t parts[MOST_PARTS];
    int numbers[MOST_PARTS]; /* which parts are numbers of that kind */
} Layout;

#define WORD_AT(object, offset) (*(PyObject **)((char *)(object) + (offset)))
#define NUMBER_AT(object, offset) (*(Py_ssize_t *)((char *)(object) + (offset)))

/* The only word of an object that holds a value; 0 if there is none, -1 if there are several. */
static Py_ssize_t
find_word(PyObject *object, void *value)
{
    Py_ssize_t found = 0;
    for (Py_ssize_t at = sizeof(PyObject); at + (Py_ssize_t)sizeof(void *) <= Py_TYPE(object)->tp_basicsize;
         at += sizeof(void *)) {
        if (WORD_AT(object, at) == value) {
            if (found) {
                return -1;
            }
            found = at;
        }
    }
    return found;
}

/* Where an attribute of a sample lies; -1 with an exception. A number may be kept `tagged`. */
static Py_ssize_t
find_part(PyObject *sample, const char *name, int *tagged)
{
    PyObject *value = PyObject_GetAttrString(sample, name);
    if (value == NULL) {
        return -1;
    }
    Py_ssize_t at = find_word(sample, value);
    if (at == 0 && PyLong_CheckExact(value)) {
        at = find_word(sample, (void *)(PyLong_AsSsize_t(value) << 1)); /* samples have no number too large for this */
        *tagged = 1;
    }
    Py_DECREF(value);
    if (at <= 0) {
        PyErr_Format(PyExc_ValueError, "no place for %s in %s", name, Py_TYPE(sample)->tp_name);
        return -1;
    }
    return at;
}

static int
learn_layout(Layout *layout, const NodeShape *shape, PyObject *sample)
{
    PyTypeObject *type = Py_TYPE(sample);
    if (type->tp_itemsize != 0 || type->tp_dictoffset != 0 || type->tp_weaklistoffset != 0) {
        PyErr_Format(PyExc_ValueError, "%s has more than its slots", type->tp_name);
        return -1;
    }
    int tagged_end = 0;
    layout->tagged = 0;
    memset(layout->numbers, 0, sizeof(layout->numbers));
    layout->start = find_part(sample, "start", &layout->tagged);
    layout->end = layout->start < 0 ? -1 : find_part(sample, "end", &tagged_end);
    if (layout->end < 0) {
        return -1;
    }
    for (int i = 0; i < shape->count; i++) {
        layout->parts[i] = find_part(sample, shape->parts[i], &layout->numbers[i]);
        if (layout->parts[i] < 0) {
            return -1;
        }
    }
    Py_ssize_t yes = find_word(sample, Py_True), no = find_word(sample, Py_False);
    if (yes < 0 || no < 0 || (yes && no) || tagged_end != layout->tagged) {
        PyErr_Format(PyExc_ValueError, "no sample to learn from: %s", type->tp_name);
        return -1;
    }
    layout->truth = yes + no;
    layout->sample = Py_NewRef(sample);
    layout->type = type;
    return 0;
}

/* A node. The parts are taken over; if one is NULL (something has failed) so is the result. */
static PyObject *
make_node(const Layout *layout, int count, Py_ssize_t start, Py_ssize_t end, PyObject **parts)
{
    PyObject *node = NULL, *first = NULL, *last = NULL;
    int good = 1;
    for (int i = 0; i < count; i++) {
        good &= parts[i] != NULL;
    }
    if (good && !layout->tagged) {
        first = PyLong_FromSsize_t(start);
        last = PyLong_FromSsize_t(end);
        good = first != NULL && last != NULL;
    }
    if (good) {
        node = layout->type->tp_alloc(layout->type, 0);
    }
    if (node == NULL) {
        for (int i = 0; i < count; i++) {
            Py_XDECREF(parts[i]);
        }
        Py_XDECREF(first);
        Py_XDECREF(last);
        return NULL;
    }
    memcpy((char *)node + sizeof(PyObject), (char *)layout->sample + sizeof(PyObject),
           layout->type->tp_basicsize - sizeof(PyObject));
    if (layout->tagged) {
        NUMBER_AT(node, layout->start) = start << 1;
        NUMBER_AT(node, layout->end) = end << 1;
    } else {
        WORD_AT(node, layout->start) = first;
        WORD_AT(node, layout->end) = last;
    }
    if (layout->truth) {
        Py_INCREF(WORD_AT(node, layout->truth));
    }
    for (int i = 0; i < count; i++) {
        if (layout->numbers[i]) {
            NUMBER_AT(node, layout->parts[i]) = PyLong_AsSsize_t(parts[i]) << 1; /* of at most 18 digits */
            Py_DECREF(parts[i]);
        } else {
            WORD_AT(node, layout->parts[i]) = parts[i];
        }
    }
    return node;
}

#endif
