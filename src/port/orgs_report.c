/* orgs_report – what an import of organisations did and found, for a person and for a
 * machine; and the sentences while it runs. Cells of persons are in none of them. */
#include "orgs_plan.h"

#include "csv.h"

enum { TEXTS_MAX = 8 << 20, LEFT_MAX = 200, REFUSED_MAX = 5000, SHOWN = 50 };

Err orgs_report_begin(OrgsReport *r, Fault *f) {
    *r = (OrgsReport){ .rows = 0 };
    TRY(arena_begin(&r->texts, TEXTS_MAX, f));
    r->left = arena_take(&r->texts, LEFT_MAX * sizeof *r->left);
    r->refused = arena_take(&r->texts, REFUSED_MAX * sizeof *r->refused);
    return r->left && r->refused ? OK : fault_arena(f);
}

void orgs_report_end(OrgsReport *r) {
    arena_end(&r->texts);
    *r = (OrgsReport){ .rows = 0 };
}

static Err keep(OrgsReport *r, OrgsFinding *to, int64_t row, Str column, const char *zh, const char *en,
                Fault *f) {
    *to = (OrgsFinding){ .row = row };
    TRY(str_copy(&r->texts, column, &to->column, f));
    TRY(str_copy(&r->texts, str(zh), &to->zh, f));
    return str_copy(&r->texts, str(en), &to->en, f);
}

Err orgs_refuse(OrgsPlan *p, OrgsRow *r, OrgsColumn column, const char *zh, const char *en, Fault *f) {
    OrgsReport *report = p->report;
    Str heading = p->at[column] >= 0 ? p->headings[column] : str(orgs_title(column));

    r->refused = true;
    if (report->n_refused == REFUSED_MAX)
        return fault(f, ERR_LIMIT, "orgs_wrong", "", "超过 %d 处有误，请先改正。",
                     "More than %d are wrong: mend these first.", REFUSED_MAX);
    TRY(keep(report, &report->refused[report->n_refused], r->row, heading, zh, en, f));
    report->n_refused++;
    return OK;
}

Err orgs_leave_out(OrgsPlan *p, Str heading, const char *zh, const char *en, Fault *f) {
    OrgsReport *r = p->report;

    if (r->n_left == LEFT_MAX)
        return OK;
    TRY(keep(r, &r->left[r->n_left], 0, heading, zh, en, f));
    r->n_left++;
    return OK;
}

static const struct {
    const char *word, *zh, *en;
} lists[] = { [LIST_ORGS] = { "orgs", "组织", "Organisations" },
              [LIST_SEATS] = { "seats", "席位", "Seats" },
              [LIST_COVERS] = { "covers", "覆盖", "Covers" } };

typedef struct Number {
    const char *word, *zh, *en;
    int64_t n;
} Number;

enum { NUMBERS = 9 };

static void numbers(const OrgsReport *r, Number ret[NUMBERS]) {
    const Number all[NUMBERS] = { { "made", "新增", "made", r->made },
                                  { "changed", "变更", "changed", r->changed },
                                  { "ended", "撤销", "ended", r->ended },
                                  { "there", "已有", "there already", r->there },
                                  { "duties", "职责", "duties", r->duties },
                                  { "duties_ended", "职责结束", "duties ended", r->duties_ended },
                                  { "counts", "党员数", "numbers of members", r->counts },
                                  { "reasons", "不对应理由", "reasons", r->reasons },
                                  { "places", "新建地点", "places made", r->places } };
    memcpy(ret, all, sizeof all);
}

void orgs_report_print(const OrgsReport *r, Buf *b) {
    Number n[NUMBERS];

    numbers(r, n);
    buf_fmt(b, "%s：读到 %lld 行", lists[r->list].zh, (long long)r->rows);
    for (int i = 0; i < NUMBERS; i++)
        if (i < 4 || n[i].n)
            buf_fmt(b, "，%s %lld", n[i].zh, (long long)n[i].n);
    buf_fmt(b, "\n%s: %lld rows read", lists[r->list].en, (long long)r->rows);
    for (int i = 0; i < NUMBERS; i++)
        if (i < 4 || n[i].n)
            buf_fmt(b, ", %lld %s", (long long)n[i].n, n[i].en);
    buf_char(b, '\n');
    for (size_t i = 0; i < r->n_left; i++)
        buf_fmt(b, "  未读 not read: %s  %s / %s\n", r->left[i].column.p, r->left[i].zh.p, r->left[i].en.p);
    for (size_t i = 0; i < r->n_refused && i < SHOWN; i++)
        buf_fmt(b, "  第 %lld 行 row %lld  %s: %s / %s\n", (long long)r->refused[i].row,
                (long long)r->refused[i].row, r->refused[i].column.p, r->refused[i].zh.p, r->refused[i].en.p);
    if (r->n_refused > SHOWN)
        buf_fmt(b, "  … %zu\n", r->n_refused - SHOWN);
}

static void put_findings(const OrgsFinding *list, size_t n, Buf *b) {
    for (size_t i = 0; i < n; i++) {
        buf_fmt(b, "%s{\"row\":%lld,\"column\":", i ? "," : "", (long long)list[i].row);
        buf_json(b, list[i].column);
        buf_str(b, ",\"zh\":");
        buf_json(b, list[i].zh);
        buf_str(b, ",\"en\":");
        buf_json(b, list[i].en);
        buf_char(b, '}');
    }
}

void orgs_report_json(const OrgsReport *r, Buf *b) {
    Number n[NUMBERS];

    numbers(r, n);
    buf_fmt(b, "{\"list\":\"%s\",\"rows\":%lld", lists[r->list].word, (long long)r->rows);
    for (int i = 0; i < NUMBERS; i++)
        buf_fmt(b, ",\"%s\":%lld", n[i].word, (long long)n[i].n);
    buf_str(b, ",\"left_out\":[");
    put_findings(r->left, r->n_left, b);
    buf_str(b, "],\"refused\":[");
    put_findings(r->refused, r->n_refused, b);
    buf_str(b, "]}\n");
}

void orgs_report_csv(const OrgsReport *r, Buf *b) {
    static const char *const headings[] = { "row", "column", "zh", "en" };
    CsvOut out = { .b = b };

    csv_begin(&out);
    for (size_t i = 0; i < COUNT(headings); i++)
        csv_put(&out, str(headings[i]));
    csv_end_row(&out);
    for (size_t i = 0; i < r->n_left + r->n_refused; i++) {
        const OrgsFinding *one = i < r->n_left ? &r->left[i] : &r->refused[i - r->n_left];
        csv_put_int(&out, one->row);
        csv_put(&out, one->column);
        csv_put(&out, one->zh);
        csv_put(&out, one->en);
        csv_end_row(&out);
    }
}
