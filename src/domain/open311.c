/* open311 – see open311.h: what the service is, and which services there are. */
#include "open311.h"

#include "catalogue.h"
#include "catalogue_q.h"
#include "setting.h"

#include <stdio.h>
#include <string.h>

#define SPECIFICATION "http://wiki.open311.org/GeoReport_v2"
#define CHANGESET "2026-11-25T00:00:00Z"
enum { CATEGORIES = 500, CONDITIONS = 500 };

Err open311_judge(Tx *tx, bool named, Str jurisdiction, Fault *f) {
    Str own;

    if (!named)
        return OK;
    TRY(setting_read(tx, "open311_jurisdiction", &own, f));
    if (str_same(own, jurisdiction))
        return OK;
    return fault(f, ERR_NOT_FOUND, "jurisdiction_unknown", "jurisdiction_id",
                 "没有 jurisdiction_id“%.*s”：本服务器只有一个辖区，可以不写。",
                 "There is no jurisdiction_id “%.*s”: this server has one jurisdiction, so leave it out.",
                 (int)(jurisdiction.n < 60 ? jurisdiction.n : 60), jurisdiction.p);
}

Str open311_next(Str *list) {
    while (list->n && (*list->p == ',' || *list->p == ' '))
        list->p++, list->n--;
    Str word = { list->p, 0 };
    while (word.n < list->n && list->p[word.n] != ',')
        word.n++;
    list->p += word.n;
    list->n -= word.n;
    while (word.n && word.p[word.n - 1] == ' ')
        word.n--;
    return word;
}

bool open311_id(Str text, CaseId *ret) {
    int64_t v = 0;

    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || v > (INT64_MAX - 9) / 10)
            return false;
        v = 10 * v + (text.p[i] - '0');
    }
    ret->v = v;
    return text.n > 0 && v > 0;
}

void open311_print_id(CaseId id, char ret[24]) { snprintf(ret, 24, "%lld", (long long)id.v); }

Err open311_categories(Tx *tx, const Category **ret, size_t *ret_n, Fault *f) {
    CategoryFind find = { .limit = CATEGORIES };
    Category *all = arena_take(tx_arena(tx), CATEGORIES * sizeof *all);

    if (!all)
        return fault_arena(f);
    *ret = all;
    return sql_category_list(tx, &find, all, CATEGORIES, ret_n, f);
}

const Category *open311_category(const Category *all, size_t n, Str code) {
    for (size_t i = 0; i < n; i++)
        if (str_same(all[i].code, code))
            return &all[i];
    return NULL;
}

/* ---- discovery ---- */

static Err pick(Tx *tx, Str base, Open311Discovery *ret, Fault *f) {
    char url[400], service[440];

    TRY(setting_read(tx, "open311_contact", &ret->contact, f));
    snprintf(url, sizeof url, "%.*s/open311/v2", (int)(base.n < 300 ? base.n : 300), base.p);
    snprintf(service, sizeof service, "%.*s/", (int)(base.n < 300 ? base.n : 300), base.p);
    TRY(str_copy(tx_arena(tx), str(service), &ret->key_service, f));
    Open311Endpoint *e = arena_take(tx_arena(tx), sizeof *e);
    Open311Format *formats = arena_take(tx_arena(tx), 2 * sizeof *formats);
    if (!e || !formats)
        return fault_arena(f);
    formats[0] = (Open311Format){ .format = str("text/xml"), .has.format = true };
    formats[1] = (Open311Format){ .format = str("application/json"), .has.format = true };
    *e = (Open311Endpoint){ .specification = str(SPECIFICATION),
                            .changeset = str(CHANGESET),
                            .type = str("production"),
                            .formats = { formats, 2 } };
    TRY(str_copy(tx_arena(tx), str(url), &e->url, f));
    e->has.specification = e->has.url = e->has.changeset = e->has.type = e->has.formats = true;
    ret->endpoints = (List){ e, 1 };
    return OK;
}

Err open311_discovery(Tx *tx, const Open311Ask *in, const Actor *by, Open311Discovery *ret, Fault *f) {
    Open311Discovery d = { .changeset = str(CHANGESET) };

    (void)by;
    TRY(open311_judge(tx, in->has.jurisdiction_id, in->jurisdiction_id, f));
    TRY(pick(tx, in->has.base ? in->base : (Str){ "", 0 }, &d, f));
    if (!d.contact.n)
        d.contact = d.key_service;
    d.has.changeset = d.has.contact = d.has.key_service = d.has.endpoints = true;
    *ret = d;
    return OK;
}

/* ---- services ---- */

/* By the first digit of the default catalogue; a city with other numbers has one group. */
static const char *group_of(Str code, bool english) {
    static const char *const names[][2] = { { "公共服务", "Public services" },
                                            { "公共管理", "Public management" },
                                            { "公共安全", "Public safety" },
                                            { "城市事项", "City matters" } };
    size_t at = code.n == 3 && code.p[0] >= '1' && code.p[0] <= '3' ? (size_t)(code.p[0] - '1') : 3;

    return names[at][english];
}

typedef struct Conditions {
    Condition *rows;
    size_t n;
} Conditions;

static Err conditions_of(Tx *tx, Str category, Conditions *ret, Fault *f) {
    ConditionFind find = { .category = category, .limit = CONDITIONS };

    find.has.category = category.n > 0;
    ret->rows = arena_take(tx_arena(tx), CONDITIONS * sizeof *ret->rows);
    if (!ret->rows)
        return fault_arena(f);
    return sql_condition_list(tx, &find, ret->rows, CONDITIONS, &ret->n, f);
}

