/* cases_names – see cases_names.h. One open table of kind and code; a code that is
 * not there is remembered too, so that a thousand wrong rows are one question. */
#include "cases_names.h"

#include "area.h"
#include "catalogue.h"
#include "org.h"

#include <string.h>

enum { SLOTS = 8192, FILLED_MAX = SLOTS / 2, TEXT_ROOM = 1 << 20, ASK_ROOM = 1 << 20 };

typedef enum NameKind { NAME_NONE, NAME_CONDITION, NAME_UNIT, NAME_CATEGORY } NameKind;

typedef struct Name {
    NameKind kind;
    Str code, category;
    int64_t id; /* 0: there is none */
} Name;

struct Names {
    Store *store;
    const CasesMap *map;
    Name slots[SLOTS];
    size_t filled;
    Arena texts, ask;
    AreaId made_area;
    NamesMade made;
};

/* ---- the table ---- */

static size_t slot_of(NameKind kind, Str code) {
    uint64_t h = 1469598103934665603u + (uint64_t)kind;

    for (size_t i = 0; i < code.n; i++)
        h = (h ^ (unsigned char)code.p[i]) * 1099511628211u;
    return (size_t)(h % SLOTS);
}

/* Its slot, or the free one where it belongs. */
static Name *find(Names *n, NameKind kind, Str code) {
    size_t at = slot_of(kind, code);

    while (n->slots[at].kind != NAME_NONE && (n->slots[at].kind != kind || !str_same(n->slots[at].code, code)))
        at = (at + 1) % SLOTS;
    return &n->slots[at];
}

static void forget(Names *n) {
    memset(n->slots, 0, sizeof n->slots);
    n->filled = 0;
    n->texts.used = 0;
}

static Err remember(Names *n, NameKind kind, Str code, int64_t id, Str category, const Name **ret, Fault *f) {
    if (n->filled == FILLED_MAX || n->texts.size - n->texts.used < 4096)
        forget(n);
    Name *name = find(n, kind, code);
    Name made = { .kind = kind, .id = id };
    TRY(str_copy(&n->texts, code, &made.code, f));
    TRY(str_copy(&n->texts, category, &made.category, f));
    *name = made;
    n->filled++;
    *ret = name;
    return OK;
}

/* ---- the database ---- */

typedef struct Asking {
    Names *names;
    NameKind kind;
    Str code;
    int64_t id;
    Str category;
} Asking;

static Err ask_condition(Tx *tx, Asking *a, Fault *f) {
    ConditionFind find = { .code = a->code, .limit = 1 };
    Actor by;
    Condition c;
    Page page = { &c, 0, 1 };

    find.has.code = true;
    actor_public(&by);
    TRY(condition_list(tx, &find, &by, &page, f));
    if (page.n) {
        a->id = c.id.v;
        a->category = c.category;
    }
    return OK;
}

static Err ask_category(Tx *tx, Asking *a, Fault *f) {
    CategoryFind find = { .code = a->code, .limit = 1 };
    Actor by;
    Category c;
    Page page = { &c, 0, 1 };

    find.has.code = true;
    actor_public(&by);
    TRY(category_list(tx, &find, &by, &page, f));
    a->id = page.n ? c.id.v : 0;
    return OK;
}

static Err ask_unit(Tx *tx, Asking *a, Fault *f) {
    Org o;
    Err e = org_by_code(tx, a->code, &o, f);

    if (e == OK)
        a->id = o.id.v;
    return e == ERR_NOT_FOUND ? OK : e;
}

static Err ask(Tx *tx, void *arg, Fault *f) {
    Asking *a = arg;

    a->names->ask.used = 0;
    a->id = 0;
    a->category = (Str){ 0 };
    tx_lend(tx, &a->names->ask);
    return a->kind == NAME_CONDITION  ? ask_condition(tx, a, f)
           : a->kind == NAME_CATEGORY ? ask_category(tx, a, f)
                                      : ask_unit(tx, a, f);
}

/* ---- making what is missing ---- */

static Err too_long(Str code, int most, Fault *f) {
    return fault(
        f, ERR_INVALID, "made_code_long", "",
        "“%.*s”太长，不能新建：代码最多 %d 个字。请在映射的 values 里给它一个代码。",
        "“%.*s” is too long to be made: a code has at most %d characters. Give it one in the mapping's "
        "values.",
        (int)(code.n < 90 ? code.n : 90), code.p, most);
}

