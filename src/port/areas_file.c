/* areas_file – see areas_file.h. The order: what the layer has, the file, codes,
 * shapes, groups, parents, unions, names, sizes; then the transaction. */
#include "areas_plan.h"

#include "geojson.h"

static Err judge_codes(AreasPlan *p, Fault *f) {
    int32_t at;

    for (int32_t i = 0; i < p->n_features; i++) {
        TRY(words_put(&p->codes, p->rows[i].code, i, &at, f));
        if (p->rows[i].code.n && at != i)
            TRY(areas_row_note(p, i, NOTE_DUPLICATE, (AreaNote){ .count = p->rows[at].feature }, f));
    }
    return OK;
}

/* ---- sizes --------------------------------------------------------------- */

enum { HOUSEHOLDS_FROM = 300, HOUSEHOLDS_TO = 500 };

static Err judge_sizes(AreasPlan *p, Fault *f) {
    for (int32_t i = 0; i < p->n; i++) {
        const AreaRow *row = &p->rows[i];
        p->report->areas[row->level]++;
        if (row->level == LEVEL_MICRO && row->households >= 0 &&
            (row->households < HOUSEHOLDS_FROM || row->households > HOUSEHOLDS_TO))
            TRY(areas_row_note(p, i, NOTE_SIZE, (AreaNote){ .count = row->households }, f));
    }
    return OK;
}

/* ---- the whole ----------------------------------------------------------- */

static Err check_layer(const AreasOptions *how, Fault *f) {
    if (how->layer.n == 0 || utf8_count(how->layer.p, how->layer.n) > 40 ||
        utf8_count(how->layer_zh.p, how->layer_zh.n) > 60 || utf8_count(how->layer_en.p, how->layer_en.n) > 60)
        return fault(f, ERR_INVALID, "layer_words", "layer",
                     "图层要有代码（不超过 40 个字），名称不超过 60 个字。",
                     "A layer needs a code of at most 40 characters; its names have at most 60.");
    return OK;
}

static Err check_options(AreasPlan *p, Fault *f) {
    const AreasOptions *how = p->how;
    AreaLevel below = how->level;

    TRY(check_layer(how, f));
    TRY(geojson_datum(how->crs, how->file, &p->datum, f));
    p->named = how->parent.n || how->parents.n;
    p->n_groups = how->n_groups;
    for (size_t i = 0; i < how->n_groups; i++) {
        p->groups[i] = how->groups[i];
        if (how->groups[i].level >= below)
            return fault(f, ERR_INVALID, "areas_levels", "dissolve",
                         "上级要从下到上：“%s”不高于它下面的“%s”。%.0s%.0s",
                         "%.0s%.0sUpper levels go upward: “%s” is no higher than “%s” below it.",
                         choice_numbered(&area_level_choices, (int64_t)how->groups[i].level)->zh,
                         choice_numbered(&area_level_choices, (int64_t)below)->zh,
                         choice_numbered(&area_level_choices, (int64_t)how->groups[i].level)->en,
                         choice_numbered(&area_level_choices, (int64_t)below)->en);
        below = how->groups[i].level;
    }
    if (how->buildings && (how->replace || how->since > day_of_ms(clock_now_ms())))
        return fault(
            f, ERR_INVALID, "areas_list_later", "since",
            "楼栋清单立即生效：不能用 --replace，也不能定在以后的日期。请用地图，或用 area split 拆分。",
            "A list of buildings takes effect at once: neither --replace nor a later --since. Use a map, or "
            "area split.");
    if (how->adopt && (how->buildings || how->replace || how->since > day_of_ms(clock_now_ms())))
        return fault(f, ERR_INVALID, "areas_adopt_later", "adopt",
                     "--adopt 立即生效：不能与 --replace、以后的 --since 或楼栋清单同用。",
                     "--adopt takes effect at once: neither --replace, a later --since nor a list of buildings "
                     "goes with it.");
    if (how->buildings && how->level <= LEVEL_RESIDENTIAL)
        return fault(f, ERR_INVALID, "areas_levels", "level", "楼栋清单只能做微网格或楼组。",
                     "A list of buildings makes micro-grids or building groups only.");
    return OK;
}

