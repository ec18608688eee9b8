/* areas_report – see areas_report.h. */
#include "areas_report.h"

#include "csv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *word, *zh, *en;
    bool stops;
    const char *todo_zh, *todo_en;
} kinds[] = {
    [NOTE_DUPLICATE] = { "duplicate", "代码在文件中重复", "code twice in the file", true,
                         "改正其中一个代码；同一网格的几块请合成一个 MultiPolygon",
                         "mend one of the codes; parts of one area belong into one MultiPolygon" },
    [NOTE_TAKEN] = { "taken", "图层中已有此代码", "code is in the layer already", true,
                     "不能重复导入：只导入新的网格，或另用一个 --layer",
                     "nothing is imported twice: import what is new, or into another --layer" },
    [NOTE_CODE] = { "code", "代码缺失、过长或不合格式", "code missing, too long or against the pattern", true,
                    "在来源中补上或改正代码；整层都不合时请检查 --code 和 --pattern",
                    "fill in or mend the code; if all are wrong, check --code and --pattern" },
    [NOTE_NAME] = { "name", "名称过长", "name too long", true, "名称最多 80 个字",
                    "a name has at most 80 characters" },
    [NOTE_HOPELESS] = { "hopeless", "图形无效且无法修复", "shape beyond repair", true, "请在制图软件中重画它",
                        "draw it anew in a mapping program" },
    [NOTE_PARENT] = { "parent", "所写的上级不存在", "its parent does not exist", true,
                      "先导入上级，或改正上级代码", "import the level above first, or mend the parent's code" },
    [NOTE_CYCLE] = { "cycle", "上级绕回自己", "its parents lead back to itself", true,
                     "上级要在更高的层级：改正“上级”一列",
                     "a parent is of a higher level: mend the column of parents" },
    [NOTE_TWICE] = { "twice", "楼栋属于两个网格或重复", "building in two grids, or twice", true,
                     "每栋楼只写一次，只属于一个微网格", "write each building once, in one micro-grid" },
    [NOTE_ELSEWHERE] = { "elsewhere", "楼栋现在属于另一个网格", "building stands in another grid", true,
                         "确实改归的请加 --move；写错的请改正", "say --move if it moves; else mend the list" },
    [NOTE_COVERED] = { "covered", "其中已有更细的网格", "finer areas lie in it already", true,
                       "把它们挂到这一级下面：--adopt；只看自带边界：另用 --layer 并加 --compare",
                       "hang them under it with --adopt; for its own border alone another --layer, and "
                       "--compare" },
    [NOTE_REPAIRED] = { "repaired", "图形无效，已修复", "invalid shape, repaired", false,
                        "面积变化大的请对照原图", "look at those whose area changed much" },
    [NOTE_RINGS] = { "rings", "去掉没有面积的环", "rings without area dropped", false, "一般不用处理",
                     "nothing to do, as a rule" },
    [NOTE_VERTICES] = { "vertices", "补入相邻网格的顶点", "neighbours' vertices inserted", false,
                        "不用处理：形状不变，边界从此相接",
                        "nothing to do: the shape is the same, and borders meet" },
    [NOTE_OVERLAP] = { "overlap", "重叠", "overlap", false, "重叠处归面积较小的网格；请与相邻单位核定边界",
                       "the smaller area has the ground; settle the border with the neighbour" },
    [NOTE_GAP] = { "gap", "空隙", "gap", false, "空隙里的诉求没有网格：请补给相邻网格",
                   "reports from there have no grid: add it to a neighbour" },
    [NOTE_ORPHAN] = { "orphan", "没有找到上级", "no parent found", false,
                      "写明上级（--parent、--parents、--under），或先导入上级",
                      "name its parent (--parent, --parents, --under) or import the level above first" },
    [NOTE_ASTRIDE] = { "astride", "跨两个上级", "lies in two parents", false,
                       "归占地较多的上级；不对时用 --parent 写明",
                       "the one with more of its ground takes it; else name it with --parent" },
    [NOTE_NEST] = { "nest", "超出上级范围", "reaches outside its parent", false, "核对两级边界，以哪一级为准",
                    "check the two levels' borders: which of them is right" },
    [NOTE_MISMATCH] = { "mismatch", "自带边界与下级合并不一致", "own border differs from the union below",
                        false, "以下级合并为准；自带边界另存为图层",
                        "the union counts; the border drawn is kept in a layer of its own" },
    [NOTE_ALONE] = { "alone", "对照图层中没有对应", "no counterpart in the layer compared", false,
                     "核对两个图层的代码", "check the codes of both layers" },
    [NOTE_ROW] = { "row", "对照表中的代码没有对应网格", "a table names no such area", false,
                   "核对表中这一行的代码", "check the code in that row of the table" },
    [NOTE_DATUM] = { "datum", "坐标像是另一坐标系", "the coordinates look like another datum", false,
                     "核对来源，或改用 --crs", "ask where they come from, or use another --crs" },
    [NOTE_EXCHANGED] = { "exchanged", "两个代码对调了", "two codes are exchanged", false,
                         "按官方名单对调这两个代码", "exchange the two codes, as the official list has them" },
    [NOTE_UNLISTED] = { "unlisted", "官方名单中没有此代码", "code is not in the official list", false,
                        "名单给同名网格的代码在后面；核对哪一个对",
                        "the code that the list has for its name stands beside it; check which is right" },
    [NOTE_UNMAPPED] = { "unmapped", "官方名单中有、文件中没有", "in the official list and not in the file",
                        false, "文件是否只含一部分？缺的请补",
                        "does the file have only a part? add what is missing" },
    [NOTE_RENAMED] = { "renamed", "名称与官方名单不同", "name differs from the official list", false,
                       "核对哪个名称是现用的", "check which name is in use" },
    [NOTE_MOVED] = { "moved", "楼栋改归网格", "building moves from another grid", false, "核对原网格",
                     "check where it comes from" },
    [NOTE_CHANGED] = { "changed", "楼栋已有，户数或位置按清单变更",
                       "building is there; its households or point become what the list says", false,
                       "核对前后数字（place.history）", "compare with what was (place.history)" },
    [NOTE_THERE] = { "there", "楼栋已有，没有变化", "building is there, unchanged", false, "不用处理",
                     "nothing to do" },
    [NOTE_MISSING] = { "missing", "网格里有、清单里没有的楼栋，保持不变",
                       "building in the grid and not in the list: stays", false,
                       "已拆除的请在地点登记中撤销（import places --end-missing）",
                       "if it is gone, end it (import places --end-missing)" },
    [NOTE_UNNAMED] = { "unnamed", "没有名称，用代码代替", "no name, the code stands for it", false, "补上名称",
                       "fill in the name" },
    [NOTE_SIZE] = { "size", "户数不在 300–500 之间", "households outside 300 to 500", false,
                    "不妨碍导入；超出范围要有书面理由",
                    "this does not stop it; beyond the range a written reason is needed" },
};
_Static_assert(COUNT(kinds) == NOTE_COUNT, "each kind has its words");

