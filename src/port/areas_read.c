/* areas_read – the features of a map file as rows of the plan. */
#include "areas_plan.h"

#include "geojson.h"

#include <stdio.h>

/* An attribute that the first feature lacks is a misspelt option, most likely. */
static Err need_attribute(const GeoFeature *feature, Str name, Fault *f) {
    char there[240] = "";
    Buf b = { there, 0, sizeof there, false, 0 };

    if (name.n == 0 || feature->number > 1 || geojson_has(feature, name))
        return OK;
    geojson_names(feature, &b);
    return fault(f, ERR_INVALID, "areas_attribute", "", "没有属性“%.*s”，现有：%s。",
                 "There is no attribute “%.*s”. There are: %s.", (int)(name.n < 60 ? name.n : 60), name.p,
                 there);
}

static Err read_word(AreasPlan *p, const GeoFeature *feature, Str name, Str *ret, Fault *f) {
    *ret = (Str){ "", 0 };
    if (name.n == 0)
        return OK;
    TRY(need_attribute(feature, name, f));
    return geojson_word(feature, name, p->texts, ret, f);
}

static Err read_households(AreasPlan *p, const GeoFeature *feature, int32_t *ret, Fault *f) {
    Str word;
    int64_t n = 0;

    TRY(read_word(p, feature, p->how->households, &word, f));
    for (size_t i = 0; i < word.n; i++) {
        n = n * 10 + (word.p[i] - '0');
        if (word.p[i] < '0' || word.p[i] > '9' || n > AREA_HOUSEHOLDS_MAX)
            return fault(f, ERR_INVALID, "areas_households", "", "户数“%.40s”不是 0 到 1000 万之间的整数。",
                         "The households “%.40s” are no whole number from 0 to 10 million.", word.p);
    }
    *ret = word.n ? (int32_t)n : -1;
    return OK;
}

static Err read_groups(AreasPlan *p, const GeoFeature *feature, AreaRow *row, Fault *f) {
    for (size_t i = 0; i < p->n_groups; i++) {
        const AreasGroup *g = &p->groups[i];
        if (g->by != GROUP_BY_FIELD)
            continue;
        TRY(read_word(p, feature, g->group, &row->group[i], f));
        TRY(read_word(p, feature, g->name, &row->group_name[i], f));
    }
    return OK;
}

static Err take_feature(void *ctx, GeoFeature *feature, Fault *f) {
    AreasPlan *p = ctx;
    AreaRow *row;

    TRY(areas_row_add(p, &row, f));
    row->level = p->how->level;
    row->feature = (int32_t)feature->number;
    row->line = (int32_t)feature->line;
    TRY(read_word(p, feature, p->how->code, &row->code, f));
    TRY(read_word(p, feature, p->how->name, &row->name, f));
    TRY(read_word(p, feature, p->how->parent, &row->parent_code, f));
    TRY(read_households(p, feature, &row->households, f));
    TRY(read_groups(p, feature, row, f));
    row->dropped_rings = feature->dropped_rings;
    row->shape = feature->shape;
    feature->shape = (Shape){ 0 };
    p->n_features++;
    return OK;
}

Err areas_read_features(AreasPlan *p, Str text, Fault *f) {
    return geojson_read(text, p->how->file, p->datum, take_feature, p, f);
}