/* What a reporter may choose from, and whether any of it is ever public. */
static void weigh(const Conditions *all, Str category, size_t *ret_n, bool *ret_public) {
    *ret_n = 0;
    *ret_public = false;
    for (size_t i = 0; i < all->n; i++) {
        if (!str_same(all->rows[i].category, category))
            continue;
        ++*ret_n;
        *ret_public |= all->rows[i].open_to != PUBLIC_NO && publicity_allowed(category, all->rows[i].open_to);
    }
}

static Err describe(Tx *tx, const Category *c, const Conditions *all, bool english, Str *ret, Fault *f) {
    char text[400];
    Buf b = { text, 0, sizeof text, false, 0 };
    size_t said = 0;

    text[0] = 0;
    for (size_t i = 0; i < all->n && said < 4; i++)
        if (str_same(all->rows[i].category, c->code)) {
            Str name = english ? all->rows[i].en : all->rows[i].zh;
            buf_fmt(&b, "%s%.*s", said++ ? english ? ", " : "、" : "", (int)(name.n < 90 ? name.n : 0), name.p);
        }
    return str_copy(tx_arena(tx), b.full ? (Str){ "", 0 } : buf_view(&b), ret, f);
}

static Err show(Tx *tx, const Category *c, const Conditions *all, bool english, Open311Service *ret, Fault *f) {
    size_t n;
    bool open;
    Open311Group *group = arena_take(tx_arena(tx), sizeof *group);

    if (!group)
        return fault_arena(f);
    weigh(all, c->code, &n, &open);
    *group = (Open311Group){ .group = str(group_of(c->code, english)), .has.group = true };
    Open311Service s = { .service_code = c->code,
                         .service_name = english ? c->en : c->zh,
                         .metadata = n > 0,
                         .type = str("realtime"),
                         .keywords = open ? (Str){ "", 0 } : str("private"),
                         .group = group->group,
                         .groups = { group, 1 } };
    TRY(describe(tx, c, all, english, &s.description, f));
    s.has.service_code = s.has.service_name = s.has.metadata = s.has.type = s.has.group = s.has.groups = true;
    s.has.description = s.description.n > 0;
    s.has.keywords = s.keywords.n > 0;
    *ret = s;
    return OK;
}

Err open311_services(Tx *tx, const Open311Ask *in, const Actor *by, Page *ret, Fault *f) {
    const Category *all;
    Conditions conditions;
    size_t n;

    (void)by;
    TRY(open311_judge(tx, in->has.jurisdiction_id, in->jurisdiction_id, f));
    TRY(open311_categories(tx, &all, &n, f));
    TRY(conditions_of(tx, (Str){ 0 }, &conditions, f));
    for (size_t i = 0; i < n; i++)
        TRY(show(tx, &all[i], &conditions, in->english, (Open311Service *)ret->rows + i, f));
    ret->n = n;
    return OK;
}

/* ---- the definition of one ---- */

/* The one question beyond the words: which of its filing conditions it looks like. */
static Err ask_condition(Tx *tx, const Conditions *all, bool english, Open311Attribute *ret, Fault *f) {
    Open311Value *values = arena_take(tx_arena(tx), all->n * sizeof *values);

    if (!values)
        return fault_arena(f);
    for (size_t i = 0; i < all->n; i++) {
        values[i] =
            (Open311Value){ .key = all->rows[i].code, .name = english ? all->rows[i].en : all->rows[i].zh };
        values[i].has.key = values[i].has.name = true;
    }
    *ret = (Open311Attribute){ .variable = true,
                               .code = str("condition"),
                               .datatype = str("singlevaluelist"),
                               .required = false,
                               .datatype_description = str(english ? "One of the list" : "列表中的一项"),
                               .order = 1,
                               .description = str(english ? "What it looks like" : "最像哪一种情形"),
                               .values = { values, all->n } };
    ret->has.variable = ret->has.code = ret->has.datatype = ret->has.required = ret->has.datatype_description =
        ret->has.order = ret->has.description = ret->has.values = true;
    return OK;
}

Err open311_definition(Tx *tx, const Open311Ask *in, const Actor *by, Open311Definition *ret, Fault *f) {
    const Category *all;
    Conditions conditions;
    size_t n;

    (void)by;
    TRY(open311_judge(tx, in->has.jurisdiction_id, in->jurisdiction_id, f));
    TRY(open311_categories(tx, &all, &n, f));
    const Category *c = open311_category(all, n, in->has.service_code ? in->service_code : (Str){ "", 0 });
    if (!c)
        return fault(f, ERR_NOT_FOUND, "service_unknown", "service_code", "没有这个服务代码。",
                     "There is no such service_code.");
    TRY(conditions_of(tx, c->code, &conditions, f));
    Open311Definition d = { .service_code = c->code };
    Open311Attribute *a = arena_take(tx_arena(tx), sizeof *a);
    if (!a)
        return fault_arena(f);
    if (conditions.n)
        TRY(ask_condition(tx, &conditions, in->english, a, f));
    d.attributes = (List){ a, conditions.n > 0 };
    d.has.service_code = d.has.attributes = true;
    *ret = d;
    return OK;
}
