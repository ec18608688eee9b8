/* setting – see setting.h. The table says which settings there are, who changes them
 * and what they must be like; a name that is not in it cannot be stored. */
#include "setting.h"

#include "petition_steps.h"
#include "system_q.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MAX = 60, CALLS_MAX = 10, SOON_MAX = 100000, LEAST_MAX = 1000, WORDS_MAX = 50, WORD_MAX = 20 };

static Err check_name(Str value, Fault *f) {
    if (utf8_count(value.p, value.n) <= NAME_MAX)
        return OK;
    return fault(f, ERR_INVALID, "setting_long", "value", "名称太长，最多 %d 个字。",
                 "The name is too long: at most %d characters.", NAME_MAX);
}

/* "110 警察 Police": a number, a Chinese name without spaces, an English one. */
static bool is_call(Str line) {
    size_t i = 0, words = 1;

    for (; i < line.n && strchr("0123456789+-", line.p[i]); i++)
        ;
    bool number = i > 0 && i < line.n && line.p[i] == ' ';
    for (; number && i < line.n; i++)
        words += line.p[i] == ' ' && i + 1 < line.n && line.p[i + 1] != ' ';
    return number && words >= 3;
}

static Err check_calls(Str value, Fault *f) {
    int32_t line = 0;

    while (value.n) {
        const char *end = memchr(value.p, '\n', value.n);
        size_t n = end ? (size_t)(end - value.p) : value.n;
        if (++line > CALLS_MAX || !is_call((Str){ value.p, n }))
            return fault(
                f, ERR_INVALID, "danger_calls_form", "value",
                "第 %d 行不对：一行一个电话，如“110 警察 Police”（号码、中文名、英文名），最多 %d 行。",
                "Line %d is wrong: one call a line, as in \"110 警察 Police\" (number, Chinese and English "
                "name), at most %d lines.",
                (int)line, CALLS_MAX);
        value = end ? (Str){ end + 1, value.n - n - 1 } : (Str){ "", 0 };
    }
    return OK;
}

/* One a line, of 2 to 20 characters: a single one is in half of all reports. */
static Err check_words(Str value, Fault *f) {
    int32_t line = 0;

    while (value.n) {
        const char *end = memchr(value.p, '\n', value.n);
        size_t n = end ? (size_t)(end - value.p) : value.n, count = (size_t)utf8_count(value.p, n);
        if (++line > WORDS_MAX || count < 2 || count > WORD_MAX)
            return fault(f, ERR_INVALID, "danger_words_form", "value",
                         "第 %d 行不对：一行一个词，2 到 %d 个字，最多 %d 行。",
                         "Line %d is wrong: one word a line, of 2 to %d characters, at most %d lines.",
                         (int)line, WORD_MAX, WORDS_MAX);
        value = end ? (Str){ end + 1, value.n - n - 1 } : (Str){ "", 0 };
    }
    return OK;
}

static bool read_minutes(Str value, int32_t *ret) {
    int32_t n = 0;

    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] < '0' || value.p[i] > '9' || n > SOON_MAX)
            return false;
        n = 10 * n + (value.p[i] - '0');
    }
    *ret = n;
    return n >= 1 && n <= SOON_MAX;
}

static Err check_minutes(Str value, Fault *f) {
    int32_t minutes;

    if (value.n == 0 || read_minutes(value, &minutes))
        return OK;
    return fault(f, ERR_INVALID, "minutes_form", "value", "请写 1 到 %d 的整数（分钟）。",
                 "Write a whole number of minutes, 1 to %d.", SOON_MAX);
}

Err setting_soon(Tx *tx, int32_t *ret, Fault *f) {
    Str value;

    TRY(setting_read(tx, "soon_minutes", &value, f));
    return read_minutes(value, ret)
               ? OK
               : fault(f, ERR_STORE, "minutes_form", "", "设置 soon_minutes 不是数字：%.*s。",
                       "The setting soon_minutes is not a number: %.*s.", (int)value.n, value.p);
}

static bool read_least(Str value, int32_t *ret) {
    int32_t n = 0;

    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] < '0' || value.p[i] > '9' || n > LEAST_MAX)
            return false;
        n = 10 * n + (value.p[i] - '0');
    }
    *ret = n;
    return value.n > 0 && n <= LEAST_MAX;
}

Err setting_rate_least(Tx *tx, int32_t *ret, Fault *f) {
    Str value;

    TRY(setting_read(tx, "rate_least", &value, f));
    return read_least(value, ret)
               ? OK
               : fault(f, ERR_STORE, "least_form", "", "设置 rate_least 不是数字：%.*s。",
                       "The setting rate_least is not a number: %.*s.", (int)value.n, value.p);
}

