/* The LALR loop over the generated tables, for clean programs.

   A `Parser` is made once, by native.py. `parse(text, builder, docs, outer, gaps)` gives a file's items as machine.py's
   loop does, or None where that loop has to do it: for every text with a mistake in it, and for some without. So there
   is one source of messages, and none here. Nothing is kept between two texts but the words met so far. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "ahead.h"
#include "pages.h"
#include "tables.h"

/* --- one text */

typedef struct {
    Parser *parser;
    Lexer lexer;
    Building building;
    PyObject *gaps;      /* the places of what holds comments, or NULL if nobody asks */
    PyObject *passed_on; /* a separator's doc comment, which counts for the next token too */
    int depth;
    Py_ssize_t wrappers; /* signs that put a node around what is there, as depth.py counts them */
    Value *stack;
    Py_ssize_t height, room;
} Run;

/* The doc comment before a token, noted under its place as lexer.docs does. */
static int
note_doc(Run *run, int kind)
{
    Lexer *lexer = &run->lexer;
    const Vocabulary *vocabulary = &run->parser->vocabulary;
    PyObject *doc = NULL, *key = NULL, *passed_on = run->passed_on;
    int failed = 0;
    run->passed_on = NULL;
    if (lexer->documented) {
        PyObject *gap = PyUnicode_Substring(lexer->text, lexer->gap, lexer->start);
        doc = gap == NULL ? NULL : PyObject_CallFunction(run->parser->doc, "OnO", lexer->text, lexer->gap, gap);
        Py_XDECREF(gap);
        failed = doc == NULL;
    }
    if (!failed && doc != NULL && PyObject_IsTrue(doc) == 1) {
        if (kind == vocabulary->comma || kind == vocabulary->bar) {
            run->passed_on = Py_NewRef(doc);
        }
        Py_XSETREF(passed_on, Py_NewRef(doc));
    }
    if (!failed && passed_on != NULL) {
        key = PyLong_FromSsize_t(lexer->start);
        failed = key == NULL || PyDict_SetItem(run->building.docs, key, passed_on) < 0;
    }
    Py_XDECREF(key);
    Py_XDECREF(doc);
    Py_XDECREF(passed_on);
    return failed ? FAILED : 1;
}

static int
note_gap(Run *run)
{
    PyObject *place = Py_BuildValue("nn", run->lexer.gap, run->lexer.start);
    int failed = place == NULL || PyList_Append(run->gaps, place) < 0;
    Py_XDECREF(place);
    return failed ? FAILED : 1;
}

static int
advance(Run *run)
{
    Vocabulary *vocabulary = &run->parser->vocabulary;
    int kind = next_token(&run->lexer, vocabulary);
    if (kind < 0) {
        return kind;
    }
    if ((run->lexer.documented || run->passed_on != NULL) && note_doc(run, kind) < 0) {
        return FAILED;
    }
    if (run->lexer.commented && run->gaps != NULL && note_gap(run) < 0) {
        return FAILED;
    }
    run->depth += vocabulary->steps[kind];
    run->depth = run->depth < 0 ? 0 : run->depth;
    run->wrappers += vocabulary->wraps[kind];
    return run->depth > DEEPEST ? UNSURE : kind;
}

static int
push(Run *run, Value value)
{
    if (run->height == run->room) {
        Value *larger = PyMem_Realloc(run->stack, 2 * run->room * sizeof(Value));
        if (larger == NULL) {
            Py_XDECREF(value.object);
            PyErr_NoMemory();
            return FAILED;
        }
        run->stack = larger;
        run->room *= 2;
    }
    run->stack[run->height++] = value;
    return 1;
}

static int
reduce(Run *run, const Rule *rule)
{
    Parser *parser = run->parser;
    Value *parts = run->stack + run->height - rule->length;
    Value made = {NULL, 0, 0, 0};
    int told = 1;
    if (rule->action != NULL) {
        told = rule->action(&run->building, parts, rule->length, &made);
    } else {
        made = parts[0];
        parts[0].object = NULL;
    }
    for (int i = 0; i < rule->length; i++) {
        Py_XDECREF(parts[i].object);
    }
    run->height -= rule->length;
    if (told < 0) {
        return told;
    }
    made.state = parser->rows[run->stack[run->height - 1].state * parser->symbols + rule->left];
    return push(run, made);
}

