/* orgs_file – see orgs_file.h. The table is read as a whole before the first row is
 * written, because a write may run twice and a source can be read only once. */
#include "orgs_file.h"

#include "area.h"
#include "org.h"

#include <stdio.h>
#include <string.h>

enum { UNITS_MAX = 5000, ROWS_ROOM = 8 << 20, WRITE_ROOM = 1 << 20 };
enum { CODE, NAME, KIND, AREA, SERVES, COLUMNS };

typedef struct Unit {
    int64_t row;
    Str code, name, area, serves;
    OrgKind kind;
} Unit;

typedef struct Orgs {
    const OrgsImport *in;
    Arena rows, write;
    Unit *units;
    size_t n;
    int32_t at[COLUMNS];
    OrgsCount count;
} Orgs;

static Err at_row(int64_t row, const char *column, const char *zh, const char *en, Fault *f) {
    return fault(f, ERR_INVALID, "orgs_row", column, "第 %lld 行的 %s：%s。%.0s", "Row %lld, %s: %.0s%s.",
                 (long long)row, column, zh, en);
}

/* ---- reading ---- */

/* Either heading will do; code and name are needed. */
static Err read_header(Orgs *o, Csv *c, Fault *f) {
    static const char *const names[2 * COLUMNS] = { "code", "name", "kind", "area", "serves",
                                                    "代码", "名称", "类型", "网格", "事项" };
    static const bool needed[2 * COLUMNS] = { false };
    int32_t at[2 * COLUMNS];

    TRY(csv_header(c, names, needed, 2 * COLUMNS, at, f));
    for (size_t i = 0; i < COLUMNS; i++)
        o->at[i] = at[i] >= 0 ? at[i] : at[i + COLUMNS];
    if (o->at[CODE] < 0 || o->at[NAME] < 0)
        return fault(f, ERR_INVALID, "orgs_columns", o->at[CODE] < 0 ? "code" : "name",
                     "表里缺列 %s：要有 code（代码）和 name（名称）。",
                     "The table lacks the column %s: it needs code and name.",
                     o->at[CODE] < 0 ? "code" : "name");
    return OK;
}

static const Choice *kind_of(Str word) {
    for (size_t i = 0; i < org_kind_choices.n; i++)
        if (str_is(word, org_kind_choices.list[i].zh) || str_is(word, org_kind_choices.list[i].word))
            return &org_kind_choices.list[i];
    return NULL;
}

static Err read_row(Orgs *o, const Csv *c, Fault *f) {
    Str field[COLUMNS];
    Unit u = { .row = csv_row(c), .kind = o->in->kind };

    for (size_t i = 0; i < COLUMNS; i++)
        TRY(str_copy(&o->rows, csv_unguard(csv_field(c, o->at[i])), &field[i], f));
    u.code = field[CODE];
    u.name = field[NAME];
    u.area = field[AREA].n ? field[AREA] : o->in->area;
    u.serves = field[SERVES];
    if (u.code.n == 0 || utf8_count(u.code.p, u.code.n) > 40)
        return at_row(u.row, "code", "要有代码，不超过 40 个字", "a code of at most 40 characters is needed",
                      f);
    if (u.name.n == 0 || utf8_count(u.name.p, u.name.n) > 120)
        return at_row(u.row, "name", "要有名称，不超过 120 个字", "a name of at most 120 characters is needed",
                      f);
    const Choice *kind = field[KIND].n ? kind_of(field[KIND]) : NULL;
    if (field[KIND].n ? !kind : !u.kind)
        return at_row(u.row, "kind", "没有这种单位；可用 agency（派出机构）等，或用 --kind",
                      "there is no such kind of unit; say agency or the like, or use --kind", f);
    if (kind)
        u.kind = (OrgKind)kind->number;
    if (!u.area.n)
        return at_row(u.row, "area", "要有网格代码，或用 --area",
                      "the code of an area is needed, or use --area", f);
    if (o->n == UNITS_MAX)
        return fault(f, ERR_LIMIT, "orgs_many", "", "单位太多，一次最多 %d 个。",
                     "Too many units: at most %d at a time.", UNITS_MAX);
    o->units[o->n++] = u;
    return OK;
}

