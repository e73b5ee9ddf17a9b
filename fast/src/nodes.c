#include "nodes.h"

#include <string.h>
#include <structmember.h>

#define SCALAR_FIELDS 6
#define KNOWN 8192
#define LONGEST_KNOWN 48

static const char *const MAPPING_NAMES[] = {"source", "start", "_end", "_entries", "tag", "values", "places"};
static const char *const SEQUENCE_NAMES[] = {"source", "start", "_end", "items", "tag"};

/* Where the slots of a type are, which has these and no others. */
static int slots_of(PyTypeObject *type, const char *const *names, int count, Py_ssize_t *at) {
    PyObject *slots = PyObject_GetAttrString((PyObject *)type, "__slots__");
    Py_ssize_t held = slots ? PyObject_Size(slots) : -1;
    Py_XDECREF(slots);
    if (held < 0) return -1;
    for (int n = 0; n < count && held == count; n++) {
        PyObject *found = PyObject_GetAttrString((PyObject *)type, names[n]);
        if (!found) return -1;
        if (!Py_IS_TYPE(found, &PyMemberDescr_Type)) held = -1;
        else at[n] = ((PyMemberDescrObject *)found)->d_member->offset;
        Py_DECREF(found);
    }
    if (held == count) return 0;
    PyErr_Format(PyExc_ImportError, "%s has other slots than are known here", type->tp_name);
    return -1;
}

int types_of(Types *types, PyObject *scalar, PyObject *mapping, PyObject *sequence) {
    if (!PyType_Check(scalar) || !PyType_IsSubtype((PyTypeObject *)scalar, &PyTuple_Type) || !PyType_Check(mapping) ||
        !PyType_Check(sequence)) {
        PyErr_SetString(PyExc_TypeError, "the types of nodes are wanted");
        return -1;
    }
    types->scalar = (PyTypeObject *)Py_NewRef(scalar);
    types->mapping = (PyTypeObject *)Py_NewRef(mapping);
    types->sequence = (PyTypeObject *)Py_NewRef(sequence);
    types->empty = PyUnicode_New(0, 0);
    types->unset = PyLong_FromLong(-1);
    if (!types->empty || !types->unset) return -1;
    if (slots_of(types->mapping, MAPPING_NAMES, MAPPING_SLOTS, types->mapping_at)) return -1;
    return slots_of(types->sequence, SEQUENCE_NAMES, SEQUENCE_SLOTS, types->sequence_at);
}

void forget_types(Types *types) {
    Py_XDECREF(types->scalar);
    Py_XDECREF(types->mapping);
    Py_XDECREF(types->sequence);
    Py_XDECREF(types->empty);
    Py_XDECREF(types->unset);
}

static void put(PyObject *node, Py_ssize_t at, PyObject *value) { *(PyObject **)((char *)node + at) = value; }

static PyObject *offset_or_unset(const Types *types, Py_ssize_t offset) {
    return offset < 0 ? Py_NewRef(types->unset) : PyLong_FromSsize_t(offset);
}

PyObject *make_scalar(const Types *types, PyObject *source, PyObject *text, int plain, Py_ssize_t start, Py_ssize_t end) {
    PyObject *from = PyLong_FromSsize_t(start), *to = PyLong_FromSsize_t(end);
    PyObject *made = text && from && to ? types->scalar->tp_alloc(types->scalar, SCALAR_FIELDS) : NULL;
    if (!made) {
        Py_XDECREF(text);
        Py_XDECREF(from);
        Py_XDECREF(to);
        return NULL;
    }
    PyTuple_SET_ITEM(made, 0, text);
    PyTuple_SET_ITEM(made, 1, Py_NewRef(plain ? Py_True : Py_False));
    PyTuple_SET_ITEM(made, 2, Py_NewRef(source));
    PyTuple_SET_ITEM(made, 3, from);
    PyTuple_SET_ITEM(made, 4, to);
    PyTuple_SET_ITEM(made, 5, Py_NewRef(types->empty));
    return made;
}

PyObject *make_mapping(const Types *types, PyObject *source, Py_ssize_t start, Py_ssize_t end, PyObject *values, PyObject *offsets) {
    PyObject *from = PyLong_FromSsize_t(start), *to = offset_or_unset(types, end);
    PyObject *made = values && offsets && from && to ? types->mapping->tp_alloc(types->mapping, 0) : NULL;
    if (!made) {
        Py_XDECREF(values);
        Py_XDECREF(offsets);
        Py_XDECREF(from);
        Py_XDECREF(to);
        return NULL;
    }
    put(made, types->mapping_at[M_SOURCE], Py_NewRef(source));
    put(made, types->mapping_at[M_START], from);
    put(made, types->mapping_at[M_END], to);
    put(made, types->mapping_at[M_ENTRIES], Py_NewRef(Py_None));
    put(made, types->mapping_at[M_TAG], Py_NewRef(types->empty));
    put(made, types->mapping_at[M_VALUES], values);
    put(made, types->mapping_at[M_OFFSETS], offsets);
    return made;
}

PyObject *make_sequence(const Types *types, PyObject *source, Py_ssize_t start, Py_ssize_t end, PyObject *items) {
    PyObject *from = PyLong_FromSsize_t(start), *to = offset_or_unset(types, end);
    PyObject *made = items && from && to ? types->sequence->tp_alloc(types->sequence, 0) : NULL;
    if (!made) {
        Py_XDECREF(items);
        Py_XDECREF(from);
        Py_XDECREF(to);
        return NULL;
    }
    put(made, types->sequence_at[S_SOURCE], Py_NewRef(source));
    put(made, types->sequence_at[S_START], from);
    put(made, types->sequence_at[S_END], to);
    put(made, types->sequence_at[S_ITEMS], items);
    put(made, types->sequence_at[S_TAG], Py_NewRef(types->empty));
    return made;
}

PyObject *text_of(const char *start, Py_ssize_t length) {
    static PyObject *known[KNOWN];
    PyObject **place = NULL;
    if (length <= LONGEST_KNOWN) {
        size_t hash = 2166136261u;
        for (Py_ssize_t n = 0; n < length; n++) hash = (hash ^ (unsigned char)start[n]) * 16777619u;
        place = &known[(hash ^ (hash >> 13)) % KNOWN];
        if (*place && PyUnicode_GET_LENGTH(*place) == length && !memcmp(PyUnicode_1BYTE_DATA(*place), start, length))
            return Py_NewRef(*place);
    }
    PyObject *made = PyUnicode_New(length, 127);
    if (!made) return NULL;
    if (length) memcpy(PyUnicode_1BYTE_DATA(made), start, length);
    if (place) Py_XSETREF(*place, Py_NewRef(made));
    return made;
}
