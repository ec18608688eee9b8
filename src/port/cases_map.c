/* cases_map – see cases_map.h. Every member of the object is a row of a table here:
 * its name, and the function that reads it into its place. */
#include "cases_map.h"

#include "date_text.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 5000, WORD_MAX = 400 };

typedef struct MapReader {
    CasesMap *m;
    Arena *a;
    Str zone; /* its name; opened when all is read */
} MapReader;

typedef Err ReadMember(MapReader *r, const char *name, json_t *j, void *to, Fault *f);

static Err wrong(const char *name, const char *zh, const char *en, Fault *f) {
    return fault(f, ERR_INVALID, "map_member", name, "映射文件的“%s”不对：%s。%.0s",
                 "The member “%s” of the mapping is wrong: %.0s%s.", name, zh, en);
}

/* ---- the kinds of members ---- */

static Err read_text(MapReader *r, const char *name, json_t *j, void *to, Fault *f) {
    Str s = { json_string_value(j), json_string_length(j) };

    if (!json_is_string(j) || s.n == 0 || s.n > WORD_MAX || memchr(s.p, 0, s.n))
        return wrong(name, "要是 1 至 400 字节的文字", "it must be a text of 1 to 400 bytes", f);
    return str_copy(r->a, s, to, f);
}

static Err read_texts(MapReader *r, const char *name, json_t *j, void *to, Fault *f) {
    size_t n = json_is_array(j) ? json_array_size(j) : 1;

    (void)to;
    if (n == 0 || n > MAP_TEXTS_MAX)
        return wrong(name, "要是一列或至多 8 列的名称", "it must be the name of a column, or up to eight", f);
    for (size_t i = 0; i < n; i++)
        TRY(read_text(r, name, json_is_array(j) ? json_array_get(j, i) : j, &r->m->texts[i], f));
    r->m->n_texts = n;
    return OK;
}

static Err read_datum(MapReader *r, const char *name, json_t *j, void *to, Fault *f) {
    (void)r;
    if (!json_is_string(j) || !datum_parse(json_string_value(j), to))
        return wrong(name, "可用 wgs84、cgcs2000、gcj02、bd09", "it is one of wgs84, cgcs2000, gcj02, bd09", f);
    return OK;
}

static Err read_names(MapReader *r, const char *name, json_t *j, void *to, Fault *f) {
    const char *word = json_is_string(j) ? json_string_value(j) : "";

    (void)r;
    if (strcmp(word, "mask") != 0 && strcmp(word, "keep") != 0)
        return wrong(name, "可用 mask（隐去，默认）、keep（照原样）", "it is mask (the default) or keep", f);
    *(bool *)to = *word == 'k';
    return OK;
}

static bool degree_in(json_t *j, double limit, int32_t *ret) {
    double d = json_number_value(j);

    if (!json_is_number(j) || !(fabs(d) <= limit))
        return false;
    *ret = (int32_t)lround(d * 1e7);
    return true;
}

static Err read_placeholders(MapReader *r, const char *name, json_t *j, void *to, Fault *f) {
    size_t n = json_array_size(j);

    (void)to;
    if (!json_is_array(j) || n > MAP_PLACEHOLDERS_MAX)
        return wrong(name, "要是至多 16 个 [经度, 纬度]", "it must be up to 16 pairs [longitude, latitude]", f);
    for (size_t i = 0; i < n; i++) {
        json_t *pair = json_array_get(j, i);
        Point *p = &r->m->placeholders[i];
        if (json_array_size(pair) != 2 || !degree_in(json_array_get(pair, 0), 180, &p->lon) ||
            !degree_in(json_array_get(pair, 1), 90, &p->lat))
            return wrong(name, "要是 [经度, 纬度]，以度为单位", "each is [longitude, latitude] in degrees", f);
    }
    r->m->n_placeholders = n;
    return OK;
}

/* ---- lookups ---- */

