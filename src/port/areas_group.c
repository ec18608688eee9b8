/* areas_group – upper levels made of what lies in them: the areas that have no
 * parent yet are put into groups by an attribute, by a table, or all into one; a
 * group is the union of its members, and the sum of their households. */
#include "areas_plan.h"

#include <string.h>

typedef struct Step {
    const AreasGroup *by;
    size_t k;       /* which of the groups */
    int32_t from;   /* the first row that this step makes */
    Words groups;   /* code → row */
    Words children; /* table: code → pairs */
    struct GroupPair {
        Str group, name;
        int64_t row;
    } * pairs;
    int32_t n, room;
} Step;

/* ---- the table ----------------------------------------------------------- */

static Err keep_pair(Step *s, Str group, Str name, int64_t row, Fault *f) {
    if (s->n == s->room) {
        int32_t room = s->room ? s->room * 2 : 256;
        struct GroupPair *wider = mem_grow(s->pairs, (size_t)room * sizeof *wider);
        if (!wider)
            return fault_memory(f);
        s->pairs = wider;
        s->room = room;
    }
    s->pairs[s->n++] = (struct GroupPair){ group, name, row };
    return OK;
}

static Err take_pair(AreasPlan *p, void *ctx, int64_t row, const Str words[3], Fault *f) {
    Step *s = ctx;
    int32_t at;

    if (words[0].n == 0 || words[1].n == 0)
        return fault(f, ERR_INVALID, "areas_table", "", "对照表第 %lld 行缺少代码。",
                     "Row %lld of the table lacks a code.", (long long)row);
    if (words_find(&p->codes, words[0]) < 0)
        TRY(areas_note(p->report,
                       &(AreaNote){ .kind = NOTE_ROW, .code = words[0], .other = words[1], .count = row }, f));
    TRY(words_put(&s->children, words[0], s->n, &at, f));
    if (at == s->n)
        return keep_pair(s, words[1], words[2], row, f);
    if (str_same(s->pairs[at].group, words[1]))
        return OK;
    return fault(f, ERR_INVALID, "areas_table", "", "对照表第 %lld 行：“%.60s”已在第 %lld 行归入“%.60s”。",
                 "Row %lld of the table: “%.60s” belongs by row %lld to “%.60s” already.", (long long)row,
                 words[0].p, (long long)s->pairs[at].row, s->pairs[at].group.p);
}

/* ---- into groups --------------------------------------------------------- */

static void group_of(const AreasPlan *p, const Step *s, int32_t i, Str *ret_code, Str *ret_name) {
    const AreaRow *row = &p->rows[i];

    *ret_code = *ret_name = (Str){ "", 0 };
    if (s->by->by == GROUP_ALL) {
        *ret_code = s->by->group;
        *ret_name = s->by->name;
    } else if (s->by->by == GROUP_BY_FIELD) {
        *ret_code = row->group[s->k];
        *ret_name = row->group_name[s->k];
    } else {
        int32_t at = words_find(&s->children, row->code);
        if (at >= 0) {
            *ret_code = s->pairs[at].group;
            *ret_name = s->pairs[at].name;
        }
    }
}

static Err put_in_group(AreasPlan *p, Step *s, int32_t i, Fault *f) {
    Str code, name;
    AreaRow *made;
    int32_t at, was;

    group_of(p, s, i, &code, &name);
    if (code.n == 0)
        return areas_row_note(p, i, NOTE_ORPHAN, (AreaNote){ 0 }, f);
    TRY(words_put(&s->groups, code, p->n, &at, f));
    if (at == p->n) {
        TRY(areas_row_add(p, &made, f));
        made->level = s->by->level;
        made->code = code;
        made->name = name;
        TRY(words_put(&p->codes, code, at, &was, f));
        if (was != at)
            TRY(areas_note(p->report, &(AreaNote){ .kind = NOTE_DUPLICATE, .code = code }, f));
    }
    p->rows[i].parent = at;
    p->rows[i].next = p->rows[at].first;
    p->rows[at].first = i;
    return OK;
}