enum { EXAMPLES = 5 };

/* What `count` counts. */
static const char *const counted[NOTE_COUNT] = {
    [NOTE_DUPLICATE] = "= 先有此代码的要素 / the feature that has it first",
    [NOTE_COVERED] = "个下级网格 / areas in it",
    [NOTE_RINGS] = "个环 / rings",
    [NOTE_VERTICES] = "个顶点 / vertices",
    [NOTE_NEST] = "个成员 / members",
    [NOTE_PARENT] = "= 表中的行 / row of the table",
    [NOTE_ROW] = "= 表中的行 / row of the table",
    [NOTE_DATUM] = "米 / m",
    [NOTE_SIZE] = "户 / households",
};

/* What `why` says, as GEOS and the importer put it, in the words of whoever drew it. */
static const struct {
    const char *why, *zh, *en;
} whys[] = {
    { "Self-intersection", "边线自相交（如蝴蝶结）", "its border crosses itself, as a bow tie does" },
    { "Ring Self-intersection", "环在一点触到自己", "a ring touches itself" },
    { "Hole lies outside shell", "洞在外环之外", "a hole lies outside its outer ring" },
    { "Holes are nested", "洞里有洞", "a hole lies in another" },
    { "Nested shells", "一块在另一块里面", "a part lies within another" },
    { "Interior is disconnected", "洞把图形切断了", "its holes cut it in two" },
    { "missing", "没有代码", "there is none" },
    { "longer than 40", "超过 40 个字", "longer than 40 characters" },
    { "against the pattern", "不合图层的代码格式", "against the layer's pattern" },
    { "Duplicate Rings", "同一个环写了两次", "a ring is there twice" },
};

