/* orgs_read – which list it is, and its rows as values. A heading is looked for among the
 * usual ones; one in which persons stand is passed over with its reason, so that nothing
 * of it is ever in memory beyond the row that is being read. */
#include "orgs_plan.h"

#include "table.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { HEADING_ROWS = 5, TEXT_MAX = 400, DIGITS_OF_A_PHONE = 11, DIGITS_OF_AN_ID = 17 };

static const struct {
    const char *title, *others;
} columns[] = {
#define COLUMN(name, title, others) { title, others },
#define LEFT(word, why)
#include "orgs_columns.def"
};

typedef enum Left { LEFT_PERSON, LEFT_CONTACT, LEFT_IDENTITY, LEFT_TRAIT, LEFT_COUNTED } Left;

static const struct {
    const char *word;
    Left why;
} left_words[] = {
#define COLUMN(name, title, others)
#define LEFT(word, why) { word, why },
#include "orgs_columns.def"
};

static const struct {
    const char *zh, *en;
} left_why[] = {
    [LEFT_PERSON] = { "人名：谁任职由账号的岗位说明，名单不导入",
                      "names of persons: who holds a seat stands in the account's post, no list is kept" },
    [LEFT_CONTACT] = { "联系方式：不在组织名册里保存", "how to reach persons is not kept with organisations" },
    [LEFT_IDENTITY] = { "身份证件号：系统不保存", "identity numbers are never kept" },
    [LEFT_TRAIT] = { "个人特征：系统不保存", "what describes a person is never kept" },
    [LEFT_COUNTED] = { "由系统自己计数，不导入", "this is counted, not entered" },
};

const char *orgs_title(OrgsColumn column) { return columns[column].title; }

/* ---- headings ---- */

static bool is_one_of(Str s, const char *words) {
    while (*words) {
        size_t n = strcspn(words, "|");
        if (s.n == n && memcmp(s.p, words, n) == 0)
            return true;
        words += n + (words[n] == '|');
    }
    return false;
}

static int column_of(Str heading) {
    for (int i = 0; i < ORGS_COLUMNS; i++)
        if (str_is(heading, columns[i].title) || is_one_of(heading, columns[i].others))
            return i;
    return -1;
}

/* A person's column whose name is a seat: 党小组长, 居民楼组长, 楼组长, 网格长 … */
static SeatKind seat_headed(Str heading) {
    char word[100];
    size_t n = heading.n >= 6 && memcmp(heading.p + heading.n - 6, "姓名", 6) == 0 ? heading.n - 6 : heading.n;

    snprintf(word, sizeof word, "%.*s", (int)(n < 99 ? n : 99), heading.p);
    if (strcmp(word, "楼组长") == 0 || strcmp(word, "居民组长") == 0)
        return SEAT_RESIDENTS;
    if (strcmp(word, "党小组组长") == 0)
        return SEAT_GROUP_LEADER;
    for (size_t i = 0; i < seat_kind_choices.n; i++)
        if (strcmp(word, seat_kind_choices.list[i].zh) == 0)
            return (SeatKind)seat_kind_choices.list[i].number;
    return 0;
}

static Err leave_known(OrgsPlan *p, Str heading, Fault *f) {
    for (size_t i = 0; i < COUNT(left_words); i++)
        if (memmem(heading.p, heading.n, left_words[i].word, strlen(left_words[i].word)))
            return orgs_leave_out(p, heading, left_why[left_words[i].why].zh, left_why[left_words[i].why].en,
                                  f);
    return orgs_leave_out(p, heading, "不认识这一列，未读", "no column is known by this heading", f);
}

static bool looks_like_headings(const Str *cells, int32_t n) {
    int known = 0;

    for (int32_t i = 0; i < n; i++)
        known += column_of(cells[i]) >= 0 || seat_headed(cells[i]) != 0;
    return known >= 2;
}

static Err take_heading(OrgsPlan *p, Str heading, int32_t at, Fault *f) {
    int column = column_of(heading);
    SeatKind seat = seat_headed(heading);

    for (int i = 0; seat && i < SEATS_IN_ROW; i++)
        if (!p->headed[i]) {
            p->headed[i] = seat;
            seat = 0;
        }
    if (column < 0)
        return leave_known(p, heading, f);
    if (p->at[column] >= 0)
        return orgs_leave_out(p, heading, "前面已有同义的一列，未读", "a column before it says the same", f);
    p->at[column] = at;
    return str_copy(&p->texts, heading, &p->headings[column], f);
}