/* ---- what a group is ----------------------------------------------------- */

static Err unite(AreasPlan *p, int32_t g, Fault *f) {
    int32_t n = 0;

    for (int32_t i = p->rows[g].first; i >= 0; i = p->rows[i].next)
        n++;
    const Shape **list = mem_alloc((size_t)n * sizeof *list);
    if (!list)
        return fault_memory(f);
    n = 0;
    for (int32_t i = p->rows[g].first; i >= 0; i = p->rows[i].next)
        if (p->rows[i].shape.n_polys)
            list[n++] = &p->rows[i].shape;
    Err e = n ? shape_union(list, n, false, NULL, &p->rows[g].shape, f) : OK;
    mem_free(list);
    return e;
}

static Err add_households(AreasPlan *p, int32_t g, Fault *f) {
    int64_t sum = -1;

    for (int32_t i = p->rows[g].first; i >= 0; i = p->rows[i].next)
        if (p->rows[i].households >= 0)
            sum = (sum < 0 ? 0 : sum) + p->rows[i].households;
    if (sum > AREA_HOUSEHOLDS_MAX)
        return fault(f, ERR_INVALID, "areas_households", "", "“%.60s”的户数合计超过 1000 万。",
                     "The households of “%.60s” come to more than 10 million.", p->rows[g].code.p);
    p->rows[g].households = (int32_t)sum;
    return OK;
}

/* Which value of a later attribute holds for the whole group: the one with most of
 * its ground. Members that say otherwise do not nest. */
static Err settle_value(AreasPlan *p, int32_t g, size_t k, Fault *f) {
    double most = -1, other = 0;
    int64_t others = 0;
    AreaRow *row = &p->rows[g];

    for (int32_t i = row->first; i >= 0; i = p->rows[i].next) {
        double m2 = 0;
        for (int32_t j = row->first; j >= 0; j = p->rows[j].next)
            if (str_same(p->rows[j].group[k], p->rows[i].group[k]))
                m2 += shape_area_m2(&p->rows[j].shape);
        if (m2 > most) {
            most = m2;
            row->group[k] = p->rows[i].group[k];
            row->group_name[k] = p->rows[i].group_name[k];
        }
    }
    for (int32_t i = row->first; i >= 0; i = p->rows[i].next)
        if (!str_same(p->rows[i].group[k], row->group[k])) {
            other += shape_area_m2(&p->rows[i].shape);
            others++;
        }
    if (others == 0)
        return OK;
    return areas_note(
        p->report,
        &(AreaNote){
            .kind = NOTE_NEST, .code = row->code, .other = row->group[k], .m2 = other, .count = others },
        f);
}

static Err finish_groups(AreasPlan *p, const Step *s, Fault *f) {
    for (int32_t g = s->from; g < p->n; g++) {
        TRY(unite(p, g, f));
        TRY(add_households(p, g, f));
        for (size_t k = s->k + 1; k < p->n_groups; k++)
            if (p->groups[k].by == GROUP_BY_FIELD)
                TRY(settle_value(p, g, k, f));
    }
    return OK;
}

static Err take_step(AreasPlan *p, Step *s, Fault *f) {
    const Str columns[3] = { s->by->child, s->by->group, s->by->name };

    if (s->by->by == GROUP_BY_TABLE)
        TRY(areas_table(p, s->by->table, columns, take_pair, s, f));
    for (int32_t i = 0; i < s->from; i++) /* who names a parent that the layer has needs no group */
        if (p->rows[i].parent < 0 && !(p->named && p->rows[i].parent_code.n))
            TRY(put_in_group(p, s, i, f));
    return finish_groups(p, s, f);
}

Err areas_group(AreasPlan *p, Fault *f) {
    for (size_t k = 0; k < p->n_groups; k++) {
        Step s = { .by = &p->groups[k], .k = k, .from = p->n };
        Err e = take_step(p, &s, f);
        words_end(&s.groups);
        words_end(&s.children);
        mem_free(s.pairs);
        TRY(e);
    }
    return OK;
}
