/* areas_codes – the rows beside an official list of codes and names: codes that only
 * one of the two has, names that differ, and pairs of areas that carry each other's
 * code. The list is a CSV; a code in it and in the file are the same if they are
 * equal, or if the longer one goes on with zeros only, as 310107021 and 310107021000
 * do: a county's or a street's code is written both ways. */
#include "areas_plan.h"

typedef struct Listed {
    Str code, written, name; /* the code trimmed, and as it is written */
    bool met;
} Listed;

typedef struct CodeList {
    Listed *list;
    int32_t n, room;
    Words codes, names; /* by trimmed code; by name, -2: two have it */
} CodeList;

/* Groups of three zeros at the end stand for the levels below; a code may leave them out. */
static Str trimmed(Str code) {
    while (code.n > 3 && code.p[code.n - 1] == '0' && code.p[code.n - 2] == '0' && code.p[code.n - 3] == '0')
        code.n -= 3;
    return code;
}

static Err take_code(AreasPlan *p, void *ctx, int64_t row, const Str words[3], Fault *f) {
    CodeList *l = ctx;
    int32_t at;

    (void)p;
    if (words[0].n == 0)
        return fault(f, ERR_INVALID, "areas_codes", "codes", "代码名单第 %lld 行没有代码；补上或删去这一行。",
                     "Row %lld of the list of codes has no code: fill it in or take the row out.",
                     (long long)row);
    TRY(words_put(&l->codes, trimmed(words[0]), l->n, &at, f));
    if (at != l->n)
        return fault(f, ERR_INVALID, "areas_codes", "codes",
                     "代码名单第 %lld 行：“%.60s”前面已有；名单里一个代码只能写一次。",
                     "Row %lld of the list of codes: “%.60s” stands above already; a list has each code once.",
                     (long long)row, words[0].p);
    if (l->n == l->room) {
        int32_t room = l->room ? l->room * 2 : 256;
        Listed *wider = mem_grow(l->list, (size_t)room * sizeof *wider);
        if (!wider)
            return fault_memory(f);
        l->list = wider;
        l->room = room;
    }
    l->list[l->n++] = (Listed){ .code = trimmed(words[0]), .name = words[1], .written = words[0] };
    return OK;
}

/* The one entry of that name; -1: none or several. */
static int32_t listed_named(const CodeList *l, Str name) {
    int32_t at = words_find(&l->names, name);

    for (int32_t i = at + 1; at >= 0 && i < l->n; i++)
        if (str_same(l->list[i].name, name))
            return -1;
    return at;
}

/* The row that has the code of that entry; -1. */
static int32_t row_of(const CodeList *l, int32_t entry, const Words *rows) {
    return entry < 0 ? -1 : words_find(rows, l->list[entry].code);
}

/* Row i and row k carry each other's code, as the list has their names. */
static bool exchanged(const AreasPlan *p, const CodeList *l, int32_t i, int32_t k) {
    int32_t own = words_find(&l->codes, trimmed(p->rows[i].code)),
            other = k < 0 ? -1 : words_find(&l->codes, trimmed(p->rows[k].code));

    return own >= 0 && other >= 0 && own != other && str_same(l->list[own].name, p->rows[k].name) &&
           str_same(l->list[other].name, p->rows[i].name);
}

static Err judge_row(AreasPlan *p, CodeList *l, const Words *rows, int32_t i, Fault *f) {
    const AreaRow *row = &p->rows[i];
    int32_t at = words_find(&l->codes, trimmed(row->code)), named = listed_named(l, row->name);
    AreaNote note = { 0 };

    if (at < 0) {
        note.other = named < 0 ? (Str){ "", 0 } : l->list[named].written;
        return areas_row_note(p, i, NOTE_UNLISTED, note, f);
    }
    l->list[at].met = true;
    if (str_same(l->list[at].name, row->name) || l->list[at].name.n == 0)
        return OK;
    int32_t other = row_of(l, named, rows);
    if (!exchanged(p, l, i, other)) {
        note.other = l->list[at].name;
        return areas_row_note(p, i, NOTE_RENAMED, note, f);
    }
    if (other < i) /* said at the first of the two */
        return OK;
    note.other = p->rows[other].code;
    return areas_row_note(p, i, NOTE_EXCHANGED, note, f);
}

static Err judge_list(AreasPlan *p, CodeList *l, Words *rows, Fault *f) {
    int32_t was;

    for (int32_t i = 0; i < l->n; i++)
        TRY(words_put(&l->names, l->list[i].name, i, &was, f));
    for (int32_t i = 0; i < p->n_features; i++)
        TRY(words_put(rows, trimmed(p->rows[i].code), i, &was, f));
    for (int32_t i = 0; i < p->n_features; i++)
        TRY(judge_row(p, l, rows, i, f));
    for (int32_t i = 0; i < l->n; i++)
        if (!l->list[i].met)
            TRY(areas_note(
                p->report,
                &(AreaNote){ .kind = NOTE_UNMAPPED, .code = l->list[i].written, .other = l->list[i].name }, f));
    return OK;
}

Err areas_codes(AreasPlan *p, Fault *f) {
    const AreasOptions *how = p->how;
    const Str columns[3] = { how->codes_columns[0], how->codes_columns[1] };
    CodeList l = { 0 };
    Words rows = { 0 };

    if (how->codes.n == 0)
        return OK;
    Err e = areas_table(p, how->codes, columns, take_code, &l, f);
    e = e == OK ? judge_list(p, &l, &rows, f) : e;
    words_end(&l.codes);
    words_end(&l.names);
    words_end(&rows);
    mem_free(l.list);
    return e;
}
