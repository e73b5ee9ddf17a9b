#include "rows.h"

#include <string.h>

#define LONGEST_KEY 1000

static int is_control(char c) { return (unsigned char)c < 0x20 || c == 0x7f; }

/* Whether a character may stand behind a `-`, `?` or `:` that is part of a text. */
static int is_solid(const char *text, Py_ssize_t at, Py_ssize_t end) {
    return at < end && text[at] != ' ' && !is_control(text[at]);
}

static int starts_text(const char *text, Py_ssize_t at, Py_ssize_t end) {
    if (!is_solid(text, at, end)) return 0;
    if (strchr("-?:", text[at])) return is_solid(text, at + 1, end);
    return !strchr(",[]{}#&*!|>'\"%@`", text[at]);
}

/* Where a text ends that starts here: at `: `, ` #`, a control character, or with the line. */
static Py_ssize_t text_end(const char *text, Py_ssize_t at, Py_ssize_t end) {
    for (at++; at < end; at++) {
        char c = text[at];
        if (is_control(c) || (c == '#' && text[at - 1] == ' ') || (c == ':' && !is_solid(text, at + 1, end))) break;
    }
    return at;
}

/* Behind the string whose first quote is here, or -1 where it takes more than to look for the second one. */
static Py_ssize_t string_end(const char *text, Py_ssize_t at, Py_ssize_t end, int *doubled) {
    char quote = text[at];
    for (at++; at < end; at++) {
        char c = text[at];
        if (is_control(c) || (quote == '"' && c == '\\')) return -1;
        if (c != quote) continue;
        if (!doubled || quote == '"' || at + 1 >= end || text[at + 1] != quote) return at + 1;
        *doubled = 1;
        at++;
    }
    return -1;
}

Py_ssize_t behind_spaces(const char *text, Py_ssize_t from, Py_ssize_t end) {
    while (from < end && text[from] == ' ') from++;
    return from;
}

static Py_ssize_t before_spaces(const char *text, Py_ssize_t from, Py_ssize_t end) {
    while (end > from && text[end - 1] == ' ') end--;
    return end;
}

static int is_end(const char *text, Py_ssize_t at, Py_ssize_t end) { return at == end || text[at] == ' '; }

/* Whether nothing follows but a comment; a tab may stand in one. */
static int is_comment(const char *text, Py_ssize_t from, Py_ssize_t at, Py_ssize_t end) {
    if (at == end) return 1;
    if (text[at] != '#' || (at > from && text[at - 1] != ' ')) return 0;
    for (; at < end; at++)
        if (is_control(text[at]) && text[at] != '\t') return 0;
    return 1;
}

static Py_ssize_t read_key(const char *text, Py_ssize_t at, Py_ssize_t end, Row *row) {
    row->keyed = 0;
    if (at == end) return at;
    int quoted = text[at] == '"' || text[at] == '\'';
    if (!quoted && !starts_text(text, at, end)) return at;
    Py_ssize_t stop = quoted ? string_end(text, at, end, NULL) : text_end(text, at, end);
    if (stop < 0 || stop == end || text[stop] != ':' || !is_end(text, stop + 1, end) || text[stop - 1] == ' ') return at;
    row->keyed = 1;
    row->key = (Span){at + quoted, stop - quoted};
    return behind_spaces(text, stop + 1, end);
}

/* Where the value ends that starts here, or -1; `row->kind` is told. */
static Py_ssize_t read_value(const char *text, Py_ssize_t at, Py_ssize_t end, Row *row) {
    row->kind = NOTHING;
    row->doubled = 0;
    if (at == end || text[at] == '#') return at;
    Py_ssize_t stop;
    switch (text[at]) {
    case '"':
    case '\'':
        row->kind = QUOTED;
        return string_end(text, at, end, &row->doubled);
    case '|':
        row->kind = BLOCK;
        stop = at + 1 < end && (text[at + 1] == '+' || text[at + 1] == '-') ? at + 2 : at + 1;
        return is_end(text, stop, end) ? stop : -1;
    case '[':
    case '{':
        row->kind = text[at] == '[' ? LIST : MAP;
        for (stop = at; stop < end; stop++)
            if (is_control(text[stop])) return -1;
        return end;
    default:
        row->kind = PLAIN;
        return starts_text(text, at, end) ? text_end(text, at, end) : -1;
    }
}