/* 1 when the stack holds the items; UNSURE, or FAILED with an exception. */
static int
run_tables(Run *run)
{
    Parser *parser = run->parser;
    Lexer *lexer = &run->lexer;
    int kind = push(run, (Value){NULL, 0, 0, parser->first}) < 0 ? FAILED : advance(run);
    while (kind >= 0) {
        short state = run->stack[run->height - 1].state;
        const short *row = parser->rows + state * parser->symbols;
        short action = row[kind];
        if (action == MISSING) {
            if (state == parser->accept) {
                return 1;
            }
            short reference = parser->vocabulary.reference;
            if (row[reference] == MISSING || !read_reference(lexer)) {
                return UNSURE;
            }
            kind = reference;
        } else if (action >= 0) {
            Value token = {lexer->word, lexer->start, lexer->end, action};
            lexer->word = NULL;
            kind = push(run, token) < 0 ? FAILED : advance(run);
        } else {
            int told = reduce(run, &parser->rules[~action]);
            kind = told < 0 ? told : kind;
        }
    }
    return kind;
}

PyDoc_STRVAR(parse_doc, "parse(text, builder, docs, outer, gaps, /)\n--\n\n"
                        "The items of a clean file, and how many signs in it put a node around what is there,\nor None. "
                        "Doc comments are put into `docs` and brackets into `outer`, as build.Builder has them; the\n"
                        "places of what holds comments are added to the list `gaps`, unless it is None.");

static PyObject *
Parser_parse(Parser *self, PyObject *args)
{
    Run run = {.parser = self};
    Building *b = &run.building;
    if (!PyArg_ParseTuple(args, "UOO!O!O", &b->text, &b->builder, &PyDict_Type, &b->docs, &PyDict_Type, &b->outer,
                          &run.gaps)) {
        return NULL;
    }
    if (run.gaps == Py_None) {
        run.gaps = NULL;
    } else if (!PyList_Check(run.gaps)) {
        return PyErr_Format(PyExc_TypeError, "gaps is a list or None");
    }
    if (self->rows == NULL) {
        return PyErr_Format(PyExc_ValueError, "the parser was not made");
    }
    if (PyUnicode_READY(b->text) < 0) {
        return NULL;
    }
    run.room = 64;
    run.stack = PyMem_Malloc(run.room * sizeof(Value));
    if (run.stack == NULL) {
        return PyErr_NoMemory();
    }
    if (self->vocabulary.word_count == MOST_WORDS) {
        forget_words(&self->vocabulary);
    }
    b->layouts = self->layouts;
    b->plain_text = self->plain_text;
    b->long_text = self->long_text;
    b->sum_type = self->sum_type;
    run.lexer.vocabulary = &self->vocabulary;
    run.lexer.text = b->text;
    run.lexer.data = PyUnicode_DATA(b->text);
    run.lexer.width = PyUnicode_KIND(b->text);
    run.lexer.length = PyUnicode_GET_LENGTH(b->text);

    int told = run_tables(&run);
    PyObject *answer = NULL;
    if (told == 1) {
        answer = Py_BuildValue("On", run.stack[run.height - 1].object, run.wrappers);
    } else if (told == UNSURE) {
        answer = NOTHING;
    }
    for (Py_ssize_t i = 0; i < run.height; i++) {
        Py_XDECREF(run.stack[i].object);
    }
    PyMem_Free(run.stack);
    Py_XDECREF(run.lexer.word);
    Py_XDECREF(run.passed_on);
    return answer;
}

/* --- the type */

static int
Parser_traverse(Parser *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    for (int i = 0; i < NODE_COUNT; i++) {
        Py_VISIT(self->layouts[i].sample);
    }
    Py_VISIT(self->vocabulary.keywords);
    Py_VISIT(self->plain_text);
    Py_VISIT(self->long_text);
    Py_VISIT(self->sum_type);
    Py_VISIT(self->doc);
    return 0;
}