/* None, where a list only adds to grids that stand. */
static Err judge_areas(Store *s, AreasPlan *p, Fault *f) {
    TRY(judge_codes(p, f));
    areas_phase(p, "检查图形", "checking the shapes");
    TRY(areas_shapes(p, f));
    areas_phase(p, "核对坐标", "checking the coordinates");
    TRY(areas_datum(s, p, f));
    areas_phase(p, "确定上级", "finding the parents");
    TRY(areas_adopt(p, f));
    TRY(areas_group(p, f));
    TRY(areas_parents(p, f));
    TRY(areas_lift(p, f));
    TRY(areas_compare(p, f));
    TRY(areas_words(p, f));
    return areas_codes(p, f);
}

static Err judge(Store *s, AreasPlan *p, Fault *f) {
    if (p->known.there && p->how->governing && !p->known.layer.governing)
        return fault(f, ERR_CONFLICT, "layer_governs", "governing", "图层“%.*s”已存在，不能改变它是否治理。",
                     "The layer “%.*s” exists; whether it governs cannot be changed.", (int)p->how->layer.n,
                     p->how->layer.p);
    if (p->how->adopt && p->known.n == 0)
        return fault(f, ERR_INVALID, "areas_adopt_none", "adopt",
                     "图层“%.*s”里还没有网格，--adopt 没有可挂的下级。",
                     "Nothing stands in the layer “%.*s” that --adopt could hang anywhere.",
                     (int)p->how->layer.n, p->how->layer.p);
    if (p->n_features)
        TRY(judge_areas(s, p, f));
    TRY(areas_buildings(s, p, f));
    return judge_sizes(p, f);
}

static Err import_into(Store *s, AreasPlan *p, Str text, Fault *f) {
    AreasReport *report = p->report;

    if (text.n > AREAS_BYTES_MAX)
        return fault(f, ERR_LIMIT, "file_large", "", "文件超过 %zu MB；请分成几个文件。",
                     "The file is larger than %zu MB; split it.", AREAS_BYTES_MAX >> 20);
    TRY(check_options(p, f));
    areas_phase(p, "读取", "reading");
    TRY(areas_look(s, p, f));
    TRY(p->how->buildings ? areas_read_list(p, text, f)
        : p->how->table   ? areas_read_table(p, text, f)
                          : areas_read_features(p, text, f));
    report->features = p->n_features;
    report->buildings = p->n_buildings;
    TRY(judge(s, p, f));
    report->judged = true;
    if (areas_report_stops(report))
        return areas_report_fault(report, f);
    if (p->how->check)
        return OK;
    areas_phase(p, "写入", "writing");
    TRY(areas_write(s, p, f));
    report->written = true;
    return OK;
}

static void plan_end(AreasPlan *p) {
    p->report->known_texts[0] = p->known.texts; /* findings name what was there */
    p->report->known_texts[1] = p->compared.texts;
    p->known.texts = p->compared.texts = (Arena){ 0 };
    areas_known_drop(&p->known);
    areas_known_drop(&p->compared);
    for (int32_t i = 0; i < p->n; i++) {
        shape_free(&p->rows[i].shape);
        shape_free(&p->rows[i].own);
    }
    words_end(&p->codes);
    mem_free(p->rows);
    mem_free(p->buildings);
    mem_free(p->ids);
}

Err areas_import(Store *s, Str text, const AreasOptions *how, AreasReport *report, Fault *f) {
    AreasPlan p = { .how = how, .report = report, .texts = &report->texts };

    report->file = how->file;
    report->layer = how->layer;
    report->checked = how->check;
    Err e = import_into(s, &p, text, f);
    plan_end(&p);
    return e;
}