static bool there(const OrgsPlan *p, OrgsColumn c) { return p->at[c] >= 0; }

static Err judge_headings(OrgsPlan *p, Fault *f) {
    bool orgs = there(p, ORGS_CODE) || there(p, ORGS_NAME);
    bool reasons = there(p, ORGS_REASON) && there(p, ORGS_AREA);

    if (there(p, ORGS_PLACE) || there(p, ORGS_PLACE_CODE))
        p->report->list = LIST_COVERS;
    else if (there(p, ORGS_SEAT) || (!orgs && p->headed[0]))
        p->report->list = LIST_SEATS;
    else if (!reasons && !(there(p, ORGS_CODE) && there(p, ORGS_NAME)))
        return fault(f, ERR_INVALID, "orgs_columns", there(p, ORGS_CODE) ? "name" : "code",
                     "表里缺列“%s”：组织名册要有组织代码和组织名称，席位表要有席位，覆盖清单要有地点。",
                     "The table lacks the column “%s”: a list of organisations has code and name, one of seats "
                     "seat, one of covers place.",
                     orgs_title(there(p, ORGS_CODE) ? ORGS_NAME : ORGS_CODE));
    return OK;
}

static Err read_headings(OrgsPlan *p, const Str *cells, int32_t n, Fault *f) {
    for (int i = 0; i < ORGS_COLUMNS; i++)
        p->at[i] = -1;
    for (int32_t i = 0; i < n; i++)
        if (cells[i].n)
            TRY(take_heading(p, cells[i], i, f));
    p->is_headed = true;
    return judge_headings(p, f);
}

/* ---- values ---- */

static Err wrong(OrgsPlan *p, OrgsRow *r, OrgsColumn c, const char *zh, const char *en, Fault *f) {
    char sentence[2][300];
    int n = (int)(r->of[c].n < 60 ? r->of[c].n : 60);

    while (n > 0 && n < (int)r->of[c].n && ((unsigned char)r->of[c].p[n] & 0xC0) == 0x80)
        n--; /* not within a letter */
    snprintf(sentence[0], sizeof sentence[0], "“%.*s”%s", n, r->of[c].p, zh);
    snprintf(sentence[1], sizeof sentence[1], "“%.*s” %s", n, r->of[c].p, en);
    return orgs_refuse(p, r, c, sentence[0], sentence[1], f);
}

