/* orgs_file – see orgs_file.h: the table, then its rows in one transaction. The rows of
 * organisations go from the top of the tree downward, whatever their order in the file. */
#include "orgs_plan.h"

#include "area.h"
#include "org.h"
#include "place.h"

#include <stdio.h>
#include <string.h>

enum { TEXTS_ROOM = 1 << 20, WRITE_ROOM = 4 << 20, DEPTH_MAX = 32 };

/* ---- what a cell names ---- */

static Err blame(Err e, const char *field, Fault *f) {
    if (e != OK)
        snprintf(f->field, sizeof f->field, "%s", field);
    return e;
}

Err orgs_area(Tx *tx, Str word, const char *field, Area *ret, Fault *f) {
    Err e = area_governing_by_code(tx, word, ret, f);
    return blame(e == ERR_NOT_FOUND ? area_governing_by_name(tx, word, ret, f) : e, field, f);
}

Err orgs_area_of(Tx *tx, const OrgsPlan *p, const OrgsRow *r, Area *ret, Fault *f) {
    Str word = r->of[ORGS_AREA].n ? r->of[ORGS_AREA] : r->of[ORGS_AREA_NAME];

    if (word.n == 0)
        word = p->how->area;
    if (word.n == 0)
        return fault(f, ERR_INVALID, "orgs_area", "area", "要写网格编码，或用 --area。",
                     "The code of an area is needed, or --area.");
    TRY(orgs_area(tx, word, "area", ret, f));
    if (r->level && r->level != ret->level)
        return fault(f, ERR_INVALID, "orgs_level", "level", "网格“%.*s”是%s，不是所写的层级。%.0s",
                     "The area “%.*s” is a %.0s%s, not of the level that is written.", (int)ret->name.n,
                     ret->name.p, choice_numbered(&area_level_choices, ret->level)->zh,
                     choice_numbered(&area_level_choices, ret->level)->en);
    return OK;
}

Err orgs_named(Tx *tx, Str word, const char *field, Org *ret, Fault *f) {
    Err e = org_by_code(tx, word, ret, f);
    return blame(e == ERR_NOT_FOUND ? org_by_name(tx, word, ret, f) : e, field, f);
}

/* ---- which row waits for which ---- */

/* A code belongs to one row; a unit's may come again with another duty. */
static Err know_codes(OrgsPlan *p, Fault *f) {
    for (int32_t i = 0; i < p->n; i++) {
        OrgsRow *r = &p->rows[i];
        int32_t first, ignored;
        char zh[120], en[120];

        if (r->of[ORGS_CODE].n == 0)
            continue;
        TRY(words_put(&p->codes, r->of[ORGS_CODE], i, &first, f));
        TRY(words_put(&p->names, r->of[ORGS_NAME], i, &ignored, f));
        if (first == i || (r->of[ORGS_MATTER].n && str_same(r->of[ORGS_NAME], p->rows[first].of[ORGS_NAME])))
            continue;
        snprintf(zh, sizeof zh, "第 %lld 行已有这个代码", (long long)p->rows[first].row);
        snprintf(en, sizeof en, "row %lld has this code already", (long long)p->rows[first].row);
        TRY(orgs_refuse(p, r, ORGS_CODE, zh, en, f));
    }
    return OK;
}

static int32_t row_of(const OrgsPlan *p, Str word) {
    int32_t at = word.n ? words_find(&p->codes, word) : -1;
    return at >= 0 || !word.n ? at : words_find(&p->names, word);
}

/* Upward from row to row one must come to an end, else each of them is told so. */
static Err judge_cycles(OrgsPlan *p, Fault *f) {
    for (int32_t i = 0; i < p->n; i++) {
        int32_t at = p->rows[i].waits, steps = 0;
        while (at >= 0 && at != i && steps++ < DEPTH_MAX)
            at = p->rows[at].waits;
        if (at == i)
            TRY(orgs_refuse(p, &p->rows[i], ORGS_PARENT, "会成为自己的上级", "would stand above itself", f));
        else if (at >= 0)
            TRY(orgs_refuse(p, &p->rows[i], ORGS_PARENT, "的上级层数太多或成环",
                            "has too many above it, or they stand above each other", f));
    }
    return OK;
}

static Err order(OrgsPlan *p, Fault *f) {
    if (p->report->list != LIST_ORGS)
        return OK;
    TRY(know_codes(p, f));
    for (int32_t i = 0; i < p->n; i++)
        p->rows[i].waits = row_of(p, p->rows[i].of[ORGS_PARENT]);
    return judge_cycles(p, f);
}

/* ---- writing ---- */

static OrgsColumn column_of_field(OrgsList list, const char *field) {
    static const struct {
        const char *field;
        OrgsColumn column;
    } fields[] = { { "area", ORGS_AREA },     { "level", ORGS_LEVEL },     { "kind", ORGS_KIND },
                   { "parent", ORGS_PARENT }, { "code", ORGS_CODE },       { "name", ORGS_NAME },
                   { "day", ORGS_DAY },       { "into", ORGS_INTO },       { "to", ORGS_STATE },
                   { "state", ORGS_STATE },   { "until", ORGS_UNTIL },     { "matter", ORGS_MATTER },
                   { "place", ORGS_PLACE },   { "field", ORGS_FIELD },     { "grid", ORGS_GRID },
                   { "org", ORGS_CODE },      { "members", ORGS_MEMBERS }, { "since", ORGS_SINCE },
                   { "served", ORGS_SERVED } };

    for (size_t i = 0; i < COUNT(fields); i++)
        if (strcmp(fields[i].field, field) == 0)
            return list == LIST_SEATS && fields[i].column == ORGS_KIND ? ORGS_SEAT : fields[i].column;
    return list == LIST_COVERS ? ORGS_PLACE : ORGS_CODE;
}

