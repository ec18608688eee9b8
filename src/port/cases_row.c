/* cases_row – see cases_row.h. Read in the order of the fields; the first that is
 * wrong gives the sentence. Nothing is guessed: what is neither empty nor right
 * rejects its row. */
#include "cases_row.h"

#include "date_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EXTERNAL_NO_MAX = 80, SPOT_MAX = 200, TEXT_MAX = 10000, SHOWN = 60 };
#define JOINT " · "

/* ---- columns ---- */

static void name_columns(const CasesMap *m, Str ret[COL_COUNT]) {
    const Str named[COL_TEXT] = { m->external_no,
                                  m->spot,
                                  m->lon,
                                  m->lat,
                                  m->reported,
                                  m->due,
                                  m->closed,
                                  m->status.column,
                                  m->category.column,
                                  m->condition.column,
                                  m->unit.column };

    memcpy(ret, named, sizeof named);
    memcpy(ret + COL_TEXT, m->texts, sizeof m->texts);
}

Err row_reader_begin(RowReader *r, Csv *c, Fault *f) {
    Str columns[COL_COUNT];
    const char *names[COL_COUNT];
    int32_t found[COL_COUNT];
    size_t which[COL_COUNT], n = 0;

    name_columns(r->map, columns);
    for (size_t i = 0; i < COL_COUNT; i++) {
        r->at[i] = -1;
        if (columns[i].n) {
            names[n] = columns[i].p;
            which[n++] = i;
        }
    }
    TRY(csv_header(c, names, NULL, n, found, f));
    for (size_t i = 0; i < n; i++)
        r->at[which[i]] = found[i];
    r->csv = c;
    return OK;
}

/* Without the spaces around it, and without what guards a spreadsheet. */
static Str cell(const RowReader *r, size_t column) {
    Str s = csv_unguard(csv_field(r->csv, r->at[column]));

    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '\n' || s.p[0] == '\r')) {
        s.p++;
        s.n--;
    }
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' || s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
        s.n--;
    return s;
}

static Err reject(const RowReader *r, size_t column, Str what, const char *zh, const char *en, Fault *f) {
    Str name = csv_column(r->csv, r->at[column]);

    return fault(f, ERR_INVALID, "row_rejected", name.p, "“%.*s”列：“%.*s”%s。%.0s",
                 "Column \"%.*s\": \"%.*s\" %.0s%s.", (int)(name.n < SHOWN ? name.n : SHOWN), name.p,
                 (int)(what.n < SHOWN ? what.n : SHOWN), what.p, zh, en);
}

/* ---- texts ---- */

static Err read_limited(const RowReader *r, size_t column, int most, const char *zh, const char *en, Arena *a,
                        Str *ret, Fault *f) {
    Str s = cell(r, column);

    if (utf8_count(s.p, s.n) > most)
        return reject(r, column, s, zh, en, f);
    return s.n ? str_copy(a, s, ret, f) : OK;
}

static Err read_external_no(const RowReader *r, Arena *a, CaseImport *c, Fault *f) {
    TRY(read_limited(r, COL_EXTERNAL_NO, EXTERNAL_NO_MAX, "太长，最多 80 个字", "is longer than 80 characters",
                     a, &c->external_no, f));
    return c->external_no.n ? OK
                            : reject(r, COL_EXTERNAL_NO, (Str){ "", 0 }, "是空的，而外部编号必须有",
                                     "is empty, but the external number is needed", f);
}