static const char *why_in(const char *why, bool zh) {
    for (size_t i = 0; i < COUNT(whys); i++)
        if (strcmp(whys[i].why, why) == 0)
            return zh ? whys[i].zh : whys[i].en;
    return why;
}

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
    char zh[40] = "", en[60] = "";
    Str code = { first->code.p, first->code.n < 60 ? first->code.n : 60 };
    if (first->feature) {
        snprintf(zh, sizeof zh, "第 %d 个（第 %d 行）", first->feature, first->line);
        snprintf(en, sizeof en, "no. %d (line %d), ", first->feature, first->line);
    }
    return fault(
        f, all_taken ? ERR_CONFLICT : ERR_INVALID, all_taken ? "areas_taken" : "areas_refused", "",
        "没有导入任何内容：%lld 处问题使导入中止，第一处是%s“%.*s”：%s；%s。%.0s%.0s%.0s",
        "Nothing was imported. Findings that stop it: %lld; the first is %.0s“%.*s”: %.0s%.0s%s%s; %s.",
        (long long)areas_report_stops(r), zh, (int)code.n, code.p, kinds[first->kind].zh,
        kinds[first->kind].todo_zh, en, kinds[first->kind].en, kinds[first->kind].todo_en);
}

/* ---- for people ---------------------------------------------------------- */

static void put_where(Buf *b, const AreaNote *n) {
    buf_str(b, "      ");
    if (n->feature)
        buf_fmt(b, "#%d (%d) ", n->feature, n->line);
    buf_fmt(b, "%.*s", (int)n->code.n, n->code.n ? n->code.p : "");
}

static void put_other(Buf *b, Str other, double share) {
    if (other.n)
        buf_fmt(b, " | %.*s", (int)other.n, other.p);
    if (share > 0)
        buf_fmt(b, " %.1f %%", share * 100);
}

static void put_m2(Buf *b, double m2) {
    if (fabs(m2) >= 0.005)
        buf_fmt(b, "  %.2f m²", m2);
}

static void put_note(Buf *b, const AreaNote *n) {
    put_where(b, n);
    put_other(b, n->other, n->share);
    put_other(b, n->third, n->share_third);
    put_m2(b, n->m2);
    if (counted[n->kind] && (n->count || n->kind == NOTE_SIZE)) /* none at all is said, too */
        buf_fmt(b, "  %lld %s", (long long)n->count, counted[n->kind]);
    if (n->why[0])
        buf_fmt(b, "  %s / %s", why_in(n->why, true), why_in(n->why, false));
    if (n->placed) {
        buf_str(b, "  @ ");
        buf_degree(b, n->lon);
        buf_char(b, ' ');
        buf_degree(b, n->lat);
    }
    buf_char(b, '\n');
}

/* The worst come first: those of most ground, those that are most in a second parent;
 * else as they stand in the file. */
static bool worse(const AreasReport *r, size_t i, size_t k) {
    double a = fabs(r->notes[i].m2) + r->notes[i].share_third,
           b = fabs(r->notes[k].m2) + r->notes[k].share_third;
    return a > b || (a >= b && i < k);
}

/* The worst of a kind that is less bad than `last`; r->n: none, or before the first. */
static size_t next_example(const AreasReport *r, AreaNoteKind kind, size_t last) {
    size_t best = r->n;

    for (size_t i = 0; i < r->n; i++)
        if (r->notes[i].kind == kind && (last == r->n || worse(r, last, i)) &&
            (best == r->n || worse(r, i, best)))
            best = i;
    return best;
}