static Err check_least(Str value, Fault *f) {
    int32_t least;

    if (value.n == 0 || read_least(value, &least))
        return OK;
    return fault(f, ERR_INVALID, "least_form", "value", "请写 0 到 %d 的整数（件数）。",
                 "Write a whole number of cases, 0 to %d.", LEAST_MAX);
}

static Err check_members(Str value, Fault *f) {
    int32_t members;

    if (value.n == 0 || read_minutes(value, &members))
        return OK;
    return fault(f, ERR_INVALID, "members_form", "value", "请写 1 到 %d 的整数（正式党员数）。",
                 "Write a whole number of full members, 1 to %d.", SOON_MAX);
}

static Err check_people(Str value, Fault *f) {
    int32_t n;

    if (value.n == 0 || read_minutes(value, &n))
        return OK;
    return fault(f, ERR_INVALID, "people_form", "value", "请写 1 到 %d 的整数。",
                 "Write a whole number, 1 to %d.", SOON_MAX);
}

/* none, all, or the beginning of a category's number, one a line. */
static Err check_classes(Str value, Fault *f) {
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] != '\n' && (value.p[i] < '0' || value.p[i] > '9') && !str_is(value, "all") &&
            !str_is(value, "none"))
            return fault(f, ERR_INVALID, "classes_form", "value",
                         "请写 all、none，或一行一个类别编号（如 2 或 205）。",
                         "Write all, none, or numbers of categories, one a line (as 2 or 205).");
    return OK;
}

/* "08:30", 24 hours. */
static bool read_hour(Str v, int32_t *ret) {
    for (size_t i = 0; i < v.n; i++)
        if (i == 2 ? v.p[i] != ':' : v.p[i] < '0' || v.p[i] > '9')
            return false;
    if (v.n != 5)
        return false;
    int32_t hour = (v.p[0] - '0') * 10 + v.p[1] - '0', minute = (v.p[3] - '0') * 10 + v.p[4] - '0';
    *ret = hour * 60 + minute;
    return hour < 24 && minute < 60;
}

static Err check_hour(Str value, Fault *f) {
    int32_t minutes;

    return value.n == 0 || read_hour(value, &minutes)
               ? OK
               : fault(f, ERR_INVALID, "hour_form", "value", "请写成 08:30 这样的时刻。",
                       "Write a time of the day like 08:30.");
}

Err setting_mail_at(Tx *tx, int32_t *ret_minutes, Fault *f) {
    Str value;

    TRY(setting_read(tx, "mail_at", &value, f));
    return read_hour(value, ret_minutes)
               ? OK
               : fault(f, ERR_STORE, "hour_form", "", "设置 mail_at 不是时刻：%.*s。",
                       "The setting mail_at is not a time of the day: %.*s.", (int)value.n, value.p);
}

