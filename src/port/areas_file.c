/* areas_file – see areas_file.h. The order: read, what the layer has, words,
 * shapes, groups, parents, sizes, write. */
#include "areas_plan.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

/* ---- what the layer has -------------------------------------------------- */

static Err take_known(void *ctx, const Area *a, Fault *f) {
    AreasPlan *p = ctx;
    KnownArea k = { .id = a->id, .level = a->level, .shaped = a->shaped };
    int32_t was;

    if (p->n_known == p->known_room) {
        int32_t room = p->known_room ? p->known_room * 2 : 256;
        KnownArea *wider = mem_grow(p->known, (size_t)room * sizeof *wider);
        if (!wider)
            return fault_memory(f);
        p->known = wider;
        p->known_room = room;
    }
    TRY(str_copy(p->texts, a->code, &k.code, f));
    TRY(str_copy(p->texts, a->name, &k.name, f));
    TRY(words_put(&p->known_codes, k.code, p->n_known, &was, f));
    p->known[p->n_known++] = k;
    return OK;
}

static Err load_shapes(Tx *tx, AreasPlan *p, Arena *a, Fault *f) {
    for (int32_t i = 0; i < p->n_known; i++) {
        KnownArea *k = &p->known[i];
        bool shaped = false;
        a->used = 0;
        if (k->shaped && k->level < p->how->level)
            TRY(area_shape_load(tx, k->id, NULL, &k->shape, &shaped, f));
    }
    return OK;
}

typedef struct Looking {
    AreasPlan *plan;
    Arena arena;
} Looking;

/* May run twice: what the first run left is dropped. */
static void forget_known(AreasPlan *p) {
    for (int32_t i = 0; i < p->n_known; i++)
        shape_free(&p->known[i].shape);
    p->n_known = 0;
    p->layer_known = false;
    words_end(&p->known_codes);
}

static Err look(Tx *tx, void *arg, Fault *f) {
    Looking *l = arg;
    AreasPlan *p = l->plan;
    Layer layer;

    forget_known(p);
    l->arena.used = 0;
    tx_lend(tx, &l->arena);
    Err e = layer_find(tx, p->how->layer, &layer, f);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    TRY(str_copy(p->texts, layer.code_pattern, &layer.code_pattern, f));
    p->layer = layer;
    p->layer_known = true;
    TRY(area_each(tx, layer.id, take_known, p, f));
    return load_shapes(tx, p, &l->arena, f);
}

static Err look_at_layer(Store *s, AreasPlan *p, Fault *f) {
    Looking l = { .plan = p };

    TRY(arena_begin(&l.arena, 64 << 20, f));
    Err e = store_read(s, -1, look, &l, f);
    arena_end(&l.arena);
    return e;
}

/* ---- words --------------------------------------------------------------- */

static Err check_pattern(const AreasPlan *p, Str *ret, Fault *f) {
    Str wanted = p->how->pattern, has = p->layer_known ? p->layer.code_pattern : wanted;
    char z[128];
    regex_t re;

    *ret = has;
    if (wanted.n && !str_same(wanted, has))
        return fault(f, ERR_CONFLICT, "layer_pattern", "pattern", "图层的代码格式是“%.*s”，不是“%.*s”。",
                     "The layer's pattern is “%.*s” and not “%.*s”.", (int)has.n, has.p ? has.p : "",
                     (int)(wanted.n < 120 ? wanted.n : 120), wanted.p);
    snprintf(z, sizeof z, "%.*s", (int)(has.n < sizeof z ? has.n : sizeof z - 1), has.p ? has.p : "");
    if (has.n >= 120 || regcomp(&re, z, REG_EXTENDED | REG_NOSUB) != 0)
        return fault(f, ERR_INVALID, "layer_pattern", "pattern", "代码格式“%s”不是有效的正则表达式。",
                     "The pattern “%s” is no regular expression.", z);
    regfree(&re);
    return OK;
}

/* Was a name asked for? */
static bool wants_name(const AreasPlan *p, int32_t i) {
    if (i < p->n_features)
        return p->how->name.n > 0;
    for (size_t k = 0; k < p->how->n_groups; k++)
        if (p->how->groups[k].level == p->rows[i].level)
            return p->how->groups[k].name.n > 0;
    return false;
}