static int word_order(const void *x, const void *y) {
    const MapWord *a = x, *b = y;
    size_t n = a->from.n < b->from.n ? a->from.n : b->from.n;
    int order = memcmp(a->from.p, b->from.p, n);

    return order ? order : a->from.n < b->from.n ? -1 : a->from.n > b->from.n;
}

Str map_word(const MapLookup *l, Str word) {
    MapWord key = { .from = word };
    const MapWord *found = l->n ? bsearch(&key, l->words, l->n, sizeof *l->words, word_order) : NULL;

    return found ? found->to : word;
}

static Err read_words(MapReader *r, const char *name, json_t *j, MapLookup *l, Fault *f) {
    const char *from;
    json_t *to;
    size_t n = json_object_size(j);

    if (!json_is_object(j) || n > WORDS_MAX)
        return wrong(name, "values 要是“原词: 代码”", "values must be an object of words and codes", f);
    MapWord *words = arena_take(r->a, (n + 1) * sizeof *words);
    if (!words)
        return fault_arena(f);
    json_object_foreach (j, from, to) {
        if (!*from)
            return wrong(name, "values 里有空词", "values has an empty word", f);
        TRY(str_copy(r->a, str(from), &words[l->n].from, f));
        TRY(read_text(r, name, to, &words[l->n++].to, f));
    }
    qsort(words, l->n, sizeof *words, word_order);
    l->words = words;
    return OK;
}

static Err read_missing(const char *name, json_t *j, bool may_make, MapMissing *ret, Fault *f) {
    const char *word = json_is_string(j) ? json_string_value(j) : "";

    if (strcmp(word, "reject") == 0)
        *ret = MISSING_REJECT;
    else if (strcmp(word, "empty") == 0)
        *ret = MISSING_EMPTY;
    else if (strcmp(word, "make") == 0 && may_make)
        *ret = MISSING_MAKE;
    else
        return may_make
                   ? wrong(name, "missing 可用 reject、empty、make", "missing is one of reject, empty, make", f)
                   : wrong(name, "missing 可用 reject、empty", "missing is one of reject, empty", f);
    return OK;
}

/* What a unit or a condition is given when it is made. */
typedef Err ReadMake(MapReader *r, const char *name, const char *member, json_t *j, Fault *f);

static Err make_whole(MapReader *r, const char *name, json_t *j, ReadMake *make, Fault *f) {
    const char *member;
    json_t *value;

    if (!json_is_object(j))
        return wrong(name, "make 要是一个对象", "make must be an object", f);
    json_object_foreach (j, member, value)
        TRY(make(r, name, member, value, f));
    return OK;
}

static Err read_lookup(MapReader *r, const char *name, json_t *j, MapLookup *l, ReadMake *make, Fault *f) {
    const char *member;
    json_t *value;

    if (json_is_string(j))
        return read_text(r, name, j, &l->column, f);
    if (!json_is_object(j))
        return wrong(name, "要是列名，或有 column 的对象", "it must be a column, or an object with one", f);
    json_object_foreach (j, member, value) {
        if (strcmp(member, "column") == 0)
            TRY(read_text(r, name, value, &l->column, f));
        else if (strcmp(member, "values") == 0)
            TRY(read_words(r, name, value, l, f));
        else if (strcmp(member, "missing") == 0)
            TRY(read_missing(name, value, make != NULL, &l->missing, f));
        else if (strcmp(member, "make") == 0 && make)
            TRY(make_whole(r, name, value, make, f));
        else
            return wrong(name, "有不认识的成员（可用 column、values、missing、make）",
                         "it has an unknown member (there are column, values, missing, make)", f);
    }
    return l->column.n ? OK : wrong(name, "缺 column", "column is missing", f);
}

