/* areas_report – see areas_report.h. */
#include "areas_report.h"

#include "csv.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *word, *zh, *en;
    bool stops;
} kinds[] = {
    [NOTE_DUPLICATE] = { "duplicate", "代码在文件中重复", "code twice in the file", true },
    [NOTE_TAKEN] = { "taken", "图层中已有此代码", "code is in the layer already", true },
    [NOTE_CODE] = { "code", "代码缺失、过长或不合格式", "code missing, too long or against the pattern", true },
    [NOTE_NAME] = { "name", "名称过长", "name too long", true },
    [NOTE_HOPELESS] = { "hopeless", "图形无效且无法修复", "shape beyond repair", true },
    [NOTE_PARENT] = { "parent", "所写的上级不存在", "its parent does not exist", true },
    [NOTE_TWICE] = { "twice", "楼栋属于两个网格或重复", "building in two grids, or twice", true },
    [NOTE_COVERED] = { "covered", "其中已有更细的网格；自带边界请放到另一图层（--layer）并用 --compare 对照",
                       "finer areas lie in it already; give its own border another --layer and --compare",
                       true },
    [NOTE_REPAIRED] = { "repaired", "图形无效，已修复", "invalid shape, repaired", false },
    [NOTE_RINGS] = { "rings", "去掉没有面积的环", "rings without area dropped", false },
    [NOTE_VERTICES] = { "vertices", "补入相邻网格的顶点", "neighbours' vertices inserted", false },
    [NOTE_OVERLAP] = { "overlap", "重叠", "overlap", false },
    [NOTE_GAP] = { "gap", "空隙", "gap", false },
    [NOTE_ORPHAN] = { "orphan", "没有找到上级", "no parent found", false },
    [NOTE_NEST] = { "nest", "超出上级范围", "reaches outside its parent", false },
    [NOTE_MISMATCH] = { "mismatch", "自带边界与下级合并不一致", "own border differs from the union below",
                        false },
    [NOTE_ALONE] = { "alone", "对照图层中没有对应", "no counterpart in the layer compared", false },
    [NOTE_ROW] = { "row", "对照表中的代码没有对应网格", "a table names no such area", false },
    [NOTE_UNNAMED] = { "unnamed", "没有名称，用代码代替", "no name, the code stands for it", false },
    [NOTE_SIZE] = { "size", "户数不在 300–500 之间", "households outside 300 to 500", false },
};
_Static_assert(COUNT(kinds) == NOTE_COUNT, "each kind has its words");

enum { EXAMPLES = 5 };

Err areas_report_begin(AreasReport *r, size_t text_bytes, Fault *f) {
    *r = (AreasReport){ 0 };
    return arena_begin(&r->texts, text_bytes, f);
}

void areas_report_end(AreasReport *r) {
    arena_end(&r->texts);
    arena_end(&r->known_texts[0]);
    arena_end(&r->known_texts[1]);
    mem_free(r->notes);
    *r = (AreasReport){ 0 };
}

Err areas_note(AreasReport *r, const AreaNote *note, Fault *f) {
    r->counts[note->kind]++;
    r->m2[note->kind] += note->m2;
    if (r->n == AREA_NOTES_MAX)
        return OK;
    if (r->n == r->room) {
        size_t room = r->room ? r->room * 2 : 64;
        AreaNote *wider = mem_grow(r->notes, room * sizeof *wider);
        if (!wider)
            return fault_memory(f);
        r->notes = wider;
        r->room = room;
    }
    r->notes[r->n++] = *note;
    return OK;
}

int64_t areas_report_stops(const AreasReport *r) {
    int64_t n = 0;
    for (size_t k = 0; k < NOTE_COUNT; k++)
        n += kinds[k].stops ? r->counts[k] : 0;
    return n;
}

Err areas_report_fault(const AreasReport *r, Fault *f) {
    size_t i = 0;

    while (i + 1 < r->n && !kinds[r->notes[i].kind].stops)
        i++;
    const AreaNote *first = &r->notes[i];
    bool all_taken = r->counts[NOTE_TAKEN] == areas_report_stops(r);
    Str code = { first->code.p, first->code.n < 60 ? first->code.n : 60 };
    return fault(f, all_taken ? ERR_CONFLICT : ERR_INVALID, all_taken ? "areas_taken" : "areas_refused", "",
                 "没有导入任何内容：%lld 处问题使导入中止，第一处是“%.*s”：%s%.0s。",
                 "Nothing was imported. Findings that stop it: %lld; the first is “%.*s”: %.0s%s.",
                 (long long)areas_report_stops(r), (int)code.n, code.p, kinds[first->kind].zh,
                 kinds[first->kind].en);
}

/* ---- for people ---------------------------------------------------------- */

static void put_note(Buf *b, const AreaNote *n) {
    buf_fmt(b, "      %.*s", (int)n->code.n, n->code.p);
    if (n->other.n)
        buf_fmt(b, " | %.*s", (int)n->other.n, n->other.p);
    if (n->m2 > 0 || n->m2 < 0)
        buf_fmt(b, "  %.2f m²", n->m2);
    if (n->count)
        buf_fmt(b, "  ×%lld", (long long)n->count);
    if (n->why[0])
        buf_fmt(b, "  %s", n->why);
    if (n->placed) {
        buf_str(b, "  @ ");
        buf_degree(b, n->lon);
        buf_char(b, ' ');
        buf_degree(b, n->lat);
    }
    buf_char(b, '\n');
}

