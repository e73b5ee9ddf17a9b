/* The nodes of `upstreamlint.documents`, made without their constructors. */
#ifndef NODES_H
#define NODES_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

enum { M_SOURCE, M_START, M_END, M_ENTRIES, M_TAG, M_VALUES, M_OFFSETS, MAPPING_SLOTS };
enum { S_SOURCE, S_START, S_END, S_ITEMS, S_TAG, SEQUENCE_SLOTS };

/* The types, where their slots are, and what most nodes have. */
typedef struct {
    PyTypeObject *scalar, *mapping, *sequence;
    Py_ssize_t mapping_at[MAPPING_SLOTS], sequence_at[SEQUENCE_SLOTS];
    PyObject *empty, *unset;
} Types;

int types_of(Types *types, PyObject *scalar, PyObject *mapping, PyObject *sequence);
void forget_types(Types *types);

/* Each gives a new reference, or NULL with an error set; `text`, `values`, `offsets` and `items` are taken over. */
PyObject *make_scalar(const Types *, PyObject *source, PyObject *text, int plain, Py_ssize_t start, Py_ssize_t end);
PyObject *make_mapping(const Types *, PyObject *source, Py_ssize_t start, Py_ssize_t end, PyObject *values, PyObject *offsets);
PyObject *make_sequence(const Types *, PyObject *source, Py_ssize_t start, Py_ssize_t end, PyObject *items);

/* The text of so many ASCII characters; a short one that was made before is given again. */
PyObject *text_of(const char *start, Py_ssize_t length);

#endif