static int
Parser_clear(Parser *self)
{
    PyMem_Free(self->rows); /* without them nothing more is parsed */
    self->rows = NULL;
    for (int i = 0; i < NODE_COUNT; i++) {
        Py_CLEAR(self->layouts[i].sample);
    }
    forget_words(&self->vocabulary);
    Py_CLEAR(self->vocabulary.keywords);
    Py_CLEAR(self->plain_text);
    Py_CLEAR(self->long_text);
    Py_CLEAR(self->sum_type);
    Py_CLEAR(self->doc);
    return 0;
}

static void
Parser_dealloc(Parser *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Parser_clear(self);
    PyMem_Free(self->rules);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
Parser_new(PyTypeObject *type, PyObject *args, PyObject *named)
{
    static char *names[] = {"rows",    "symbols",    "rules",     "first",    "accept", "kinds", "literals",
                            "samples", "plain_text", "long_text", "sum_type", "doc",    NULL};
    Py_buffer rows;
    Py_ssize_t symbols;
    short first, accept;
    PyObject *rules, *kinds, *literals, *samples, *plain_text, *long_text, *sum_type, *doc;
    if (!PyArg_ParseTupleAndKeywords(args, named, "y*nO!hhOO!OOOOO", names, &rows, &symbols, &PyList_Type, &rules,
                                     &first, &accept, &kinds, &PyDict_Type, &literals, &samples, &plain_text,
                                     &long_text, &sum_type, &doc)) {
        return NULL;
    }
    Parser *self = (Parser *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->symbols = symbols;
        self->first = first;
        self->accept = accept;
        self->plain_text = Py_NewRef(plain_text);
        self->long_text = Py_NewRef(long_text);
        self->sum_type = Py_NewRef(sum_type);
        self->doc = Py_NewRef(doc);
        int sound = symbols > 0 && symbols < 256 && first >= 0;
        if (!sound) {
            PyErr_SetString(PyExc_ValueError, "no such tables are foreseen");
        }
        if (!sound || read_rules(self, rules) < 0 || read_rows(self, &rows, PyList_GET_SIZE(rules)) < 0 ||
            read_vocabulary(&self->vocabulary, kinds, literals) < 0 || read_samples(self, samples) < 0) {
            Py_CLEAR(self);
        }
    }
    PyBuffer_Release(&rows);
    return (PyObject *)self;
}

static PyMethodDef Parser_methods[] = {{"parse", (PyCFunction)Parser_parse, METH_VARARGS, parse_doc}, {NULL}};

static PyType_Slot Parser_slots[] = {
    {Py_tp_doc, "The loop over the tables of one grammar."},
    {Py_tp_new, Parser_new},
    {Py_tp_dealloc, Parser_dealloc},
    {Py_tp_traverse, Parser_traverse},
    {Py_tp_clear, Parser_clear},
    {Py_tp_methods, Parser_methods},
    {0, NULL},
};

static PyType_Spec Parser_spec = {
    .name = "nscompiler.grammar._native.Parser",
    .basicsize = sizeof(Parser),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = Parser_slots,
};

static int
execute(PyObject *module)
{
    PyObject *type = PyType_FromModuleAndSpec(module, &Parser_spec, NULL);
    int failed = type == NULL || PyModule_AddType(module, (PyTypeObject *)type) < 0;
    Py_XDECREF(type);
    return failed ? -1 : 0;
}

static PyMethodDef functions[] = {
    {"read_ahead", read_ahead, METH_VARARGS, "Begin to read a folder tree; what `taken` gives the content of."},
    {"taken", taken, METH_O, "Wait for it: lists, names and kinds by path, and contents, each as WatchedFiles keeps it."},
    {"use_large_pages", use_large_pages, METH_NOARGS, "From now on, take the memory of small objects in large pages."},
    {NULL},
};

static PyModuleDef_Slot slots[] = {{Py_mod_exec, execute}, {0, NULL}};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "nscompiler.grammar._native",
    .m_doc = "What is written in C: a faster loop over the parser's tables, and a look ahead at the files.",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit__native(void)
{
    return PyModuleDef_Init(&definition);
}
