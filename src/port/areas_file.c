/* areas_file – see areas_file.h. The order: read, what the layer has, words,
 * shapes, groups, parents, sizes, write. */
#include "areas_plan.h"

static Err judge_codes(AreasPlan *p, Fault *f) {
    int32_t at;

    for (int32_t i = 0; i < p->n_features; i++) {
        TRY(words_put(&p->codes, p->rows[i].code, i, &at, f));
        if (p->rows[i].code.n && at != i)
            TRY(areas_note(p->report,
                           &(AreaNote){ .kind = NOTE_DUPLICATE, .code = p->rows[i].code, .count = i + 1 }, f));
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
            TRY(areas_note(p->report,
                           &(AreaNote){ .kind = NOTE_SIZE, .code = row->code, .count = row->households }, f));
    }
    return OK;
}

/* ---- the whole ----------------------------------------------------------- */

static Err judge(Store *s, AreasPlan *p, Fault *f) {
    TRY(areas_look(s, p, f));
    if (p->known.there && p->how->governing && !p->known.layer.governing)
        return fault(f, ERR_CONFLICT, "layer_governs", "governing", "图层“%.*s”已存在，不能改变它是否治理。",
                     "The layer “%.*s” exists; whether it governs cannot be changed.", (int)p->how->layer.n,
                     p->how->layer.p);
    TRY(judge_codes(p, f));
    TRY(areas_shapes(p, f));
    TRY(areas_group(p, f));
    TRY(areas_parents(p, f));
    TRY(areas_lift(p, f));
    TRY(areas_compare(p, f));
    TRY(areas_words(p, f));
    return judge_sizes(p, f);
}

static Err import_into(Store *s, AreasPlan *p, Str text, Fault *f) {
    AreasReport *report = p->report;

    if (text.n > AREAS_BYTES_MAX)
        return fault(f, ERR_LIMIT, "file_large", "", "文件超过 %zu MB；请分成几个文件。",
                     "The file is larger than %zu MB; split it.", AREAS_BYTES_MAX >> 20);
    TRY(areas_read_features(p, text, f));
    report->features = p->n_features;
    TRY(judge(s, p, f));
    if (areas_report_stops(report))
        return areas_report_fault(report, f);
    if (p->how->check)
        return OK;
    TRY(areas_write(s, p, f));
    report->written = true;
    return OK;
}

static void plan_end(AreasPlan *p) {
    areas_known_drop(&p->known);
    areas_known_drop(&p->compared);
    for (int32_t i = 0; i < p->n; i++)
        shape_free(&p->rows[i].shape);
    words_end(&p->codes);
    mem_free(p->rows);
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