/* Only what a row may be blamed for is told as one; a store that fails, fails all. */
static bool is_of_a_row(Err e) {
    return e == ERR_INVALID || e == ERR_NOT_FOUND || e == ERR_CONFLICT || e == ERR_FORBIDDEN;
}

static Err put_row(Tx *tx, OrgsPlan *p, OrgsRow *r, Fault *f) {
    static Err (*const put[])(Tx *, OrgsPlan *, OrgsRow *, Fault *) = {
        [LIST_ORGS] = orgs_put, [LIST_SEATS] = orgs_put_seat, [LIST_COVERS] = orgs_put_cover
    };
    Fault why;

    p->write.used = 0;
    r->done = true;
    Err e = put[p->report->list](tx, p, r, &why);
    if (e == OK)
        return OK;
    if (!is_of_a_row(e)) {
        *f = why;
        return e;
    }
    return orgs_refuse(p, r, column_of_field(p->report->list, why.field), why.zh, why.en, f);
}

/* Rows of one level whose parents are through. *ret_more: another round may help. */
static Err put_round(Tx *tx, OrgsPlan *p, AreaLevel level, bool *ret_more, Fault *f) {
    *ret_more = false;
    for (int32_t i = 0; i < p->n; i++) {
        OrgsRow *r = &p->rows[i];
        OrgsRow *parent = r->waits >= 0 ? &p->rows[r->waits] : NULL;
        Area area;
        Fault none;

        if (r->done || r->refused || (parent && !parent->done))
            continue;
        if (parent && parent->refused) {
            r->refused = true; /* its parent's row was told */
            continue;
        }
        p->write.used = 0;
        if (level < LEVEL_BUILDINGS && orgs_area_of(tx, p, r, &area, &none) == OK && area.level > level)
            continue;
        TRY(put_row(tx, p, r, f));
        *ret_more = true;
    }
    return OK;
}

static Err put_all(Tx *tx, OrgsPlan *p, Fault *f) {
    bool more;

    if (p->report->list == LIST_ORGS) {
        for (int level = LEVEL_SUBDISTRICT; level <= LEVEL_BUILDINGS; level++)
            do
                TRY(put_round(tx, p, (AreaLevel)level, &more, f));
            while (more);
        return OK;
    }
    for (int32_t i = 0; i < p->n; i++)
        if (!p->rows[i].refused)
            TRY(put_row(tx, p, &p->rows[i], f));
    return p->report->places ? places_changed(tx, f) : OK;
}

/* The first row that is refused, and how many others are. */
static Err refuse_all(const OrgsReport *r, Fault *f) {
    const OrgsFinding *first = &r->refused[0];

    return fault(f, ERR_INVALID, "orgs_row", "", "第 %lld 行，%s：%s%.0s（共 %zu 处，都没有导入）。",
                 "Row %lld, %s: %.0s%s (%zu in all; nothing was imported).", (long long)first->row,
                 first->column.p, first->zh.p, first->en.p, r->n_refused);
}

typedef struct Writing {
    OrgsPlan *plan;
    size_t refused; /* sentences of reading, before any run */
    bool judged;
} Writing;

/* It may run again: what an earlier run found does not count. */
static void start_over(Writing *w) {
    OrgsPlan *p = w->plan;
    OrgsReport *r = p->report;

    r->made = r->changed = r->ended = r->there = r->duties = r->duties_ended = r->counts = r->reasons =
        r->places = 0;
    r->n_refused = w->refused;
    for (int32_t i = 0; i < p->n; i++) {
        p->rows[i].done = false;
        p->rows[i].refused = p->rows[i].unread;
    }
}

static Err write_rows(Tx *tx, void *arg, Fault *f) {
    Writing *w = arg;
    OrgsPlan *p = w->plan;

    tx_lend(tx, &p->write);
    start_over(w);
    TRY(put_all(tx, p, f));
    if (p->report->n_refused)
        return refuse_all(p->report, f);
    w->judged = true;
    return p->how->check ? fault(f, ERR_INVALID, "orgs_checked", "", "只检查，没有导入。",
                                 "Only judged, nothing imported.")
                         : OK;
}

/* ---- all of it ---- */

static Err run(Store *s, Str bytes, OrgsPlan *p, Fault *f) {
    Writing w = { .plan = p };

    p->rows = mem_alloc(ORGS_ROWS_MAX * sizeof *p->rows);
    if (!p->rows)
        return fault_memory(f);
    TRY(orgs_read(p, bytes, f));
    TRY(order(p, f));
    for (int32_t i = 0; i < p->n; i++)
        p->rows[i].unread = p->rows[i].refused;
    w.refused = p->report->n_refused;
    Err e = store_write_now(s, write_rows, &w, true, f); /* what is there stays: twice is once */
    return p->how->check && w.judged && e == ERR_INVALID ? OK : e;
}

Err orgs_import(Store *s, Str bytes, const OrgsImport *in, OrgsReport *report, Fault *f) {
    OrgsPlan p = { .how = in, .report = report, .today = in->since ? in->since : day_of_ms(clock_now_ms()) };

    actor_in(ROLE_SYSTEM_ADMIN, str("0"), (OrgId){ 0 }, &p.by);
    TRY(arena_begin(&p.write, WRITE_ROOM, f));
    Err e = arena_begin(&p.texts, bytes.n * 24 + TEXTS_ROOM, f);
    e = e == OK ? run(s, bytes, &p, f) : e;
    words_end(&p.codes);
    words_end(&p.names);
    mem_free(p.rows);
    arena_end(&p.texts);
    arena_end(&p.write);
    return e;
}