static Err read_all(Orgs *o, Csv *c, Fault *f) {
    bool more = true;

    TRY(read_header(o, c, f));
    for (;;) {
        TRY(csv_next(c, &more, f));
        if (!more)
            return OK;
        TRY(read_row(o, c, f));
    }
}

/* ---- writing ---- */

static Err put_duty(Tx *tx, Orgs *o, const Unit *u, OrgId unit, Str matter, const Area *area, Fault *f) {
    bool there;

    if (utf8_count(matter.p, matter.n) > 80)
        return at_row(u->row, "serves", "一项最多 80 个字", "one of them is longer than 80 characters", f);
    TRY(serves_has(tx, unit, matter, area->id, &there, f));
    if (there)
        return OK;
    o->count.duties++;
    return serves_put(tx, unit, matter, area->id, day_of_ms(0), f);
}

static Err put_duties(Tx *tx, Orgs *o, const Unit *u, OrgId unit, const Area *area, Fault *f) {
    Str left = u->serves;

    while (left.n) {
        const char *mark = memchr(left.p, ';', left.n);
        Str matter = { left.p, mark ? (size_t)(mark - left.p) : left.n };
        left = mark ? (Str){ mark + 1, left.n - matter.n - 1 } : (Str){ left.p + left.n, 0 };
        if (matter.n)
            TRY(put_duty(tx, o, u, unit, matter, area, f));
    }
    return OK;
}

/* An area that is not there is the row's fault. */
static Err find_area(Tx *tx, const Unit *u, Area *ret, Fault *f) {
    Err e = area_governing_by_code(tx, u->area, ret, f);
    char zh[160], en[160];

    if (e != ERR_NOT_FOUND)
        return e;
    snprintf(zh, sizeof zh, "没有代码为“%.60s”的网格", u->area.p);
    snprintf(en, sizeof en, "there is no area with the code “%.60s”", u->area.p);
    return at_row(u->row, "area", zh, en, f);
}

static Err put_unit(Tx *tx, Orgs *o, const Unit *u, Fault *f) {
    Area area;
    Org org;
    Fault none;

    TRY(find_area(tx, u, &area, f));
    Err e = org_by_code(tx, u->code, &org, &none);
    if (e == ERR_NOT_FOUND) {
        TRY(org_put(tx, u->code, u->name, u->kind, area.id, &org, f));
        o->count.units++;
    } else if (e == OK)
        o->count.there++;
    else {
        *f = none;
        return e;
    }
    return put_duties(tx, o, u, org.id, &area, f);
}

static Err write_all(Tx *tx, void *arg, Fault *f) {
    Orgs *o = arg;

    o->count = (OrgsCount){ 0 };
    for (size_t i = 0; i < o->n; i++) {
        o->write.used = 0;
        tx_lend(tx, &o->write);
        TRY(put_unit(tx, o, &o->units[i], f));
    }
    return OK;
}

static Err import_into(Store *s, Orgs *o, Csv *c, Fault *f) {
    TRY(arena_begin(&o->rows, ROWS_ROOM, f));
    TRY(arena_begin(&o->write, WRITE_ROOM, f));
    o->units = arena_take(&o->rows, UNITS_MAX * sizeof *o->units);
    if (!o->units)
        return fault_arena(f);
    TRY(read_all(o, c, f));
    return store_write_now(s, write_all, o, true, f); /* what is there stays: twice is once */
}

Err orgs_import(Store *s, const OrgsImport *in, CsvSource *source, void *from, OrgsCount *ret, Fault *f) {
    Orgs o = { .in = in };
    Csv *c;

    TRY(csv_open(source, from, (CsvLimits){ 0 }, &c, f));
    Err e = import_into(s, &o, c, f);
    csv_close(c);
    arena_end(&o.rows);
    arena_end(&o.write);
    TRY(e);
    *ret = o.count;
    return OK;
}