static Err read_text(const RowReader *r, Arena *a, CaseImport *c, Fault *f) {
    size_t size = 1, n = 0;

    for (size_t i = 0; i < r->map->n_texts; i++)
        size += cell(r, COL_TEXT + i).n + sizeof JOINT;
    char *to = arena_raw(a, size);
    if (!to)
        return fault_arena(f);
    for (size_t i = 0; i < r->map->n_texts; i++) {
        Str s = cell(r, COL_TEXT + i);
        size_t joint = n && s.n ? sizeof JOINT - 1 : 0;
        memcpy(to + n, JOINT, joint);
        memcpy(to + n + joint, s.p, s.n);
        n += joint + s.n;
    }
    to[n] = 0;
    if (n == 0)
        return reject(r, COL_TEXT, (Str){ "", 0 }, "是空的，而内容必须有", "is empty, but the text is needed",
                      f);
    if (utf8_count(to, n) > TEXT_MAX)
        return reject(r, COL_TEXT, (Str){ to, n }, "太长，最多 10,000 个字", "is longer than 10,000 characters",
                      f);
    c->text = (Str){ to, n };
    return OK;
}

/* ---- where ---- */

static bool plain_number(Str s, double *ret) {
    char room[40];
    char *end;

    if (s.n == 0 || s.n >= sizeof room || strspn(s.p, "0123456789+-.eE") < s.n)
        return false;
    memcpy(room, s.p, s.n);
    room[s.n] = 0;
    *ret = strtod(room, &end);
    return *end == 0;
}

static Err read_degree(const RowReader *r, size_t column, double limit, double *ret, Fault *f) {
    Str s = cell(r, column);
    double d;

    if (!plain_number(s, &d))
        return reject(r, column, s, "不是以度为单位的数", "is no number in degrees", f);
    if (!(fabs(d) <= limit))
        return reject(r, column, s, limit == 180 ? "超出 ±180 度" : "超出 ±90 度",
                      limit == 180 ? "is beyond 180 degrees" : "is beyond 90 degrees", f);
    *ret = d;
    return OK;
}

static bool is_placeholder(const CasesMap *m, Point p) {
    for (size_t i = 0; i < m->n_placeholders; i++)
        if (m->placeholders[i].lon == p.lon && m->placeholders[i].lat == p.lat)
            return true;
    return false;
}

static Point point_of(Degrees d) {
    return (Point){ (int32_t)lround(d.lon * 1e7), (int32_t)lround(d.lat * 1e7) };
}

static Err read_point(const RowReader *r, CaseImport *c, Fault *f) {
    bool lon = cell(r, COL_LON).n > 0, lat = cell(r, COL_LAT).n > 0;
    Degrees d;

    if (!lon && !lat)
        return OK;
    if (lon != lat)
        return reject(r, lon ? COL_LAT : COL_LON, (Str){ "", 0 }, "是空的，而另一个坐标有",
                      "is empty, but the other coordinate is there", f);
    TRY(read_degree(r, COL_LON, 180, &d.lon, f));
    TRY(read_degree(r, COL_LAT, 90, &d.lat, f));
    c->placeholder = is_placeholder(r->map, point_of(d));
    Point p = point_of(c->placeholder ? d : datum_to_wgs84(r->map->datum, d));
    c->pointed = true;
    c->lon = p.lon;
    c->lat = p.lat;
    return OK;
}

/* ---- when ---- */

/* 2026-10-01T18:30:00 says one thing only, whatever the mapping's format: it is what
 * the time cells of a workbook are given as (cases_book.h). */
static bool is_full_time(Str s) { return s.n == 19 && s.p[4] == '-' && s.p[7] == '-' && s.p[10] == 'T'; }

static Err read_time(RowReader *r, size_t column, int64_t *ret, Fault *f) {
    Str s = cell(r, column);
    DateText t;

    if (s.n == 0)
        return OK;
    if (!date_text_read(r->map->date, s, r->map->zone, &t) &&
        !(is_full_time(s) && date_text_read(str("iso"), s, r->map->zone, &t)))
        return reject(r, column, s, "不合映射里的日期格式，或没有这一天",
                      "does not fit the mapping's date format, or is no day", f);
    if (t.ms <= 0)
        return reject(r, column, s, "早于 1970 年", "is before 1970", f);
    r->times_skipped += t.skipped;
    r->times_twice += t.twice;
    *ret = t.ms;
    return OK;
}