enum outcome read_row(const char *text, Py_ssize_t from, Py_ssize_t end, Row *row) {
    if (end - from >= 3 && (!memcmp(text + from, "---", 3) || !memcmp(text + from, "...", 3))) return NOT_PLAIN;
    Py_ssize_t at = behind_spaces(text, from, end);
    row->indent = at - from;
    row->dashed = 0;
    while (at < end && text[at] == '-' && is_end(text, at + 1, end)) {
        if (row->dashed > DEEPEST) return NOT_PLAIN;
        row->dashes[row->dashed++] = at - from;
        at = behind_spaces(text, at + 1, end);
    }
    row->inner = at - from;
    at = read_key(text, at, end, row);
    Py_ssize_t stop = read_value(text, at, end, row);
    if (stop < 0 || !is_comment(text, from, behind_spaces(text, stop, end), end)) return NOT_PLAIN;
    if (row->keyed && row->key.end - row->key.start > LONGEST_KEY) return NOT_PLAIN;
    if (row->kind == NOTHING) {
        if (!row->dashed && !row->keyed) return BLANK;
        Py_ssize_t quote = row->keyed && (text[row->key.end] == '"' || text[row->key.end] == '\'');
        at = row->keyed ? row->key.end + quote + 1 : from + row->dashes[row->dashed - 1] + 1;
        row->value = (Span){at, at};
    } else {
        row->value = (Span){at, row->kind == PLAIN ? before_spaces(text, at, stop) : stop};
    }
    return READ;
}

enum outcome read_piece(const char *text, Py_ssize_t from, Py_ssize_t end, int keyed, Piece *piece) {
    Py_ssize_t at = behind_spaces(text, from, end);
    piece->key = (Span){at, at};
    if (keyed) {
        if (at == end || !Py_ISALPHA(text[at])) return NOT_PLAIN;
        while (at < end && (Py_ISALNUM(text[at]) || strchr("_./-", text[at]))) at++;
        piece->key.end = at;
        if (at + 1 >= end || text[at] != ':' || text[at + 1] != ' ') return NOT_PLAIN;
        at = behind_spaces(text, at + 1, end);
    }
    if (at == end) return NOT_PLAIN;
    piece->plain = text[at] != '"' && text[at] != '\'';
    Py_ssize_t stop = at;
    if (piece->plain) {
        if (strchr("-?:", text[at]) || !starts_text(text, at, end)) return NOT_PLAIN;
        while (stop < end && !strchr(":#,[]{}", text[stop])) stop++;
    } else if ((stop = string_end(text, at, end, NULL)) < 0) {
        return NOT_PLAIN;
    }
    piece->text = (Span){at, piece->plain ? before_spaces(text, at, stop) : stop};
    stop = behind_spaces(text, stop, end);
    if (stop == end || (text[stop] != ',' && text[stop] != (keyed ? '}' : ']'))) return NOT_PLAIN;
    piece->stop = text[stop];
    return READ;
}

int ends_row(const char *text, Py_ssize_t from, Py_ssize_t end) {
    Py_ssize_t at = behind_spaces(text, from, end);
    return at == end || (text[at] == '#' && at > from);
}

enum outcome read_literal(const char *text, Py_ssize_t from, Py_ssize_t end, const Row *head, Literal *literal) {
    Py_ssize_t line = from, at, longest = 0;
    for (;; line = at + 1) {
        at = behind_spaces(text, line, end);
        if (at >= end) return NOT_PLAIN;
        if (text[at] != '\n') break;
        if (at - line > longest) longest = at - line;
    }
    Py_ssize_t width = at - line;
    if (!head->keyed && !head->dashed) return NOT_PLAIN;
    if (width <= (head->keyed ? head->inner : head->dashes[head->dashed - 1]) || longest > width) return NOT_PLAIN;
    Py_ssize_t stop = line;
    while (line < end) {
        at = behind_spaces(text, line, end);
        const char *next = at < end ? memchr(text + at, '\n', end - at) : NULL;
        Py_ssize_t feed = next ? next - text : end;
        if (at < feed && at - line < width) break;
        /* What spaces at the very end of a text are is a whole parser's to say. */
        if (at == end && at > line) return NOT_PLAIN;
        if (at < end && text[at] == '\t') return NOT_PLAIN;
        for (; at < feed; at++)
            if (is_control(text[at]) && text[at] != '\t') return NOT_PLAIN;
        stop = line = feed < end ? feed + 1 : end;
    }
    literal->content = (Span){from, stop};
    literal->width = width;
    return READ;
}