static Err make_condition(MapReader *r, const char *name, const char *member, json_t *j, Fault *f) {
    Condition *c = &r->m->made_condition;
    const Choice *choice = NULL;
    Str word = { json_string_value(j), json_string_length(j) };

    if (strcmp(member, "category") == 0)
        return read_text(r, name, j, &c->category, f);
    if (strcmp(member, "finish_limit") == 0) {
        if (!json_is_integer(j) || json_integer_value(j) < 1 || json_integer_value(j) > 100000)
            return wrong(name, "finish_limit 要是 1 至 100000", "finish_limit is a number from 1 to 100000", f);
        c->finish_limit = (int32_t)json_integer_value(j);
        return OK;
    }
    if (strcmp(member, "finish_clock") == 0 && (choice = choice_worded(&clock_unit_choices, word)))
        c->finish_clock = (ClockUnit)choice->number;
    if (strcmp(member, "open_to") == 0 && (choice = choice_worded(&publicity_choices, word)))
        c->open_to = (Publicity)choice->number;
    return choice
               ? OK
               : wrong(name, "make 可用 category、finish_limit、finish_clock、open_to",
                       "make has category, finish_limit, finish_clock (as work_day), open_to (no, area, point)",
                       f);
}

static Err make_unit(MapReader *r, const char *name, const char *member, json_t *j, Fault *f) {
    const Choice *kind = NULL;
    Str word = { json_string_value(j), json_string_length(j) };

    if (strcmp(member, "area") == 0)
        return read_text(r, name, j, &r->m->made_unit_area, f);
    if (strcmp(member, "kind") == 0 && (kind = choice_worded(&org_kind_choices, word)))
        r->m->made_unit_kind = (OrgKind)kind->number;
    return kind ? OK
                : wrong(name, "make 可用 area（网格代码）、kind（如 agency）",
                        "make has area (the code of one) and kind (as agency)", f);
}

static Err read_condition(MapReader *r, const char *name, json_t *j, void *to, Fault *f) {
    return read_lookup(r, name, j, to, make_condition, f);
}
static Err read_unit(MapReader *r, const char *name, json_t *j, void *to, Fault *f) {
    return read_lookup(r, name, j, to, make_unit, f);
}
static Err read_category(MapReader *r, const char *name, json_t *j, void *to, Fault *f) {
    return read_lookup(r, name, j, to, NULL, f);
}

/* Every word must lead to a state that an import may give. */
static Err read_status(MapReader *r, const char *name, json_t *j, void *to, Fault *f) {
    MapLookup *l = to;

    TRY(read_lookup(r, name, j, l, NULL, f));
    for (size_t i = 0; i < l->n; i++)
        if (!str_is(l->words[i].to, "accepted") && !str_is(l->words[i].to, "closed") &&
            !str_is(l->words[i].to, "rejected"))
            return wrong(name, "状态可用 accepted、closed、rejected", "a state is accepted, closed or rejected",
                         f);
    return l->n ? OK : wrong(name, "缺 values", "values is missing", f);
}

/* ---- the object ---- */

#define MEMBER(name, read, place) \
    { name, read, offsetof(CasesMap, place) }
static const struct {
    const char *name;
    ReadMember *read;
    size_t at;
} members[] = {
    MEMBER("external_no", read_text, external_no),
    MEMBER("text", read_texts, texts),
    MEMBER("spot", read_text, spot),
    MEMBER("lon", read_text, lon),
    MEMBER("lat", read_text, lat),
    MEMBER("crs", read_datum, datum),
    MEMBER("placeholders", read_placeholders, placeholders),
    MEMBER("reported", read_text, reported),
    MEMBER("due", read_text, due),
    MEMBER("closed", read_text, closed),
    MEMBER("date", read_text, date),
    MEMBER("status", read_status, status),
    MEMBER("category", read_category, category),
    MEMBER("condition", read_condition, condition),
    MEMBER("unit", read_unit, unit),
    MEMBER("names", read_names, as_it_stands),
};

