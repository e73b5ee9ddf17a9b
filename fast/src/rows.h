/* What one line of plain block YAML says: `upstreamlint.readers.yaml_rows`, for ASCII text. */
#ifndef ROWS_H
#define ROWS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define DEEPEST 100

enum kind { NOTHING, PLAIN, QUOTED, BLOCK, LIST, MAP };

/* Part of the text: from one offset up to another. */
typedef struct {
    Py_ssize_t start, end;
} Span;

/* A line. Offsets are those of the text. `value` is with its quotes, and `doubled` says that quotes in it are doubled. */
typedef struct {
    Py_ssize_t indent, inner;
    Py_ssize_t dashes[DEEPEST + 2];
    int dashed;
    int keyed;
    Span key;
    enum kind kind;
    Span value;
    int doubled;
} Row;

/* A scalar in a list or map on one line; `key` is empty in a list. */
typedef struct {
    Span key, text;
    int plain;
    char stop;
} Piece;

/* What is in a literal block: the lines of `content` without `width` spaces. */
typedef struct {
    Span content;
    Py_ssize_t width;
} Literal;

enum outcome { BLANK, READ, NOT_PLAIN };

enum outcome read_row(const char *text, Py_ssize_t from, Py_ssize_t end, Row *row);
enum outcome read_piece(const char *text, Py_ssize_t from, Py_ssize_t end, int keyed, Piece *piece);
enum outcome read_literal(const char *text, Py_ssize_t from, Py_ssize_t end, const Row *head, Literal *literal);
int ends_row(const char *text, Py_ssize_t from, Py_ssize_t end);
Py_ssize_t behind_spaces(const char *text, Py_ssize_t from, Py_ssize_t end);

#endif
