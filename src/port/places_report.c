/* places_report – what an import of places found, for a person and for a machine. */
#include "places_file.h"

#include "csv.h"

static const struct {
    const char *word, *zh, *en;
} kinds[FINDING_KINDS] = {
    [FINDING_NOWHERE] = { "nowhere", "既没有网格代码，也没有坐标，未导入",
                          "neither a grid's code nor a point: not taken" },
    [FINDING_OUTSIDE] = { "outside", "坐标不在任何网格内，未导入", "no grid holds its point: not taken" },
    [FINDING_SWAPPED] = { "swapped", "经度和纬度像是写反了，未导入",
                          "longitude and latitude seem exchanged: not taken" },
    [FINDING_UNKNOWN] = { "unknown_grid", "没有这个代码的网格，按坐标归格",
                          "no grid has that code; its point decides" },
    [FINDING_COARSE] = { "coarse", "所写网格下面还有更小的网格，又没有坐标，未导入",
                         "its grid has finer ones within, and no point says which: not taken" },
    [FINDING_TWICE] = { "twice", "前面已有同一地点，未重复导入",
                        "the same place stands above: not taken again" },
    [FINDING_THERE] = { "there", "库里已有，没有变化", "it is there already, and unchanged" },
    [FINDING_DIFFERS] = { "differs", "库里已有，与文件不同，保持不变（--update 按文件改）",
                          "it is there and differs; it stays (--update takes what the file says)" },
    [FINDING_CHANGED] = { "changed", "库里已有，按文件变更", "it is there and becomes what the file says" },
    [FINDING_ENDED] = { "ended", "文件里没有，撤销", "it is not in the file and ends" },
    [FINDING_ELSEWHERE] = { "elsewhere", "坐标在另一网格内，以代码为准",
                            "its point lies in another grid; the code counts" },
    [FINDING_RANGE] = { "range", "微网格户数不在 300 至 500 之间",
                        "a micro-grid without 300 to 500 households" },
};

Err places_report_begin(PlacesReport *r, size_t bytes, Fault *f) {
    *r = (PlacesReport){ .rows = 0 };
    return arena_begin(&r->texts, bytes, f);
}

void places_report_end(PlacesReport *r) {
    mem_free(r->findings);
    arena_end(&r->texts);
    *r = (PlacesReport){ .rows = 0 };
}

static void print_datum(const PlacesReport *r, Buf *b) {
    buf_fmt(
        b,
        "注意：坐标像是 GCJ-02（偏约 %d 米），不是 WGS-84：%lld 个写明网格的点，按原样 %lld 个在所写网格内，按 "
        "GCJ-02 换算后 %lld 个。请核对来源，或用 --crs gcj02 重新导入。\n",
        r->datum.offset_m, (long long)r->datum.seen, (long long)r->datum.fit, (long long)r->datum.fit_gcj02);
    buf_fmt(
        b,
        "Beware: these coordinates look like GCJ-02 (about %d m off), not WGS-84: of %lld points whose row "
        "names "
        "a grid, %lld lie in it as written, %lld if read as GCJ-02. Ask where they come from, or import with "
        "--crs gcj02.\n",
        r->datum.offset_m, (long long)r->datum.seen, (long long)r->datum.fit, (long long)r->datum.fit_gcj02);
}

void places_report_print(const PlacesReport *r, Buf *b) {
    enum { SHOWN = 20 };

    buf_fmt(b,
            "地点：读到 %lld 个，导入 %lld 个，变更 %lld 个，撤销 %lld 个，未变 %lld 个；按代码归格 %lld "
            "个，按坐标 "
            "%lld 个，无归属 %lld 个；共 %lld 户\n",
            (long long)r->rows, (long long)r->added, (long long)r->changed, (long long)r->ended,
            (long long)r->n_of[FINDING_THERE], (long long)r->by_code, (long long)r->by_point,
            (long long)r->orphans, (long long)r->households);
    buf_fmt(b,
            "Places: %lld read, %lld imported, %lld changed, %lld ended, %lld unchanged; %lld by a grid's "
            "code, %lld by "
            "their point, %lld orphans; %lld households\n",
            (long long)r->rows, (long long)r->added, (long long)r->changed, (long long)r->ended,
            (long long)r->n_of[FINDING_THERE], (long long)r->by_code, (long long)r->by_point,
            (long long)r->orphans, (long long)r->households);
    if (r->looks_gcj02)
        print_datum(r, b);
    for (int k = 1; k < FINDING_KINDS; k++) {
        int shown = 0;
        if (r->n_of[k] == 0)
            continue;
        buf_fmt(b, "\n%s：%lld\n%s: %lld\n", kinds[k].zh, (long long)r->n_of[k], kinds[k].en,
                (long long)r->n_of[k]);
        for (size_t i = 0; i < r->n && shown < SHOWN; i++)
            if ((int)r->findings[i].kind == k) {
                const Finding *one = &r->findings[i];
                if (one->row)
                    buf_fmt(b, "  %lld", (long long)one->row);
                buf_fmt(b, "  %.*s  %.*s\n", (int)one->name.n, one->name.p, (int)one->other.n, one->other.p);
                shown++;
            }
        if (r->n_of[k] > SHOWN)
            buf_str(b, "  …\n");
    }
}

void places_report_json(const PlacesReport *r, Buf *b) {
    buf_fmt(
        b,
        "{\"rows\":%lld,\"added\":%lld,\"by_code\":%lld,\"by_point\":%lld,\"orphans\":%lld,\"households\":%lld,"
        "\"population\":%lld,\"looks_gcj02\":%s",
        (long long)r->rows, (long long)r->added, (long long)r->by_code, (long long)r->by_point,
        (long long)r->orphans, (long long)r->households, (long long)r->population,
        r->looks_gcj02 ? "true" : "false");
    for (int k = 1; k < FINDING_KINDS; k++)
        buf_fmt(b, ",\"%s\":%lld", kinds[k].word, (long long)r->n_of[k]);
    buf_str(b, "}\n");
}

void places_report_csv(const PlacesReport *r, Buf *b) {
    static const char *const headings[] = { "row", "name", "other", "kind", "zh", "en" };
    CsvOut out = { .b = b };

    csv_begin(&out);
    for (size_t i = 0; i < COUNT(headings); i++)
        csv_put(&out, str(headings[i]));
    csv_end_row(&out);
    for (size_t i = 0; i < r->n; i++) {
        const Finding *one = &r->findings[i];
        csv_put_int(&out, one->row);
        csv_put(&out, one->name);
        csv_put(&out, one->other);
        csv_put(&out, str(kinds[one->kind].word));
        csv_put(&out, str(kinds[one->kind].zh));
        csv_put(&out, str(kinds[one->kind].en));
        csv_end_row(&out);
    }
}
