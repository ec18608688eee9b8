/* roster_file – see roster_file.h. No row is kept: each is read, judged and planned before
 * the next one is read, and if the transaction runs again the table is read again. */
#include "roster_file.h"

#include "csv.h"
#include "date_text.h"
#include "roster_line.h"
#include "table.h"

#include <stdio.h>
#include <string.h>

enum { ROW_ROOM = 8 << 20 };

typedef enum Column { LOGIN, ROLE, UNIT, AREA, BEGINS, ENDS, COLUMNS } Column;
static const char *const headings[COLUMNS][3] = {
    [LOGIN] = { "登录名", "Login", "login" },     [ROLE] = { "角色", "Role", "role" },
    [UNIT] = { "单位代码", "Unit code", "unit" }, [AREA] = { "网格编码", "Area code", "area" },
    [BEGINS] = { "自", "From", "begins" },        [ENDS] = { "至", "To", "ends" },
};

typedef struct Reading {
    RosterReport *report;
    Str bytes, sheet;
    int32_t at[COLUMNS]; /* -1: there is no such column */
    bool headed, check, judged;
    Tx *tx;      /* NULL: the rows are only read */
    Arena arena; /* what one row takes */
    Actor by;
} Reading;

/* ---- the report ---- */

Err roster_report_begin(RosterReport *r, Fault *f) {
    *r = (RosterReport){ .told = mem_alloc(ROSTER_TOLD_MAX * sizeof *r->told) };
    return r->told ? OK : fault_memory(f);
}

void roster_report_end(RosterReport *r) { mem_free(r->told); }

static void refuse(RosterReport *r, int64_t row, const char *zh, const char *en) {
    r->refused++;
    if (r->n_told == ROSTER_TOLD_MAX)
        return;
    RosterFinding *t = &r->told[r->n_told++];
    t->row = row;
    snprintf(t->zh, sizeof t->zh, "%s", zh);
    snprintf(t->en, sizeof t->en, "%s", en);
}

void roster_report_print(const RosterReport *r, Buf *b) {
    if (r->left[0])
        buf_fmt(b, "没有读的列：%s\nColumns that were not read: %s\n", r->left, r->left);
    for (size_t i = 0; i < r->n_told; i++)
        buf_fmt(b, "第 %lld 行：%s\nrow %lld: %s\n", (long long)r->told[i].row, r->told[i].zh,
                (long long)r->told[i].row, r->told[i].en);
    buf_fmt(b,
            "班次 %lld 行：新排 %lld，已有 %lld，有错 %lld\n%lld rows: %lld planned, %lld there already, %lld "
            "wrong\n",
            (long long)r->rows, (long long)r->planned, (long long)r->there, (long long)r->refused,
            (long long)r->rows, (long long)r->planned, (long long)r->there, (long long)r->refused);
}

void roster_report_json(const RosterReport *r, Buf *b) {
    buf_fmt(b, "{\"rows\":%lld,\"planned\":%lld,\"there\":%lld,\"refused\":%lld,\"left\":", (long long)r->rows,
            (long long)r->planned, (long long)r->there, (long long)r->refused);
    buf_json(b, str(r->left));
    buf_str(b, ",\"told\":[");
    for (size_t i = 0; i < r->n_told; i++) {
        buf_fmt(b, "%s{\"row\":%lld,\"zh\":", i ? "," : "", (long long)r->told[i].row);
        buf_json(b, str(r->told[i].zh));
        buf_str(b, ",\"en\":");
        buf_json(b, str(r->told[i].en));
        buf_str(b, "}");
    }
    buf_str(b, "]}\n");
}

void roster_report_csv(const RosterReport *r, Buf *b) {
    CsvOut o = { .b = b };

    csv_begin(&o);
    csv_put(&o, str("行 Row"));
    csv_put(&o, str("原因"));
    csv_put(&o, str("Reason"));
    csv_end_row(&o);
    for (size_t i = 0; i < r->n_told; i++) {
        csv_put_int(&o, r->told[i].row);
        csv_put(&o, str(r->told[i].zh));
        csv_put(&o, str(r->told[i].en));
        csv_end_row(&o);
    }
}

/* ---- reading ---- */

static Err read_headings(Reading *g, const Str *cells, int32_t n, Fault *f) {
    Buf left = { g->report->left, 0, sizeof g->report->left, false, 0 };

    for (int c = 0; c < COLUMNS; c++)
        g->at[c] = -1;
    for (int32_t i = 0; i < n; i++) {
        int c = 0, word = 0;
        while (c < COLUMNS && !str_is(cells[i], headings[c][word]))
            word = (word + 1) % 3, c += word == 0;
        if (c == COLUMNS) {
            buf_str(&left, left.n && cells[i].n ? "、" : "");
            buf_put(&left, cells[i].p, cells[i].n);
        } else if (g->at[c] >= 0)
            return fault(f, ERR_INVALID, "roster_twice", "file", "列“%s”有两个。",
                         "There are two columns “%s”.", headings[c][0]);
        else
            g->at[c] = i;
    }
    static const Column needed[] = { LOGIN, BEGINS, ENDS };
    for (size_t i = 0; i < COUNT(needed); i++)
        if (g->at[needed[i]] < 0)
            return fault(
                f, ERR_INVALID, "roster_column", "file", "缺少列“%s”；第一行要写列名：登录名、自、至。",
                "The column “%s” is missing; the first row has the headings 登录名 (login), 自 (begins), "
                "至 (ends).",
                headings[needed[i]][0]);
    g->headed = true;
    return OK;
}