static void put_kind(const AreasReport *r, AreaNoteKind kind, Buf *b) {
    int shown = 0;

    buf_fmt(b, "%s %8lld  %s / %s", kinds[kind].stops ? "  ✗" : "  ·", (long long)r->counts[kind],
            kinds[kind].zh, kinds[kind].en);
    if (r->m2[kind] > 0 || r->m2[kind] < 0)
        buf_fmt(b, "  %.2f m²", r->m2[kind]);
    buf_char(b, '\n');
    for (size_t i = 0; i < r->n && shown < EXAMPLES; i++)
        if (r->notes[i].kind == kind) {
            put_note(b, &r->notes[i]);
            shown++;
        }
    if (r->counts[kind] > shown)
        buf_fmt(b, "      … +%lld\n", (long long)(r->counts[kind] - shown));
}

static const char *outcome(const AreasReport *r) {
    return r->written   ? "已导入 / imported"
           : r->checked ? "只检查，没有写入 / checked only, nothing written"
                        : "没有写入 / nothing written";
}

void areas_report_print(const AreasReport *r, Buf *b) {
    bool any = false;

    buf_fmt(b, "%.*s → %.*s: %s\n", (int)r->file.n, r->file.p, (int)r->layer.n, r->layer.p, outcome(r));
    for (size_t l = 0; l < COUNT(r->areas); l++)
        if (r->areas[l]) {
            const Choice *c = choice_numbered(&area_level_choices, (int64_t)l);
            buf_fmt(b, "    %8lld  %s / %s\n", (long long)r->areas[l], c->zh, c->en);
        }
    if (r->buildings)
        buf_fmt(b, "    %8lld  楼栋 / Buildings\n", (long long)r->buildings);
    for (int kind = 0; kind < NOTE_COUNT; kind++)
        if (r->counts[kind]) {
            put_kind(r, (AreaNoteKind)kind, b);
            any = true;
        }
    if (!any)
        buf_str(b, "    没有发现问题 / no findings\n");
}

/* ---- for machines -------------------------------------------------------- */

static void put_json_note(Buf *b, const AreaNote *n) {
    buf_fmt(b, "{\"kind\":\"%s\",\"code\":", kinds[n->kind].word);
    buf_json(b, n->code);
    if (n->other.n) {
        buf_str(b, ",\"other\":");
        buf_json(b, n->other);
    }
    if (n->m2 > 0 || n->m2 < 0)
        buf_fmt(b, ",\"m2\":%.3f", n->m2);
    if (n->count)
        buf_fmt(b, ",\"count\":%lld", (long long)n->count);
    if (n->why[0]) {
        buf_str(b, ",\"why\":");
        buf_json(b, str(n->why));
    }
    if (n->placed) {
        buf_str(b, ",\"lon\":");
        buf_degree(b, n->lon);
        buf_str(b, ",\"lat\":");
        buf_degree(b, n->lat);
    }
    buf_char(b, '}');
}

void areas_report_json(const AreasReport *r, Buf *b) {
    const char *comma = "";

    buf_str(b, "{\"file\":");
    buf_json(b, r->file);
    buf_str(b, ",\"layer\":");
    buf_json(b, r->layer);
    buf_fmt(b, ",\"written\":%s,\"features\":%lld,\"buildings\":%lld,\"areas\":{",
            r->written ? "true" : "false", (long long)r->features, (long long)r->buildings);
    for (size_t l = 0; l < COUNT(r->areas); l++)
        if (r->areas[l]) {
            buf_fmt(b, "%s\"%s\":%lld", comma, choice_numbered(&area_level_choices, (int64_t)l)->word,
                    (long long)r->areas[l]);
            comma = ",";
        }
    buf_str(b, "},\"counts\":{");
    for (int k = 0; k < NOTE_COUNT; k++)
        buf_fmt(b, "%s\"%s\":%lld", k ? "," : "", kinds[k].word, (long long)r->counts[k]);
    buf_str(b, "},\"m2\":{");
    for (int k = 0; k < NOTE_COUNT; k++)
        buf_fmt(b, "%s\"%s\":%.3f", k ? "," : "", kinds[k].word, r->m2[k]);
    buf_fmt(b, "},\"stops\":%lld,\"findings\":[", (long long)areas_report_stops(r));
    for (size_t i = 0; i < r->n; i++) {
        buf_str(b, i ? ",\n" : "\n");
        put_json_note(b, &r->notes[i]);
    }
    buf_str(b, "]}\n");
}

void areas_report_csv(const AreasReport *r, Buf *b) {
    static const char *const head[] = { "kind", "发现",  "finding", "stops", "code", "other",
                                        "m2",   "count", "why",     "lon",   "lat" };
    CsvOut o = { b, false };
    char m2[40];

    csv_begin(&o);
    for (size_t i = 0; i < COUNT(head); i++)
        csv_put(&o, str(head[i]));
    csv_end_row(&o);
    for (size_t i = 0; i < r->n; i++) {
        const AreaNote *n = &r->notes[i];
        snprintf(m2, sizeof m2, "%.3f", n->m2);
        csv_put(&o, str(kinds[n->kind].word));
        csv_put(&o, str(kinds[n->kind].zh));
        csv_put(&o, str(kinds[n->kind].en));
        csv_put_int(&o, kinds[n->kind].stops);
        csv_put(&o, n->code);
        csv_put(&o, n->other);
        csv_put(&o, str(m2));
        csv_put_int(&o, n->count);
        csv_put(&o, str(n->why));
        if (n->placed) {
            csv_put_degree(&o, n->lon);
            csv_put_degree(&o, n->lat);
        } else {
            csv_put(&o, str(""));
            csv_put(&o, str(""));
        }
        csv_end_row(&o);
    }
}