/* `check` NULL: the program alone writes it, as `how` says. */
static const struct {
    const char *name, *zh, *en, *usual;
    Err (*check)(Str value, Fault *f);
    const char *how_zh, *how_en, *about_zh, *about_en;
    bool lines;
} table[] = {
    { "city_zh", "城市名称（中文）", "Name of the city (Chinese)", "", check_name, "", "", "每一页上方的名称。",
      "The name on top of every page.", false },
    { "city_en", "城市名称（英文）", "Name of the city (English)", "", check_name, "", "",
      "英文页面上方的名称；没有就用中文的。", "The name on top of English pages; without it the Chinese one.",
      false },
    { "danger_calls", "危急电话", "Whom to call in danger",
      "110 警察 Police\n119 消防 Fire\n120 急救 Ambulance", check_calls, "", "",
      "上报表单上方的电话。一行一个：号码、中文名、英文名。",
      "The numbers above the report form. One a line: number, Chinese name, English name.", true },
    { "danger_words", "危险字词（一行一个）", "Words of danger (one a line)",
      "煤气味\n燃气泄漏\n起火\n着火\n冒烟\n困人\n被困\n坠落\n触电\n爆炸", check_words, "", "",
      "上报里有这些字词，就排在最前，并通知当班的人。",
      "A report with one of these words stands on top, and those on duty are alerted.", true },
    { "soon_minutes", "临期提前量（分钟）", "Due soon: minutes ahead", "120", check_minutes, "", "",
      "到期前多久算临期。", "How long before its deadline a case is due soon.", false },
    { "mail_at", "每日邮件时刻", "Time of the daily mail", "08:30", check_hour, "", "",
      "办公邮箱每天这时收一封汇总；有危险和无人值班的立即发。",
      "Offices get one mail a day at this time; danger, and that nobody is on duty, go at once.", false },
    { "settle_photos", "当场办结须有前后照片的类别", "Classes that are settled on the spot with photos only",
      "all", check_classes, "", "", "all 是全部，none 是都不用，或一行一个类别编号。",
      "all, none, or numbers of categories, one a line.", true },
    { "rate_least", "给出比率的最少件数", "Fewest cases for a rate", "30", check_least, "", "",
      "件数再少，看板只给分数，不给百分比。", "With fewer, the figures give the fraction and no percentage.",
      false },
    { "branch_members", "成立党支部的正式党员数", "Full members of a branch", "3", check_members, "", "",
      "正式党员满这么多，建议成立党支部。", "From so many full members on a branch is proposed.", false },
    { "general_members", "成立党总支的正式党员数", "Full members of a general branch", "50", check_members, "",
      "", "正式党员满这么多，建议成立党总支。", "From so many full members on a general branch is proposed.",
      false },
    { "committee_members", "成立党委的正式党员数", "Full members of a committee", "100", check_members, "", "",
      "正式党员满这么多，建议成立党委。", "From so many full members on a committee is proposed.", false },
    { "exclusive_people", "单独设专属网格的人数", "People of an exclusive grid", "300", check_people, "", "",
      "独立空间的人数满这么多，建议设专属网格；不足的并入所在网格。人数未知的按专属网格建议。",
      "An independent space with so many people is proposed an exclusive grid; a smaller one joins its grid. "
      "Where the number is not known, an exclusive grid.",
      false },
    { "street_shops", "成立街区党支部的店铺数", "Shops of a street-block branch", "10", check_people, "", "",
      "一条街上未覆盖的店铺满这么多，建议成立街区党支部；不足的由所在网格的党组织覆盖。",
      "A street with so many shops that nothing covers is proposed a street-block branch; with fewer the "
      "organisation of their grid covers them.",
      false },
    { "petition_clocks", "信访期限（一行一个）", "Limits of petitions (one a line)", petition_clocks_usual,
      petition_clocks_check, "", "",
      "书面告知、异议、办结、延期、申请复查、复查复核的天数，以现行条例为准；异议按工作日，其余按自然日。",
      "Days for notice, objection, opinion, extension, asking for a review and review, by the regulation in "
      "force; an objection counts working days, the others calendar days.",
      true },
    { "open311_jurisdiction", "Open311 辖区代号", "Jurisdiction id of Open311", "jingwei", check_name, "", "",
      "别的应用可写的 jurisdiction_id；写别的就答复 404。不写也可以。",
      "The jurisdiction_id that applications may name; another one is 404. They may leave it out.", false },
    { "open311_contact", "Open311 联系方式", "Contact for Open311", "", check_name, "", "",
      "接口说明里的联系方式：邮箱、电话或网址。", "The contact that discovery names: mail, number or address.",
      false },
    { "zone", "时区", "Time zone", "", NULL, "配置项 zone", "the program's setting zone",
      "所有时刻和时限按这个时区。由配置项 zone 写入。",
      "All times and limits are in this zone. Written by the program's setting zone.", false },
    { "calendar_until", "日历公布至", "Calendar published until", "", NULL, "jingwei import calendar",
      "jingwei import calendar", "这一天以后到期的时限是暂定的。由 jingwei import calendar 写入。",
      "Deadlines after this day are provisional. Written by jingwei import calendar.", false },
    { "demo_accounts", "演示账号", "Accounts of the demonstration", "", NULL, "jingwei demo", "jingwei demo",
      "登录页列出的账号；只有演示城市才有。由 jingwei demo 写入。",
      "The accounts that the sign-in pages list; a demonstration alone has any. Written by jingwei demo.",
      true },
};

static Err find(Str name, size_t *ret, Fault *f) {
    for (*ret = 0; *ret < COUNT(table); (*ret)++)
        if (str_is(name, table[*ret].name))
            return OK;
    return fault(f, ERR_INVALID, "setting_unknown", "name", "没有“%.*s”这个设置。",
                 "There is no setting “%.*s”.", (int)name.n, name.p);
}

/* ---- reading and writing ---- */

static Err stored(Tx *tx, const char *name, Setting *ret, bool *ret_found, Fault *f) {
    SettingName key = { .name = str(name) };
    size_t n;

    TRY(sql_setting_get(tx, &key, ret, 1, &n, f));
    *ret_found = n > 0;
    return OK;
}

Err setting_read(Tx *tx, const char *name, Str *ret, Fault *f) {
    Setting s;
    bool found;
    size_t i;

    TRY(find(str(name), &i, f));
    TRY(stored(tx, name, &s, &found, f));
    *ret = found ? s.value : str(table[i].usual);
    return OK;
}