static Str cell(const Reading *g, const Str *cells, int32_t n, Column c) {
    return g->at[c] >= 0 && g->at[c] < n ? cells[g->at[c]] : (Str){ "", 0 };
}

static bool read_role(Str s, Role *ret) {
    for (int r = 1; r <= ROLE_AUDIT_ADMIN; r++) {
        const Choice *c = choice_numbered(&role_choices, r);
        if (str_is(s, c->word) || str_is(s, c->zh) || str_is(s, c->en)) {
            *ret = (Role)r;
            return true;
        }
    }
    return false;
}

static bool read_time(Str s, Moment *ret) {
    DateText t;

    if (!date_text_read(str("iso"), s, zone_here(), &t))
        return false;
    *ret = moment_at(t.ms);
    return true;
}

/* False: it was refused. */
static bool read_values(Reading *g, int64_t row, const Str *cells, int32_t n, ShiftListed *ret) {
    Str role = cell(g, cells, n, ROLE);
    ShiftListed s = { .login = cell(g, cells, n, LOGIN),
                      .unit_code = cell(g, cells, n, UNIT),
                      .area_code = cell(g, cells, n, AREA) };

    s.has.login = s.has.begins = s.has.ends = true;
    s.has.unit_code = s.unit_code.n > 0;
    s.has.area_code = s.area_code.n > 0;
    s.has.role = role.n > 0;
    if (s.login.n == 0 || s.login.n > 60 || s.unit_code.n > 40 || s.area_code.n > 40)
        refuse(g->report, row, "登录名要写，编码不超过 40 字节。",
               "A login is needed, and codes have at most 40 bytes.");
    else if (s.has.role && !read_role(role, &s.role))
        refuse(g->report, row, "没有这个角色。", "There is no such role.");
    else if (!read_time(cell(g, cells, n, BEGINS), &s.begins) || !read_time(cell(g, cells, n, ENDS), &s.ends))
        refuse(g->report, row, "“自”“至”请写成 2026-12-01 08:00。", "Write from and to as 2026-12-01 08:00.");
    else {
        *ret = s;
        return true;
    }
    return false;
}

static bool of_the_row(Err e) { return e == ERR_INVALID || e == ERR_CONFLICT || e == ERR_NOT_FOUND; }

static Err judge_row(Reading *g, int64_t row, const ShiftListed *shift, Fault *f) {
    bool there = false;

    g->arena.used = 0;
    Err e = shift_take_line(g->tx, shift, &g->by, &there, f);
    if (e == OK && there)
        g->report->there++;
    else if (e == OK)
        g->report->planned++;
    else if (of_the_row(e))
        refuse(g->report, row, f->zh, f->en);
    else
        return e;
    return OK;
}

static Err take_row(void *ctx, int64_t row, const Str *cells, int32_t n, Fault *f) {
    Reading *g = ctx;
    ShiftListed s;
    size_t written = 0;

    for (int32_t i = 0; i < n; i++)
        written += cells[i].n;
    if (written == 0)
        return OK;
    if (!g->headed)
        return read_headings(g, cells, n, f);
    if (g->report->rows == ROSTER_ROWS_MAX)
        return fault(f, ERR_LIMIT, "roster_long", "file", "最多 %d 行。", "At most %d rows.", ROSTER_ROWS_MAX);
    g->report->rows++;
    return read_values(g, row, cells, n, &s) && g->tx ? judge_row(g, row, &s, f) : OK;
}

/* It may run again: what an earlier run found does not count. */
static void start_over(Reading *g) {
    RosterReport *r = g->report;

    *r = (RosterReport){ .told = r->told };
    g->headed = false;
}

static Err read_all(Reading *g, Fault *f) {
    start_over(g);
    TRY(table_read(g->bytes, g->sheet, take_row, g, f));
    return g->headed ? OK : fault(f, ERR_INVALID, "roster_empty", "file", "表是空的。", "The table is empty.");
}

Err roster_read(Str bytes, Str sheet, RosterReport *report, Fault *f) {
    Reading g = { .report = report, .bytes = bytes, .sheet = sheet };

    return read_all(&g, f);
}

/* ---- writing ---- */

static Err write_rows(Tx *tx, void *arg, Fault *f) {
    Reading *g = arg;

    g->tx = tx;
    actor_in(ROLE_DUTY_LEAD, str("0"), (OrgId){ 0 }, &g->by);
    tx_lend(tx, &g->arena);
    TRY(read_all(g, f));
    if (g->report->refused)
        return fault(f, ERR_INVALID, "roster_refused", "file", "共 %lld 行有错，没有导入。",
                     "%lld rows are wrong; nothing was imported.", (long long)g->report->refused);
    g->judged = true;
    return g->check ? fault(f, ERR_INVALID, "roster_checked", "", "只检查，没有导入。",
                            "Only judged, nothing imported.")
                    : OK;
}

Err roster_import(Store *s, Str bytes, Str sheet, bool check, RosterReport *report, Fault *f) {
    Reading g = { .report = report, .bytes = bytes, .sheet = sheet, .check = check };

    Err e = arena_begin(&g.arena, ROW_ROOM, f);
    e = e == OK ? store_write_now(s, write_rows, &g, true, f) : e; /* what is there stays: twice is once */
    arena_end(&g.arena);
    return check && g.judged && e == ERR_INVALID ? OK : e;
}
