/* Plain block YAML to nodes in one pass: `upstreamlint.readers.yaml_plain`, for ASCII text. */
#include "nodes.h"
#include "rows.h"

#include <string.h>

/* A list or mapping that is open in a column; a mapping has the places of its keys. All are held by the root. */
typedef struct {
    Py_ssize_t column;
    PyObject *box, *places;
} Open;

typedef struct {
    const Types *types;
    PyObject *source, *root;
    const char *text;
    Py_ssize_t base, size;
    Open open[DEEPEST + 1];
    int depth;
    PyObject *last;
} Reading;

static Open *innermost(Reading *r) { return &r->open[r->depth]; }

static PyObject *text_in(const Reading *r, Span span) { return text_of(r->text + span.start, span.end - span.start); }

static PyObject *scalar_in(const Reading *r, Span span, int plain) {
    Span inner = {span.start + !plain, span.end - !plain};
    return make_scalar(r->types, r->source, text_in(r, inner), plain, r->base + span.start, r->base + span.end);
}

/* Put a new node, which is taken over, under a key, or behind the items of a list. */
static int put_in(PyObject *box, PyObject *places, PyObject *key, PyObject *node) {
    if (!node) return -1;
    int failed = places ? PyDict_SetItem(box, key, node) : PyList_Append(box, node);
    Py_DECREF(node);
    return failed;
}

static int put_offset(const Reading *r, PyObject *places, Py_ssize_t offset) {
    return put_in(places, NULL, NULL, PyLong_FromSsize_t(r->base + offset));
}

/* Put a list or mapping where the last key or dash is, and go into it: READ, or NOT_PLAIN with or without an error. */
static enum outcome enter(Reading *r, Py_ssize_t column, Py_ssize_t offset, int is_mapping) {
    PyObject *box = is_mapping ? PyDict_New() : PyList_New(0), *places = is_mapping ? PyList_New(0) : NULL;
    PyObject *node = is_mapping
        ? make_mapping(r->types, r->source, r->base + offset, -1, box, places)
        : make_sequence(r->types, r->source, r->base + offset, -1, box);
    Open *around = innermost(r);
    if (put_in(around->box, around->places, r->last, node)) return NOT_PLAIN;
    if (r->depth == DEEPEST) return NOT_PLAIN;
    r->open[++r->depth] = (Open){column, box, places};
    return READ;
}

/* A string with its doubled quotes, as one of each. */
static PyObject *undoubled(const Reading *r, Span span) {
    PyObject *raw = text_in(r, (Span){span.start + 1, span.end - 1});
    PyObject *made = raw ? PyObject_CallMethod(raw, "replace", "ss", "''", "'") : NULL;
    Py_XDECREF(raw);
    return made ? make_scalar(r->types, r->source, made, 0, r->base + span.start, r->base + span.end) : NULL;
}

/* A literal block; `|` keeps one line end behind it, `|+` all and `|-` none. */
static PyObject *literal_in(const Reading *r, Span head, const Literal *literal) {
    char *made = PyMem_Malloc(literal->content.end - literal->content.start + 1), *to = made;
    if (!made) return PyErr_NoMemory();
    const char *at = r->text + literal->content.start, *end = r->text + literal->content.end;
    while (at < end) {
        const char *feed = memchr(at, '\n', end - at), *stop = feed ? feed + 1 : end;
        for (Py_ssize_t n = 0; n < literal->width && at < stop && *at == ' '; n++) at++;
        memcpy(to, at, stop - at);
        to += stop - at;
        at = stop;
    }
    char kept = head.end - head.start > 1 ? r->text[head.start + 1] : '\0';
    if (kept != '+') {
        char *whole = to;
        while (to > made && to[-1] == '\n') to--;
        if (!kept && to > made && to < whole) to++;
    }
    PyObject *text = text_of(made, to - made);
    PyMem_Free(made);
    return make_scalar(r->types, r->source, text, 0, r->base + head.start, r->base + literal->content.end);
}

/* A list or map on one line; nothing without an error where it is not plain. */
static PyObject *flow_in(const Reading *r, const Row *row, Py_ssize_t end) {
    int is_map = row->kind == MAP;
    Py_ssize_t start = row->value.start, at = behind_spaces(r->text, start + 1, end);
    PyObject *box = is_map ? PyDict_New() : PyList_New(0), *places = is_map ? PyList_New(0) : NULL;
    if (!box || (is_map && !places)) goto fail;
    if (at < end && r->text[at] == (is_map ? '}' : ']')) {
        at++;
    } else {
        Piece piece;
        at = start + 1;
        do {
            if (read_piece(r->text, at, end, is_map, &piece) != READ) goto fail;
            PyObject *key = is_map ? text_in(r, piece.key) : NULL;
            int failed = is_map && (!key || PyDict_Contains(box, key) || put_offset(r, places, piece.key.start));
            failed = failed || put_in(box, places, key, scalar_in(r, piece.text, piece.plain));
            Py_XDECREF(key);
            if (failed) goto fail;
            at = behind_spaces(r->text, piece.text.end, end) + 1;
        } while (piece.stop == ',');
    }
    if (!ends_row(r->text, at, end)) goto fail;
    return is_map ? make_mapping(r->types, r->source, r->base + start, r->base + at, box, places)
                  : make_sequence(r->types, r->source, r->base + start, r->base + at, box);
fail:
    Py_XDECREF(box);
    Py_XDECREF(places);
    return NULL;
}