static Err note_change(Tx *tx, const char *name, const Setting *before, bool had, Str value, const Actor *by,
                       Fault *f) {
    SettingChange change = { .id = { id_new(0) },
                             .name = str(name),
                             .before = had ? before->value : (Str){ 0 },
                             .after = value,
                             .account = by->account,
                             .role = by->role,
                             .at = moment_now() };
    int64_t changed;

    change.has.before = had;
    change.has.after = value.n > 0;
    change.has.account = by->account.v != 0;
    return sql_setting_change_add(tx, &change, &changed, f);
}

Err setting_write(Tx *tx, const char *name, Str value, const Actor *by, Fault *f) {
    SettingName key = { .name = str(name) };
    Setting row = { .name = str(name), .value = value }, before = { 0 };
    int64_t changed;
    bool had;

    TRY(stored(tx, name, &before, &had, f));
    if (had ? str_same(before.value, value) : value.n == 0)
        return OK;
    TRY(note_change(tx, name, &before, had, value, by, f));
    TRY(sql_setting_clear(tx, &key, &changed, f));
    return value.n ? sql_setting_add(tx, &row, &changed, f) : OK;
}

/* ---- operations ---- */

static Err show(Tx *tx, size_t i, SettingShown *ret, Fault *f) {
    Setting s;
    bool found;
    SettingShown shown = { .name = str(table[i].name),
                           .zh = str(table[i].zh),
                           .en = str(table[i].en),
                           .by_program = table[i].check == NULL,
                           .about_zh = str(table[i].about_zh),
                           .about_en = str(table[i].about_en),
                           .standard = str(table[i].usual),
                           .lines = table[i].lines };
    SettingName key = { .name = shown.name };
    SettingLast last = { .title = { 0 } };
    size_t n;

    TRY(stored(tx, table[i].name, &s, &found, f));
    TRY(sql_setting_last(tx, &key, &last, 1, &n, f));
    shown.changed = last.at;
    shown.changed_by = last.title;
    shown.has.changed = n > 0;
    shown.has.changed_by = n > 0 && last.has.title;
    shown.has.about_zh = shown.has.about_en = shown.has.standard = shown.has.lines = true;
    shown.value = found ? s.value : str(table[i].usual);
    shown.usual = !found;
    shown.has.name = shown.has.zh = shown.has.en = shown.has.value = shown.has.usual = true;
    shown.has.by_program = true;
    *ret = shown;
    return OK;
}

Err setting_list(Tx *tx, const Nothing *in, const Actor *by, Page *ret, Fault *f) {
    (void)in, (void)by;
    for (size_t i = 0; i < COUNT(table) && i < ret->max; i++)
        TRY(show(tx, i, (SettingShown *)ret->rows + i, f));
    ret->n = COUNT(table);
    return OK;
}

Err setting_put(Tx *tx, const SettingPut *in, const Actor *by, SettingShown *ret, Fault *f) {
    size_t i;

    TRY(find(in->name, &i, f));
    if (!table[i].check)
        return fault(f, ERR_FORBIDDEN, "setting_by_program", "name", "“%s”由%s写入，不能在这里改。%.0s%.0s",
                     "%.0s%.0s“%s” is written by %s and cannot be changed here.", table[i].zh, table[i].how_zh,
                     table[i].en, table[i].how_en);
    TRY(table[i].check(in->value, f));
    TRY(setting_write(tx, table[i].name, in->value, by, f));
    return show(tx, i, ret, f);
}

Err setting_history(Tx *tx, const SettingFind *in, const Actor *by, Page *ret, Fault *f) {
    (void)by;
    return sql_setting_change_list(tx, in, ret->rows, (size_t)in->limit, &ret->n, f);
}

Err city_get(Tx *tx, const Nothing *in, const Actor *by, City *ret, Fault *f) {
    City c = { 0 };
    Str until, soon;

    (void)in, (void)by;
    TRY(setting_read(tx, "city_zh", &c.city_zh, f));
    TRY(setting_read(tx, "city_en", &c.city_en, f));
    TRY(setting_read(tx, "danger_calls", &c.danger_calls, f));
    TRY(setting_read(tx, "zone", &c.zone, f));
    TRY(setting_read(tx, "calendar_until", &until, f));
    TRY(setting_read(tx, "soon_minutes", &soon, f));
    TRY(setting_read(tx, "settle_photos", &c.settle_photos, f));
    TRY(setting_read(tx, "demo_accounts", &c.demo_accounts, f));
    c.has.demo_accounts = c.demo_accounts.n > 0;
    c.has.settle_photos = c.settle_photos.n > 0;
    c.has.soon_minutes = read_minutes(soon, &c.soon_minutes);
    c.has.city_zh = c.city_zh.n > 0;
    c.has.city_en = c.city_en.n > 0;
    c.has.danger_calls = c.danger_calls.n > 0;
    c.has.zone = c.zone.n > 0;
    c.has.calendar_until = until.n > 0 && day_parse(until.p, &c.calendar_until);
    *ret = c;
    return OK;
}