static Err read_state(const RowReader *r, CaseImport *c, Fault *f) {
    Str word = cell(r, COL_STATUS), to = map_word(&r->map->status, word);
    const Choice *state = choice_worded(&case_state_choices, to);
    bool known = r->map->status.column.n && word.n && to.p != word.p && state;

    c->state = c->closed_ms ? CASE_CLOSED : CASE_ACCEPTED;
    if (!r->map->status.column.n || (!known && r->map->status.missing == MISSING_EMPTY))
        return OK;
    if (!known)
        return reject(r, COL_STATUS, word, "不在映射的状态里", "is not among the mapping's states", f);
    c->state = (CaseState)state->number;
    if (c->state == CASE_CLOSED && !c->closed_ms)
        return reject(r, COL_STATUS, word, "是已结，却没有结案时间",
                      "means closed, but there is no closing time", f);
    if (c->state != CASE_CLOSED && c->closed_ms)
        return reject(r, COL_STATUS, word, "不是已结，却有结案时间",
                      "does not mean closed, but there is a closing time", f);
    return OK;
}

static Err read_times(RowReader *r, CaseImport *c, Fault *f) {
    TRY(read_time(r, COL_REPORTED, &c->reported_ms, f));
    if (!c->reported_ms)
        return reject(r, COL_REPORTED, (Str){ "", 0 }, "是空的，而上报时间必须有",
                      "is empty, but the reporting time is needed", f);
    TRY(read_time(r, COL_DUE, &c->due_ms, f));
    TRY(read_time(r, COL_CLOSED, &c->closed_ms, f));
    return read_state(r, c, f);
}

/* ---- what, and whose ---- */

static Err read_condition(const RowReader *r, Arena *a, CaseImport *c, Fault *f) {
    Str word = cell(r, COL_CONDITION);
    ConditionNamed found;

    if (!word.n)
        return OK;
    TRY(names_condition(r->names, map_word(&r->map->condition, word), &found, f));
    if (!found.id.v && r->map->condition.missing == MISSING_REJECT)
        return reject(r, COL_CONDITION, word, "不是目录里的立案条件", "is no condition of the catalogue", f);
    c->condition = found.id;
    return found.id.v ? str_copy(a, found.category, &c->category, f) : OK;
}

/* The condition has its category; where there is none, the column says it. */
static Err read_category(const RowReader *r, Arena *a, CaseImport *c, Fault *f) {
    Str word = cell(r, COL_CATEGORY), code = map_word(&r->map->category, word);
    bool there;

    if (!word.n || c->category.n)
        return OK;
    TRY(names_category(r->names, code, &there, f));
    if (!there && r->map->category.missing == MISSING_REJECT)
        return reject(r, COL_CATEGORY, word, "不是目录里的类别", "is no category of the catalogue", f);
    return there ? str_copy(a, code, &c->category, f) : OK;
}

static Err read_unit(const RowReader *r, CaseImport *c, Fault *f) {
    Str word = cell(r, COL_UNIT);

    if (!word.n)
        return OK;
    TRY(names_unit(r->names, map_word(&r->map->unit, word), &c->unit, f));
    if (!c->unit.v && r->map->unit.missing == MISSING_REJECT)
        return reject(r, COL_UNIT, word, "不是已登记的单位", "is no unit that is known", f);
    return OK;
}

Err row_read(RowReader *r, Arena *a, CaseImport *ret, Fault *f) {
    CaseImport c = { .as_it_stands = r->map->as_it_stands };

    TRY(read_external_no(r, a, &c, f));
    TRY(read_text(r, a, &c, f));
    TRY(read_limited(r, COL_SPOT, SPOT_MAX, "太长，最多 200 个字", "is longer than 200 characters", a, &c.spot,
                     f));
    TRY(read_point(r, &c, f));
    TRY(read_times(r, &c, f));
    TRY(read_condition(r, a, &c, f));
    TRY(read_category(r, a, &c, f));
    TRY(read_unit(r, &c, f));
    *ret = c;
    return OK;
}