/* The value of a row; `next` is where the next row starts, which is behind a literal block. */
static PyObject *value_in(const Reading *r, const Row *row, Py_ssize_t end, Py_ssize_t *next) {
    Literal literal;
    switch (row->kind) {
    case LIST:
    case MAP:
        return flow_in(r, row, end);
    case BLOCK:
        if (read_literal(r->text, *next, r->size, row, &literal) != READ) return NULL;
        *next = literal.content.end;
        return literal_in(r, row->value, &literal);
    default:
        return row->doubled ? undoubled(r, row->value) : scalar_in(r, row->value, row->kind == PLAIN);
    }
}

/* The root of the text, as a loop over its rows: the value of a row that ends with its key or dash is told by the next one. */
static int read_rows(Reading *r) {
    Row row;
    int waits = 1, is_item = 0;
    Py_ssize_t left = -1;
    Span nothing = {0, 0};
    for (Py_ssize_t at = 0, next; at <= r->size; at = next) {
        const char *feed = at < r->size ? memchr(r->text + at, '\n', r->size - at) : NULL;
        Py_ssize_t end = feed ? feed - r->text : r->size;
        next = end + 1;
        enum outcome said = read_row(r->text, at, end, &row);
        if (said == BLANK) continue;
        if (said == NOT_PLAIN) return -1;
        int dash = 0, nested = 0;
        if (waits) {
            nested = row.indent > left || (row.indent == left && row.dashed && !is_item);
            waits = 0;
            Open *around = innermost(r);
            if (!nested && put_in(around->box, around->places, r->last, scalar_in(r, nothing, 1))) return -1;
        }
        if (!nested) {
            while (innermost(r)->column > row.indent ||
                   (innermost(r)->column == row.indent && !innermost(r)->places && !row.dashed))
                r->depth--;
            if (innermost(r)->column < row.indent || (innermost(r)->places && row.dashed)) return -1;
            if (row.dashed) dash = 1; /* the first is that of the list that is open */
        }
        for (; dash < row.dashed; dash++)
            if (enter(r, row.dashes[dash], at + row.dashes[dash], 0) != READ) return -1;
        if (!row.keyed) {
            if (innermost(r)->places || (nested && !row.dashed)) return -1;
        } else {
            if ((nested || !innermost(r)->places) && enter(r, row.inner, at + row.inner, 1) != READ) return -1;
            PyObject *key = text_in(r, row.key);
            if (!key) return -1;
            Py_XSETREF(r->last, key);
            if (PyDict_Contains(innermost(r)->box, key)) return -1;
            if (put_offset(r, innermost(r)->places, at + row.inner)) return -1;
        }
        if (row.kind == NOTHING) {
            waits = 1;
            is_item = !row.keyed;
            nothing = row.value;
            left = row.keyed ? row.inner : innermost(r)->column;
            continue;
        }
        PyObject *value = value_in(r, &row, end, &next);
        if (put_in(innermost(r)->box, innermost(r)->places, r->last, value)) return -1;
    }
    if (!r->depth && !PyList_GET_SIZE(r->root)) return -1;
    Open *around = innermost(r);
    return waits ? put_in(around->box, around->places, r->last, scalar_in(r, nothing, 1)) : 0;
}

/* The root of an ASCII text that starts at an offset of its source; nothing where it takes a whole parser. */
static PyObject *read_tree(PyObject *capsule, PyObject *args) {
    Reading r = {.types = PyCapsule_GetPointer(capsule, NULL)};
    PyObject *text;
    if (!r.types || !PyArg_ParseTuple(args, "OnU", &r.source, &r.base, &text)) return NULL;
    if (!PyUnicode_IS_ASCII(text)) Py_RETURN_NONE;
    r.text = (const char *)PyUnicode_1BYTE_DATA(text);
    r.size = PyUnicode_GET_LENGTH(text);
    r.root = PyList_New(0);
    r.open[0] = (Open){-1, r.root, NULL};
    PyObject *found = NULL;
    if (r.root && !read_rows(&r)) found = Py_NewRef(PyList_GET_ITEM(r.root, 0));
    Py_XDECREF(r.last);
    Py_XDECREF(r.root);
    return found || PyErr_Occurred() ? found : Py_NewRef(Py_None);
}

static void forget(PyObject *capsule) {
    Types *types = PyCapsule_GetPointer(capsule, NULL);
    forget_types(types);
    PyMem_Free(types);
}

static PyMethodDef READ_TREE = {"tree", read_tree, METH_VARARGS, "The root of a plain ASCII text, or nothing."};

static PyObject *reader(PyObject *Py_UNUSED(module), PyObject *args) {
    PyObject *scalar, *mapping, *sequence;
    if (!PyArg_ParseTuple(args, "OOO", &scalar, &mapping, &sequence)) return NULL;
    Types *types = PyMem_Calloc(1, sizeof(Types));
    if (!types) return PyErr_NoMemory();
    PyObject *capsule = PyCapsule_New(types, NULL, forget);
    if (!capsule) {
        PyMem_Free(types);
        return NULL;
    }
    PyObject *made = types_of(types, scalar, mapping, sequence) ? NULL : PyCFunction_New(&READ_TREE, capsule);
    Py_DECREF(capsule);
    return made;
}

static PyMethodDef METHODS[] = {
    {"reader", reader, METH_VARARGS, "A reader that makes nodes of the given types: of scalars, mappings and sequences."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef MODULE = {PyModuleDef_HEAD_INIT, "upstreamlint_fast", "Reads plain block YAML.", -1, METHODS, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_upstreamlint_fast(void) { return PyModule_Create(&MODULE); }