static void put_kind(const AreasReport *r, AreaNoteKind kind, Buf *b) {
    size_t at = r->n;
    int shown = 0;

    buf_fmt(b, "%s %8lld  %s / %s", kinds[kind].stops ? "  ✗" : "  ·", (long long)r->counts[kind],
            kinds[kind].zh, kinds[kind].en);
    put_m2(b, r->m2[kind]);
    buf_fmt(b, "\n      → %s / %s\n", kinds[kind].todo_zh, kinds[kind].todo_en);
    while (shown < EXAMPLES && (at = next_example(r, kind, at)) < r->n) {
        put_note(b, &r->notes[at]);
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
    int64_t all = 0;

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
            all += r->counts[kind];
        }
    if (all)
        buf_str(b, "    #：要素（行）的序号，括号里是文件的行 / # feature (line of the file)\n");
    if (all == 0)
        buf_str(b, "    没有发现问题 / no findings\n");
    else
        buf_fmt(
            b,
            "    共 %lld 处，其中 %lld 处使导入中止 (✗) / findings: %lld, of which stop the import (✗): %lld\n",
            (long long)all, (long long)areas_report_stops(r), (long long)all, (long long)areas_report_stops(r));
}

/* ---- for machines -------------------------------------------------------- */

static void put_json_note(Buf *b, const AreaNote *n) {
    buf_fmt(b, "{\"kind\":\"%s\",\"code\":", kinds[n->kind].word);
    buf_json(b, n->code);
    if (n->other.n) {
        buf_str(b, ",\"other\":");
        buf_json(b, n->other);
    }
    if (n->third.n) {
        buf_str(b, ",\"third\":");
        buf_json(b, n->third);
    }
    if (n->feature)
        buf_fmt(b, ",\"feature\":%d,\"line\":%d", n->feature, n->line);
    if (n->share > 0)
        buf_fmt(b, ",\"share\":%.4f,\"share_third\":%.4f", n->share, n->share_third);
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

static void put_number(CsvOut *o, int digits, double number) {
    char z[40] = "";

    if (number > 0 || number < 0)
        snprintf(z, sizeof z, "%.*f", digits, number);
    csv_put(o, str(z));
}

static void put_csv_note(CsvOut *o, const AreaNote *n) {
    csv_put(o, str(kinds[n->kind].word));
    csv_put(o, str(kinds[n->kind].zh));
    csv_put(o, str(kinds[n->kind].en));
    csv_put_int(o, kinds[n->kind].stops);
    csv_put_int(o, n->feature);
    csv_put_int(o, n->line);
    csv_put(o, n->code);
    csv_put(o, n->other);
    put_number(o, 4, n->share);
    csv_put(o, n->third);
    put_number(o, 4, n->share_third);
    put_number(o, 3, n->m2);
    csv_put_int(o, n->count);
    csv_put(o, str(n->why));
    if (n->placed) {
        csv_put_degree(o, n->lon);
        csv_put_degree(o, n->lat);
    } else {
        csv_put(o, str(""));
        csv_put(o, str(""));
    }
    csv_put(o, str(kinds[n->kind].todo_zh));
    csv_put(o, str(kinds[n->kind].todo_en));
    csv_end_row(o);
}

void areas_report_csv(const AreasReport *r, Buf *b) {
    static const char *const head[] = { "kind",  "发现",  "finding", "stops", "feature",     "line",
                                        "code",  "other", "share",   "third", "share_third", "m2",
                                        "count", "why",   "lon",     "lat",   "怎么办",      "what to do" };
    CsvOut o = { b, false };

    csv_begin(&o);
    for (size_t i = 0; i < COUNT(head); i++)
        csv_put(&o, str(head[i]));
    csv_end_row(&o);
    for (size_t i = 0; i < r->n; i++)
        put_csv_note(&o, &r->notes[i]);
}