/* Up to `most` digits at *at, which moves on; -1: none, or more than that. */
static int32_t digits_at(Str s, size_t *at, size_t most) {
    int32_t n = 0;
    size_t from = *at;

    while (*at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9' && *at - from < most)
        n = n * 10 + (s.p[(*at)++] - '0');
    bool goes_on = *at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9';
    return *at == from || (goes_on && most < 4) ? -1 : n;
}

/* 2026-01-31, 2026/1/31, 2026.1.31, 2026年1月31日, 20260131; a time behind it does not count. */
static bool day_written(Str s, int32_t *ret) {
    static const size_t most[] = { 4, 2, 2 };
    int32_t part[3];
    size_t at = 0;
    char iso[40];

    if (s.n == 8 && strspn(s.p, "0123456789") == 8) {
        snprintf(iso, sizeof iso, "%.4s-%.2s-%.2s", s.p, s.p + 4, s.p + 6);
        return day_parse(iso, ret);
    }
    for (int k = 0; k < 3; k++) {
        size_t from = at;
        while (k && at < s.n && (s.p[at] < '0' || s.p[at] > '9'))
            at++;
        part[k] = (k && (at == from || at - from > 3)) ? -1 : digits_at(s, &at, most[k]);
        if (part[k] < 0)
            return false;
    }
    snprintf(iso, sizeof iso, "%04d-%02d-%02d", part[0], part[1], part[2]);
    return day_parse(iso, ret);
}

static Err read_day(OrgsPlan *p, OrgsRow *r, OrgsColumn c, int32_t *ret, Fault *f) {
    *ret = 0;
    if (r->of[c].n == 0 || day_written(r->of[c], ret))
        return OK;
    return wrong(p, r, c, "不是日期，应如 2026-01-31", "is no day such as 2026-01-31", f);
}

static Err read_count(OrgsPlan *p, OrgsRow *r, OrgsColumn c, int32_t *ret, Fault *f) {
    Str s = r->of[c];
    int64_t n = 0;

    *ret = s.n ? 0 : NO_NUMBER;
    for (size_t i = 0; i < s.n; i++) {
        n = n * 10 + (s.p[i] - '0');
        if (s.p[i] < '0' || s.p[i] > '9' || n > 1000000)
            return wrong(p, r, c, "应是不小于 0 的整数", "should be a whole number, 0 or more", f);
        *ret = (int32_t)n;
    }
    return OK;
}

static Err read_choice(OrgsPlan *p, OrgsRow *r, OrgsColumn c, const Choices *set, void *ret, Fault *f) {
    Str s = r->of[c];

    for (size_t i = 0; s.n && i < set->n; i++)
        if (str_is(s, set->list[i].zh) || str_is(s, set->list[i].word) || str_is(s, set->list[i].en)) {
            memcpy(ret, &set->list[i].number, sizeof(int32_t));
            return OK;
        }
    return s.n ? wrong(p, r, c, "不是这一列可用的词", "is no word of this column", f) : OK;
}

static Err read_words(OrgsPlan *p, OrgsRow *r, Fault *f) {
    static_assert(sizeof(OrgKind) == 4 && sizeof(SeatKind) == 4 && sizeof(PlaceKind) == 4, "read as int32");
    TRY(read_choice(p, r, ORGS_KIND, &org_kind_choices, &r->kind, f));
    TRY(read_choice(p, r, ORGS_LEVEL, &area_level_choices, &r->level, f));
    TRY(read_choice(p, r, ORGS_STATE, &area_state_choices, &r->state, f));
    TRY(read_choice(p, r, ORGS_SEAT, &seat_kind_choices, &r->seat, f));
    TRY(read_choice(p, r, ORGS_PLACE_KIND, &place_kind_choices, &r->place_kind, f));
    return read_choice(p, r, ORGS_FIELD, &cover_field_choices, &r->field, f);
}

static Err read_numbers(OrgsPlan *p, OrgsRow *r, Fault *f) {
    TRY(read_day(p, r, ORGS_SINCE, &r->since, f));
    TRY(read_day(p, r, ORGS_UNTIL, &r->until, f));
    TRY(read_day(p, r, ORGS_DAY, &r->day, f));
    TRY(read_day(p, r, ORGS_COUNTED, &r->counted, f));
    TRY(read_day(p, r, ORGS_SERVES_SINCE, &r->serves_since, f));
    TRY(read_day(p, r, ORGS_SERVES_UNTIL, &r->serves_until, f));
    TRY(read_count(p, r, ORGS_MEMBERS, &r->members, f));
    TRY(read_count(p, r, ORGS_PROBATION, &r->probationary, f));
    TRY(read_count(p, r, ORGS_ALL, &r->all, f));
    return read_count(p, r, ORGS_OUGHT, &r->ought, f);
}

/* A telephone or identity number in a cell of words: somebody wrote a person into it. */
static bool holds_a_person(Str s) {
    size_t run = 0;

    for (size_t i = 0; i <= s.n; i++) {
        bool digit = i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
        if (!digit && ((run == DIGITS_OF_A_PHONE && s.p[i - run] == '1') || run >= DIGITS_OF_AN_ID))
            return true;
        run = digit ? run + 1 : 0;
    }
    return false;
}

static Err judge_texts(OrgsPlan *p, OrgsRow *r, Fault *f) {
    static const struct {
        OrgsColumn column;
        int32_t max;
    } texts[] = { { ORGS_CODE, 40 },    { ORGS_NAME, 120 },     { ORGS_PARENT, 120 }, { ORGS_AREA, 80 },
                  { ORGS_REASON, 400 }, { ORGS_NOTE, 300 },     { ORGS_PLACE, 120 },  { ORGS_PLACE_CODE, 60 },
                  { ORGS_INTO, 120 },   { ORGS_AREA_NAME, 80 }, { ORGS_GRID, 80 },    { ORGS_SERVED, 80 },
                  { ORGS_MATTER, 400 } };
    static const OrgsColumn free_words[] = { ORGS_NAME, ORGS_REASON, ORGS_NOTE, ORGS_PLACE };

    for (size_t i = 0; i < COUNT(texts); i++) {
        Str s = r->of[texts[i].column];
        if (utf8_count(s.p, s.n) > texts[i].max)
            TRY(orgs_refuse(p, r, texts[i].column, "太长", "is too long", f));
    }
    for (size_t i = 0; i < COUNT(free_words); i++)
        if (holds_a_person(r->of[free_words[i]]))
            TRY(orgs_refuse(p, r, free_words[i], "里面像有电话或身份证号，请删去",
                            "seems to hold a telephone or identity number: take it out", f));
    return OK;
}

/* ---- a row ---- */

static Err judge_org(OrgsPlan *p, OrgsRow *r, Fault *f) {
    bool named = r->of[ORGS_CODE].n || r->of[ORGS_NAME].n;

    bool of_areas = !there(p, ORGS_CODE) && !there(p, ORGS_NAME);
    if (!named && (of_areas || r->of[ORGS_REASON].n))
        return OK; /* an area, and why it has none – if somebody has written it yet */
    if (r->of[ORGS_CODE].n == 0)
        return orgs_refuse(p, r, ORGS_CODE, "是空的", "is empty", f);
    if (r->of[ORGS_NAME].n == 0)
        return orgs_refuse(p, r, ORGS_NAME, "是空的", "is empty", f);
    int32_t full = r->all - (r->probationary > 0 ? r->probationary : 0);
    if (r->members < 0 && r->all >= 0)
        r->members = full < 0 ? 0 : full;
    if (r->all >= 0 && r->probationary >= 0 && r->members + r->probationary != r->all)
        return orgs_refuse(p, r, ORGS_ALL, "不等于正式与预备党员之和",
                           "is not the sum of full and probationary members", f);
    return OK;
}

static Err judge_row(OrgsPlan *p, OrgsRow *r, Fault *f) {
    TRY(judge_texts(p, r, f));
    if (r->since && r->until && r->until < r->since)
        TRY(orgs_refuse(p, r, ORGS_UNTIL, "早于开始的日期", "lies before its beginning", f));
    if (p->report->list == LIST_ORGS)
        return judge_org(p, r, f);
    if (p->report->list == LIST_SEATS && there(p, ORGS_SEAT) && !r->seat && !r->refused)
        return orgs_refuse(p, r, ORGS_SEAT, "是空的", "is empty", f);
    if (p->report->list == LIST_COVERS && r->of[ORGS_PLACE].n == 0 && r->of[ORGS_PLACE_CODE].n == 0)
        return orgs_refuse(p, r, ORGS_PLACE, "是空的", "is empty", f);
    return OK;
}

static Err take_row(void *ctx, int64_t number, const Str *cells, int32_t n, Fault *f) {
    OrgsPlan *p = ctx;

    if (!p->is_headed) {
        if (looks_like_headings(cells, n))
            return read_headings(p, cells, n, f);
        if (number < HEADING_ROWS)
            return OK; /* a title above the headings */
        return fault(f, ERR_INVALID, "orgs_columns", "code", "前 %d 行里没有认得的列名，至少要有两个。",
                     "No row of the first %d has two headings that are known.", HEADING_ROWS);
    }
    if (p->n == ORGS_ROWS_MAX)
        return fault(f, ERR_LIMIT, "orgs_many", "", "行太多，一次最多 %d 行。",
                     "Too many rows: at most %d at a time.", ORGS_ROWS_MAX);
    OrgsRow *r = &p->rows[p->n];
    *r = (OrgsRow){ .row = number, .waits = -1 };
    bool any = false;
    for (int c = 0; c < ORGS_COLUMNS; c++) {
        Str cell = p->at[c] >= 0 && p->at[c] < n ? cells[p->at[c]] : (Str){ "", 0 };
        any = any || cell.n;
        TRY(str_copy(&p->texts, (Str){ cell.p, cell.n < 4 * TEXT_MAX + 4 ? cell.n : 4 * TEXT_MAX + 4 },
                     &r->of[c], f));
    }
    if (!any)
        return OK;
    memcpy(r->seats, p->headed, sizeof r->seats);
    p->n++;
    TRY(read_words(p, r, f));
    TRY(read_numbers(p, r, f));
    return judge_row(p, r, f);
}

Err orgs_read(OrgsPlan *p, Str bytes, Fault *f) {
    TRY(table_read(bytes, p->how->sheet, take_row, p, f));
    if (!p->is_headed)
        return fault(f, ERR_INVALID, "orgs_columns", "code", "表里没有认得的列名。",
                     "The table has no headings that are known.");
    p->report->rows = p->n;
    return p->n ? OK
                : fault(f, ERR_INVALID, "orgs_none", "", "表里只有列名，没有数据。",
                        "There is nothing below the headings.");
}
