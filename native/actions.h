/* From reductions to nodes: what build.py, build_types.py, build_expressions.py and place.py do, for programs in which
   nothing is to be reported. An action is named after its method there, which is what it has to be equal to. */

#ifndef NSC_ACTIONS_H
#define NSC_ACTIONS_H

#include <math.h>

#include "lexer.h"
#include "nodes.h"

/* What lies on the stack: a token (its text only if it is a word), a node or a list; from where to where it stands,
   brackets around it included. */
typedef struct {
    PyObject *object;
    Py_ssize_t start, end;
    short state;
} Value;

/* What one text is parsed with. */
typedef struct {
    const Layout *layouts;
    PyObject *text, *builder, *docs, *outer;
    PyObject *plain_text, *long_text, *sum_type;
} Building;

/* 1: made; UNSURE: what is to be reported, or rare, is left to the reference parser; FAILED: with an exception. */
typedef int (*Action)(Building *b, Value *v, int count, Value *made);

#define STOLEN(value) take(&(value))
#define NOTHING Py_NewRef(Py_None)
#define LAST (v[count - 1])
#define PLACE(from, to) (made->start = (from).start, made->end = (to).end)
#define NODE(kind, ...)                                                                                               \
    give(made, make_node(&b->layouts[N_##kind], node_shapes[N_##kind].count, made->start, made->end,                  \
                         (PyObject *[]){__VA_ARGS__}))
#define ACTION(name) static int name(Building *b, Value *v, int count, Value *made)

static inline PyObject *
take(Value *value)
{
    PyObject *object = value->object;
    value->object = NULL;
    return object;
}

static inline int
give(Value *made, PyObject *object)
{
    made->object = object;
    return object == NULL ? FAILED : 1;
}

static PyObject *
name_of(Building *b, const Value *token)
{
    PyObject *text = Py_XNewRef(token->object);
    return make_node(&b->layouts[N_NAME], 1, token->start, token->end, &text);
}

static PyObject *
doc_at(Building *b, Py_ssize_t at)
{
    if (PyDict_GET_SIZE(b->docs) == 0) {
        return NOTHING;
    }
    PyObject *key = PyLong_FromSsize_t(at);
    PyObject *doc = key == NULL ? NULL : PyDict_GetItemWithError(b->docs, key);
    Py_XDECREF(key);
    return doc != NULL ? Py_NewRef(doc) : PyErr_Occurred() ? NULL : NOTHING;
}

static PyObject *
tuple_of(const Value *list)
{
    return list->object == NULL ? NULL : PyList_AsTuple(list->object);
}

static PyObject *
part_of(Building *b, NodeKind kind, PyObject *node, int index)
{
    return Py_NewRef(WORD_AT(node, b->layouts[kind].parts[index]));
}

/* --- lists */

static int
begin_list(Value *made, Value *first, Value *second)
{
    Py_ssize_t size = (first != NULL) + (second != NULL);
    PyObject *list = PyList_New(size);
    if (list == NULL) {
        return FAILED;
    }
    if (first != NULL) {
        PyList_SET_ITEM(list, 0, take(first));
    }
    if (second != NULL) {
        PyList_SET_ITEM(list, 1, take(second));
    }
    return give(made, list);
}

static int
grow_list(Value *made, Value *list, PyObject *item)
{
    int failed = item == NULL || PyList_Append(list->object, item) < 0;
    Py_XDECREF(item);
    return failed ? FAILED : give(made, take(list));
}

ACTION(list_none) { return begin_list(made, NULL, NULL); }
ACTION(list_one) { return PLACE(v[0], v[0]), begin_list(made, &v[0], NULL); }
ACTION(list_pair) { return PLACE(v[0], v[2]), begin_list(made, &v[0], &v[2]); }
ACTION(list_grow)
{
    PLACE(PyList_GET_SIZE(v[0].object) ? v[0] : v[1], v[1]);
    return grow_list(made, &v[0], take(&v[1]));
}
ACTION(list_more) { return PLACE(v[0], v[2]), grow_list(made, &v[0], take(&v[2])); }
ACTION(parameters_grow) { return grow_list(made, &v[0], name_of(b, &v[1])); }
ACTION(start_symbol) { return give(made, STOLEN(v[0])); }

/* --- types */

ACTION(group)
{
    PLACE(v[0], v[2]);
    PyObject *places = Py_BuildValue("nn", made->start, made->end);
    if (places == NULL || PyDict_SetItem(b->outer, v[1].object, places) < 0) {
        Py_XDECREF(places);
        return FAILED;
    }
    Py_DECREF(places);
    return give(made, STOLEN(v[1]));
}

ACTION(type_name) { return PLACE(v[0], v[0]), NODE(TYPE_NAME, NOTHING, name_of(b, &v[0]), PyTuple_New(0)); }
ACTION(type_name_qualified)
{
    return PLACE(v[0], v[2]), NODE(TYPE_NAME, name_of(b, &v[0]), name_of(b, &v[2]), PyTuple_New(0));
}
ACTION(type_applied) { return PLACE(v[0], v[1]), NODE(TYPE_NAME, NOTHING, name_of(b, &v[0]), tuple_of(&v[1])); }
ACTION(type_applied_qualified)
{
    return PLACE(v[0], v[3]), NODE(TYPE_NAME, name_of(b, &v[0]), name_of(b, &v[2]), tuple_of(&v[3]));
}
ACTION(type_variable) { return PLACE(v[0], v[0]), NODE(TYPE_VARIABLE, name_of(b, &v[0])); }
ACTION(hole) { return PLACE(v[0], v[0]), NODE(HOLE, NULL); }
ACTION(type_unit) { return PLACE(v[0], v[1]), NODE(UNIT, NULL); }
ACTION(type_tuple) { return PLACE(v[0], LAST), NODE(TUPLE, tuple_of(&v[1])); }
ACTION(type_list) { return PLACE(v[0], v[2]), NODE(LIST, STOLEN(v[1])); }
ACTION(optional_before) { return PLACE(v[0], v[1]), NODE(OPTIONAL, STOLEN(v[1])); }
ACTION(optional_after) { return PLACE(v[0], v[1]), NODE(OPTIONAL, STOLEN(v[0])); }
ACTION(record_none) { return PLACE(v[0], v[1]), NODE(RECORD, PyTuple_New(0), NOTHING); }
ACTION(record) { return PLACE(v[0], LAST), NODE(RECORD, tuple_of(&v[1]), NOTHING); }
ACTION(record_any) { return PLACE(v[0], v[3]), NODE(RECORD, PyTuple_New(0), STOLEN(v[2])); }
ACTION(record_open) { return PLACE(v[0], v[4]), NODE(RECORD, tuple_of(&v[1]), STOLEN(v[3])); }
ACTION(record_open_comma) { return PLACE(v[0], v[5]), NODE(RECORD, tuple_of(&v[1]), STOLEN(v[4])); }
ACTION(field) { return PLACE(v[0], v[2]), NODE(FIELD, name_of(b, &v[0]), STOLEN(v[2]), doc_at(b, v[0].start)); }
ACTION(tail) { return PLACE(v[0], v[0]), NODE(ROW_TAIL, name_of(b, &v[0])); }
ACTION(tail_anonymous) { return PLACE(v[0], v[0]), NODE(ROW_TAIL, NOTHING); }
ACTION(function) { return PLACE(v[0], v[2]), NODE(FUNCTION, STOLEN(v[0]), STOLEN(v[2]), PyTuple_New(0)); }
ACTION(constraint) { return PLACE(v[0], v[2]), NODE(CONSTRAINT, STOLEN(v[0]), name_of(b, &v[2])); }
ACTION(where) { return PLACE(v[1], v[1]), give(made, STOLEN(v[1])); }

/* A function's type with what stands after `where`, in its place. */
static int
constrain(Building *b, Value *function, const Value *where)
{
    PyObject *parts[] = {part_of(b, N_FUNCTION, function->object, 0), part_of(b, N_FUNCTION, function->object, 1),
                         tuple_of(where)};
    function->end = where->end;
    Py_SETREF(function->object, make_node(&b->layouts[N_FUNCTION], 3, function->start, function->end, parts));
    return function->object != NULL;
}

/* --- literals */

static PyObject *
written(Building *b, const Value *value)
{
    return PyUnicode_Substring(b->text, value->start, value->end);
}

static PyObject *
kind_name(const char *name)
{
    return PyUnicode_InternFromString(name);
}

/* What a text literal means, by a function that gives this and what is wrong with it; UNSURE if anything is. */
static int
text_value(PyObject *read, PyObject *raw, PyObject **value)
{
    PyObject *answer = PyObject_CallOneArg(read, raw);
    if (answer == NULL) {
        return FAILED;
    }
    PyObject *bad;
    int good = PyArg_ParseTuple(answer, "UO!", value, &PyTuple_Type, &bad);
    if (good && PyTuple_GET_SIZE(bad) == 0) {
        Py_INCREF(*value);
        Py_DECREF(answer);
        return 1;
    }
    Py_DECREF(answer);
    return good ? UNSURE : FAILED;
}

static int
text_literal(Building *b, Value *token, PyObject *read, Value *made)
{
    PyObject *value, *raw = written(b, token);
    int told = raw == NULL ? FAILED : text_value(read, raw, &value);
    if (told != 1) {
        Py_XDECREF(raw);
        return told;
    }
    return PLACE(*token, *token), NODE(LITERAL, kind_name("text"), value, raw);
}

ACTION(text)
{
    if (PyUnicode_FindChar(b->text, '\\', v[0].start, v[0].end, 1) >= 0) {
        return text_literal(b, &v[0], b->plain_text, made);
    }
    PyObject *value = PyUnicode_Substring(b->text, v[0].start + 1, v[0].end - 1);
    return PLACE(v[0], v[0]), NODE(LITERAL, kind_name("text"), value, written(b, &v[0]));
}
ACTION(long_text) { return text_literal(b, &v[0], b->long_text, made); }

ACTION(field_quoted)
{
    PyObject *value, *raw = written(b, &v[0]);
    int told = raw == NULL ? FAILED : text_value(b->plain_text, raw, &value);
    Py_XDECREF(raw);
    if (told != 1) {
        return told;
    }
    PyObject *label = make_node(&b->layouts[N_NAME_QUOTED], 1, v[0].start, v[0].end, &value);
    return PLACE(v[0], v[2]), NODE(FIELD, label, STOLEN(v[2]), doc_at(b, v[0].start));
}

/* No longer than what surely fits the language's integers. */
#define SURE_DIGITS 18

static PyObject *
whole_number(Building *b, const Value *token)
{
    PyObject *raw = written(b, token), *value = raw == NULL ? NULL : PyLong_FromUnicodeObject(raw, 10);
    Py_XDECREF(raw);
    return value;
}

ACTION(size)
{
    if (v[0].end - v[0].start > SURE_DIGITS) {
        return UNSURE;
    }
    return PLACE(v[0], v[0]), NODE(SIZE, whole_number(b, &v[0]));
}
ACTION(integer)
{
    if (v[0].end - v[0].start > SURE_DIGITS) {
        return UNSURE;
    }
    return PLACE(v[0], v[0]), NODE(LITERAL, kind_name("integer"), whole_number(b, &v[0]), written(b, &v[0]));
}
ACTION(double_)
{
    PyObject *raw = written(b, &v[0]), *value = raw == NULL ? NULL : PyFloat_FromString(raw);
    if (value == NULL || !isfinite(PyFloat_AS_DOUBLE(value))) {
        Py_XDECREF(raw);
        Py_XDECREF(value);
        return PyErr_Occurred() ? FAILED : UNSURE;
    }
    return PLACE(v[0], v[0]), NODE(LITERAL, kind_name("double"), value, raw);
}
ACTION(true_)
{
    return PLACE(v[0], v[0]), NODE(LITERAL, kind_name("boolean"), Py_NewRef(Py_True), written(b, &v[0]));
}
ACTION(false_)
{
    return PLACE(v[0], v[0]), NODE(LITERAL, kind_name("boolean"), Py_NewRef(Py_False), written(b, &v[0]));
}
ACTION(environment)
{
    PyObject *value = PyUnicode_Substring(b->text, v[0].start + 1, v[0].end);
    return PLACE(v[0], v[0]), NODE(LITERAL, kind_name("environment"), value, written(b, &v[0]));
}
ACTION(literal_list_none)
{
    return PLACE(v[0], v[1]), NODE(LITERAL, kind_name("list"), PyTuple_New(0), written(b, made));
}
ACTION(literal_list) { return PLACE(v[0], LAST), NODE(LITERAL, kind_name("list"), tuple_of(&v[1]), written(b, made)); }

/* --- expressions */

ACTION(use) { return PLACE(v[0], v[0]), NODE(USE, NOTHING, name_of(b, &v[0])); }
ACTION(use_qualified) { return PLACE(v[0], v[2]), NODE(USE, name_of(b, &v[0]), name_of(b, &v[2])); }
ACTION(instantiate) { return PLACE(v[0], LAST), NODE(INSTANTIATE, STOLEN(v[0]), tuple_of(&v[2])); }
ACTION(literal_source) { return PLACE(v[0], v[0]), NODE(LITERAL_SOURCE, STOLEN(v[0])); }
ACTION(apply) { return PLACE(v[0], v[1]), NODE(APPLY, STOLEN(v[0]), tuple_of(&v[1])); }
ACTION(bindings_none) { return PLACE(v[0], v[1]), begin_list(made, NULL, NULL); }
ACTION(bindings) { return PLACE(v[0], LAST), give(made, STOLEN(v[1])); }
ACTION(binding) { return PLACE(v[0], v[2]), NODE(BINDING, name_of(b, &v[0]), STOLEN(v[2])); }
ACTION(concat) { return PLACE(v[0], v[1]), NODE(CONCAT, STOLEN(v[0])); }
ACTION(filter) { return PLACE(v[0], v[1]), NODE(FILTER, STOLEN(v[0])); }
ACTION(concat_prefix) { return PLACE(v[0], v[1]), NODE(CONCAT_PREFIX, STOLEN(v[1])); }
ACTION(filter_prefix) { return PLACE(v[0], v[1]), NODE(FILTER_PREFIX, STOLEN(v[1])); }
ACTION(pipe_) { return PLACE(v[0], v[0]), NODE(PIPE, tuple_of(&v[0])); }
ACTION(both) { return PLACE(v[0], v[0]), NODE(BOTH, tuple_of(&v[0])); }

/* --- parameters */

ACTION(with_none) { return PLACE(v[1], v[2]), begin_list(made, NULL, NULL); }
ACTION(with_some) { return PLACE(v[1], LAST), give(made, STOLEN(v[2])); }
ACTION(param_required)
{
    return PLACE(v[0], v[2]), NODE(PARAM_DECL, name_of(b, &v[0]), STOLEN(v[2]), NOTHING, doc_at(b, v[0].start));
}
ACTION(param_default)
{
    PLACE(v[0], v[4]);
    return NODE(PARAM_DECL, name_of(b, &v[0]), STOLEN(v[2]), STOLEN(v[4]), doc_at(b, v[0].start));
}
ACTION(param_name) { return PLACE(v[0], v[0]), NODE(PARAM_NAME, name_of(b, &v[0])); }
ACTION(param_list) { return PLACE(v[0], v[2]), NODE(PARAM_LIST, STOLEN(v[1])); }
ACTION(param_enum) { return PLACE(v[0], v[0]), NODE(PARAM_ENUM, tuple_of(&v[0])); }

/* --- declarations */

ACTION(attribute) { return PLACE(v[0], v[1]), NODE(ATTRIBUTE, name_of(b, &v[1]), NOTHING); }
ACTION(attribute_argument) { return PLACE(v[0], v[4]), NODE(ATTRIBUTE, name_of(b, &v[1]), STOLEN(v[3])); }

/* A declaration's place, from its attributes on, and its doc comment: above these or below them. */
static PyObject *
open_declaration(Building *b, const Value *v, Value *made, Py_ssize_t end)
{
    made->start = PyList_GET_SIZE(v[0].object) ? v[0].start : v[1].start;
    made->end = end;
    PyObject *doc = doc_at(b, made->start);
    if (doc == NULL || (doc != Py_None && PyUnicode_GET_LENGTH(doc) > 0)) {
        return doc;
    }
    Py_DECREF(doc);
    return doc_at(b, v[1].start);
}

ACTION(type_alias)
{
    PyObject *doc = open_declaration(b, v, made, v[5].end);
    return NODE(TYPE_DECL, name_of(b, &v[2]), tuple_of(&v[3]), STOLEN(v[5]), doc, tuple_of(&v[0]));
}

ACTION(type_sum)
{
    PyObject *body = PyObject_CallFunctionObjArgs(b->sum_type, b->builder, v[5].object, NULL);
    if (body == NULL || body == Py_None) {
        Py_XDECREF(body);
        return body == NULL ? FAILED : UNSURE;
    }
    PyObject *doc = open_declaration(b, v, made, v[5].end);
    return NODE(TYPE_DECL, name_of(b, &v[2]), tuple_of(&v[3]), body, doc, tuple_of(&v[0]));
}

static int
declare_fun(Building *b, Value *v, Value *type, const Value *with, const Value *where, Value *made)
{
    if (where != NULL && !constrain(b, type, where)) {
        return FAILED;
    }
    PyObject *doc = open_declaration(b, v, made, with != NULL && with->end > type->end ? with->end : type->end);
    PyObject *parameters = with == NULL ? NOTHING : tuple_of(with);
    return NODE(FUN_DECL, name_of(b, &v[2]), STOLEN(*type), parameters, doc, tuple_of(&v[0]));
}

ACTION(fun_plain) { return declare_fun(b, v, &v[4], NULL, NULL, made); }
ACTION(fun_where) { return declare_fun(b, v, &v[4], NULL, &v[5], made); }
ACTION(fun_with) { return declare_fun(b, v, &v[4], &v[5], NULL, made); }
ACTION(fun_where_with) { return declare_fun(b, v, &v[4], &v[6], &v[5], made); }
ACTION(fun_with_where) { return declare_fun(b, v, &v[4], &v[5], &v[6], made); }

static int
declare_def(Building *b, Value *v, PyObject *annotation, Value *body, Value *made)
{
    PyObject *doc = open_declaration(b, v, made, body->end);
    return NODE(DEF_DECL, name_of(b, &v[2]), annotation, STOLEN(*body), doc, tuple_of(&v[0]));
}

ACTION(def_plain) { return declare_def(b, v, NOTHING, &v[4], made); }
ACTION(def_annotated) { return declare_def(b, v, STOLEN(v[4]), &v[6], made); }
ACTION(def_where) { return constrain(b, &v[4], &v[5]) ? declare_def(b, v, STOLEN(v[4]), &v[7], made) : FAILED; }

/* --- files */

static PyObject *
reference_of(Building *b, const Value *token)
{
    PyObject *text = written(b, token);
    return make_node(&b->layouts[N_REFERENCE], 1, token->start, token->end, &text);
}

ACTION(items_none) { return begin_list(made, NULL, NULL); }
ACTION(items_more) { return grow_list(made, &v[0], take(&v[1])); }
ACTION(header)
{
    return PLACE(v[0], v[1]), NODE(HEADER, reference_of(b, &v[1]), NOTHING, doc_at(b, v[0].start));
}
ACTION(import_plain) { return PLACE(v[0], v[1]), NODE(IMPORT, reference_of(b, &v[1]), NOTHING); }
ACTION(import_as) { return PLACE(v[0], v[3]), NODE(IMPORT, reference_of(b, &v[1]), name_of(b, &v[3])); }

/* What is early syntax, or always a mistake. */
ACTION(left_out) { return UNSURE; }

static const struct {
    const char *name;
    Action action;
} named_actions[] = {
#define A(name) {#name, name}
    A(list_none), A(list_one), A(list_pair), A(list_grow), A(list_more), A(parameters_grow), A(start_symbol), A(group),
    A(type_name), A(type_name_qualified), A(type_applied), A(type_applied_qualified), A(type_variable), A(hole),
    A(type_unit), A(type_tuple), A(type_list), A(optional_before), A(optional_after), A(record_none), A(record),
    A(record_any), A(record_open), A(record_open_comma), A(field), A(field_quoted), A(tail), A(tail_anonymous),
    A(function), A(constraint), A(where), A(size), A(text), A(long_text), A(integer), {"double", double_},
    {"true", true_}, {"false", false_}, A(environment), A(literal_list_none), A(literal_list), A(use),
    A(use_qualified), A(instantiate), A(literal_source), A(apply), A(bindings_none), A(bindings), A(binding), A(concat),
    A(filter), A(concat_prefix), A(filter_prefix), {"pipe", pipe_}, A(both), A(with_none), A(with_some),
    A(param_required), A(param_default), A(param_name), A(param_list), A(param_enum), A(attribute),
    A(attribute_argument), A(type_alias), A(type_sum), A(fun_plain), A(fun_where), A(fun_with), A(fun_where_with),
    A(fun_with_where), A(def_plain), A(def_annotated), A(def_where), A(items_none), A(items_more), A(header),
    A(import_plain), A(import_as), {"header_where", left_out}, {"header_braces", left_out},
    {"items_separator", left_out}, {"prefixed_concat", left_out}, {"prefixed_filter", left_out},
#undef A
};

static Action
find_action(const char *name)
{
    for (size_t i = 0; i < sizeof(named_actions) / sizeof(named_actions[0]); i++) {
        if (strcmp(named_actions[i].name, name) == 0) {
            return named_actions[i].action;
        }
    }
    return NULL;
}

#endif