static Err make_condition(Tx *tx, void *arg, Fault *f) {
    Asking *a = arg;
    Condition c = a->names->map->made_condition, made;

    a->names->ask.used = 0;
    tx_lend(tx, &a->names->ask);
    c.code = c.zh = c.en = a->code;
    TRY(condition_add(tx, &c, &made, f));
    a->id = made.id.v;
    a->category = c.category;
    return OK;
}

static Err make_unit(Tx *tx, void *arg, Fault *f) {
    Asking *a = arg;
    Org made;

    a->names->ask.used = 0;
    tx_lend(tx, &a->names->ask);
    TRY(org_put(tx, a->code, a->code, a->names->map->made_unit_kind, a->names->made_area, &made, f));
    a->id = made.id.v;
    return OK;
}

static Err make(Names *n, Asking *a, Fault *f) {
    int most = a->kind == NAME_UNIT ? 40 : 80;

    if (utf8_count(a->code.p, a->code.n) > most)
        return too_long(a->code, most, f);
    TRY(store_write_now(n->store, a->kind == NAME_UNIT ? make_unit : make_condition, a, false, f));
    if (a->kind == NAME_UNIT)
        n->made.units++;
    else
        n->made.conditions++;
    return OK;
}

static Err look_up(Names *n, NameKind kind, Str code, MapMissing missing, const Name **ret, Fault *f) {
    Asking a = { .names = n, .kind = kind, .code = code };
    const Name *known = find(n, kind, code);

    if (known->kind == NAME_NONE) {
        TRY(store_read(n->store, -1, ask, &a, f));
        if (!a.id && missing == MISSING_MAKE)
            TRY(make(n, &a, f));
        TRY(remember(n, kind, code, a.id, a.category, &known, f));
    }
    *ret = known;
    return OK;
}

Err names_condition(Names *n, Str code, ConditionNamed *ret, Fault *f) {
    const Name *name;

    TRY(look_up(n, NAME_CONDITION, code, n->map->condition.missing, &name, f));
    *ret = (ConditionNamed){ { name->id }, name->category };
    return OK;
}

Err names_unit(Names *n, Str code, OrgId *ret, Fault *f) {
    const Name *name;

    TRY(look_up(n, NAME_UNIT, code, n->map->unit.missing, &name, f));
    *ret = (OrgId){ name->id };
    return OK;
}

Err names_category(Names *n, Str code, bool *ret_there, Fault *f) {
    const Name *name;

    TRY(look_up(n, NAME_CATEGORY, code, MISSING_EMPTY, &name, f));
    *ret_there = name->id != 0;
    return OK;
}

NamesMade names_made(const Names *n) { return n->made; }

/* ---- begin and end ---- */

static Err find_area(Tx *tx, void *arg, Fault *f) {
    Names *n = arg;
    Area area;

    n->ask.used = 0;
    tx_lend(tx, &n->ask);
    TRY(area_governing_by_code(tx, n->map->made_unit_area, &area, f));
    n->made_area = area.id;
    return OK;
}

Err names_new(Store *s, const CasesMap *m, Names **ret, Fault *f) {
    const Condition *made = &m->made_condition;
    Names *n = NULL;

    if (m->condition.missing == MISSING_MAKE && !publicity_allowed(made->category, made->open_to))
        return fault(f, ERR_INVALID, "map_publicity", "condition", "类别 %.40s 的案件不得公开到这个程度。",
                     "Cases of the category %.40s must not be as public as this.", made->category.p);
    n = mem_alloc(sizeof *n);
    if (!n)
        return fault_memory(f);
    memset(n, 0, sizeof *n);
    n->store = s;
    n->map = m;
    Err e = arena_begin(&n->texts, TEXT_ROOM, f);
    e = e == OK ? arena_begin(&n->ask, ASK_ROOM, f) : e;
    if (e == OK && m->unit.missing == MISSING_MAKE)
        e = store_read(s, -1, find_area, n, f);
    if (e != OK) {
        names_free(n);
        return e;
    }
    *ret = n;
    return OK;
}

void names_free(Names *n) {
    if (!n)
        return;
    arena_end(&n->texts);
    arena_end(&n->ask);
    mem_free(n);
}