static Err judge_row_words(AreasPlan *p, int32_t i, Str pattern, Fault *f) {
    AreaRow *row = &p->rows[i];
    AreaNote note = { .code = row->code.n ? row->code : row->name };

    if (row->name.n == 0 && row->code.n) {
        row->name = row->code;
        note.kind = NOTE_UNNAMED;
        if (wants_name(p, i))
            TRY(areas_note(p->report, &note, f));
    }
    note.kind = NOTE_CODE;
    if (row->code.n == 0 || utf8_count(row->code.p, row->code.n) > 40 || !area_code_fits(pattern, row->code))
        TRY(areas_note(p->report, &note, f));
    note.kind = NOTE_NAME;
    if (utf8_count(row->name.p, row->name.n) > 80)
        TRY(areas_note(p->report, &note, f));
    int32_t at = words_find(&p->known_codes, row->code);
    if (at < 0)
        return OK;
    note.kind = NOTE_TAKEN;
    note.other = p->known[at].name;
    return areas_note(p->report, &note, f);
}

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

static Err judge_words(AreasPlan *p, Fault *f) {
    Str pattern;

    TRY(check_pattern(p, &pattern, f));
    for (int32_t i = 0; i < p->n; i++)
        TRY(judge_row_words(p, i, pattern, f));
    return OK;
}

/* ---- shapes -------------------------------------------------------------- */

static Err note_finding(AreasPlan *p, const Finding *found, Fault *f) {
    static const AreaNoteKind kinds[] = {
        [FINDING_REPAIRED] = NOTE_REPAIRED, [FINDING_HOPELESS] = NOTE_HOPELESS,
        [FINDING_VERTICES] = NOTE_VERTICES, [FINDING_OVERLAP] = NOTE_OVERLAP,
        [FINDING_GAP] = NOTE_GAP,           [FINDING_OUTSIDE] = NOTE_NEST,
    };
    AreaNote note = { .kind = kinds[found->kind],
                      .m2 = found->m2,
                      .count = found->count,
                      .placed = true,
                      .lon = found->at.lon,
                      .lat = found->at.lat };

    if (found->a >= 0)
        note.code = p->rows[found->a].code;
    if (found->b >= 0)
        note.other = p->rows[found->b].code;
    snprintf(note.why, sizeof note.why, "%s", found->why);
    return areas_note(p->report, &note, f);
}

/* The audited shapes take the place of those that were read. */
static void take_shapes(AreasPlan *p, Audit *audit) {
    for (int32_t i = 0; i < p->n; i++) {
        shape_free(&p->rows[i].shape);
        p->rows[i].shape = audit->shapes[i];
        audit->shapes[i] = (Shape){ 0 };
    }
}

static Err judge_shapes(AreasPlan *p, Fault *f) {
    Shape *shapes = mem_alloc((size_t)p->n * sizeof *shapes);
    AuditRules rules = { .findings_max = AREA_NOTES_MAX };
    Audit audit = { 0 };

    if (!shapes)
        return fault_memory(f);
    for (int32_t i = 0; i < p->n; i++)
        shapes[i] = p->rows[i].shape;
    Err e = audit_layer(shapes, p->n, &rules, &audit, f);
    mem_free(shapes);
    TRY(e);
    for (int32_t i = 0; e == OK && i < audit.n_findings; i++)
        e = note_finding(p, &audit.findings[i], f);
    take_shapes(p, &audit);
    audit_free(&audit);
    for (int32_t i = 0; e == OK && i < p->n; i++)
        if (p->rows[i].dropped_rings)
            e = areas_note(
                p->report,
                &(AreaNote){ .kind = NOTE_RINGS, .code = p->rows[i].code, .count = p->rows[i].dropped_rings },
                f);
    return e;
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
    TRY(look_at_layer(s, p, f));
    if (p->layer_known && p->how->governing && !p->layer.governing)
        return fault(f, ERR_CONFLICT, "layer_governs", "governing", "图层“%.*s”已存在，不能改变它是否治理。",
                     "The layer “%.*s” exists; whether it governs cannot be changed.", (int)p->how->layer.n,
                     p->how->layer.p);
    TRY(judge_codes(p, f));
    TRY(judge_shapes(p, f));
    TRY(areas_group(p, f));
    TRY(areas_parents(p, f));
    TRY(judge_words(p, f));
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
    forget_known(p);
    for (int32_t i = 0; i < p->n; i++)
        shape_free(&p->rows[i].shape);
    words_end(&p->codes);
    mem_free(p->known);
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