static Err read_member(MapReader *r, const char *name, json_t *j, Fault *f) {
    if (strcmp(name, "zone") == 0)
        return read_text(r, name, j, &r->zone, f);
    for (size_t i = 0; i < COUNT(members); i++)
        if (strcmp(members[i].name, name) == 0)
            return members[i].read(r, name, j, (char *)r->m + members[i].at, f);
    return fault(
        f, ERR_INVALID, "map_unknown", "",
        "映射文件有不认识的“%.60s”：可用 external_no、text、spot、lon、lat、crs、placeholders、reported、due、"
        "closed、date、zone、status、category、condition、unit、names。",
        "The mapping has an unknown member “%.60s”: there are external_no, text, spot, lon, lat, crs, "
        "placeholders, reported, due, closed, date, zone, status, category, condition, unit, names.",
        name);
}

static Err check_whole(const MapReader *r, Fault *f) {
    const CasesMap *m = r->m;

    if (!m->external_no.n)
        return wrong("external_no", "缺外部编号的列", "the column of the external number is missing", f);
    if (!m->n_texts)
        return wrong("text", "缺内容的列", "the column of the text is missing", f);
    if (!m->reported.n)
        return wrong("reported", "缺上报时间的列", "the column of the reporting time is missing", f);
    if (!r->zone.n)
        return wrong("zone", "缺时区，如 Asia/Shanghai", "the zone of its times is missing, as Asia/Shanghai",
                     f);
    if (!m->lon.n != !m->lat.n)
        return wrong(m->lon.n ? "lat" : "lon", "经度和纬度要一起给", "longitude and latitude go together", f);
    if (m->condition.missing == MISSING_MAKE &&
        (!m->made_condition.category.n || !m->made_condition.finish_limit))
        return wrong("condition", "missing 为 make 时，make 要有 category 和 finish_limit",
                     "with missing = make it needs make with category and finish_limit", f);
    if (m->unit.missing == MISSING_MAKE && !m->made_unit_area.n)
        return wrong("unit", "missing 为 make 时，make 要有 area",
                     "with missing = make it needs make with area", f);
    return date_format_check(m->date, f);
}

static Err read_whole(MapReader *r, json_t *root, Fault *f) {
    const char *name;
    json_t *j;

    if (!json_is_object(root))
        return fault(f, ERR_INVALID, "map_object", "", "映射文件要是一个 JSON 对象。",
                     "The mapping must be one JSON object.");
    json_object_foreach (root, name, j)
        TRY(read_member(r, name, j, f));
    TRY(check_whole(r, f));
    return zone_open(r->zone.p, &r->m->zone, f); /* the last that can fail: nothing to close */
}

static Err not_json(const json_error_t *e, Fault *f) {
    if (mem_failed)
        return fault_memory(f);
    return fault(f, ERR_INVALID, "map_json", "", "映射文件不是有效的 JSON（第 %d 行，第 %d 列）：%.0s%.100s。",
                 "The mapping is no valid JSON (line %d, column %d%.0s): %.100s.", e->line, e->column, "",
                 e->text);
}

static Err read_json(MapReader *r, Str json, Fault *f) {
    json_error_t error;

    if (json.n > MAP_BYTES_MAX)
        return fault(f, ERR_LIMIT, "map_long", "", "映射文件太大，最多 1 MB。",
                     "The mapping is too large: at most 1 MB.");
    mem_failed = false;
    json_t *root = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        return not_json(&error, f);
    Err e = read_whole(r, root, f);
    json_decref(root);
    return e;
}

Err cases_map_read(Str json, Arena *a, CasesMap **ret, Fault *f) {
    MapReader r = { .m = arena_take(a, sizeof *r.m), .a = a };

    if (!r.m)
        return fault_arena(f);
    *r.m = (CasesMap){
        .date = str("iso"),
        .datum = DATUM_WGS84,
        .made_condition = { .finish_clock = CLOCK_WORK_DAY, .duty = DUTY_OWN, .open_to = PUBLIC_NO },
        .made_unit_kind = ORG_AGENCY
    };
    TRY(read_json(&r, json, f));
    *ret = r.m;
    return OK;
}

void cases_map_end(CasesMap *m) {
    if (m)
        zone_close(m->zone);
}
