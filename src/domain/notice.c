/* notice – see notice.h. */
#include "notice.h"

#include "area.h"
#include "catalogue.h"
#include "clock.h"
#include "messages.h"
#include "org.h"
#include "outbox_q.h"

#include <stdio.h>
#include <string.h>

NoticeTray notice_tray(Role role) {
    switch (role) {
    case ROLE_DISPATCHER:
    case ROLE_DUTY_LEAD: return TRAY_CENTRE;
    case ROLE_HANDLER:
    case ROLE_PROPERTY: return TRAY_UNIT;
    case ROLE_GRID_WORKER: return TRAY_GRID;
    case ROLE_CHECKER: return TRAY_CHECKER;
    case ROLE_CALLBACK: return TRAY_CALLBACK;
    case ROLE_SUPERVISOR: return TRAY_SUPERVISOR;
    case ROLE_COMMUNITY_WORKER:
    case ROLE_SECRETARY:
    case ROLE_DIRECTOR:
    case ROLE_GRID_LEAD:
    case ROLE_GRID_SECRETARY:
    case ROLE_LEADER: return TRAY_LEADERS;
    default: return 0;
    }
}

/* ---- writing ---- */

/* What is told after the fact, by an import or a demo city, is news to nobody. */
#define PAST_MS (7 * 24 * 3600000LL)

Err notice_put(Tx *tx, const Case *c, NoticeKind kind, unsigned trays, AccountId person, int64_t at_ms,
               Fault *f) {
    int64_t changed;

    if (at_ms < clock_now_ms() - PAST_MS)
        return OK;
    Notice n = { .kind = kind,
                 .case_id = c->id,
                 .path = c->path,
                 .account = person,
                 .due = c->due,
                 .at = moment_at(at_ms) };

    n.has.account = person.v != 0;
    n.has.due = c->has.due;
    for (int32_t tray = TRAY_CENTRE; tray <= TRAY_LEADERS; tray++) {
        bool of_unit = tray == TRAY_UNIT;
        if (!(trays & 1u << tray) || (of_unit && !c->has.unit))
            continue;
        n.id.v = id_new(id_home(c->id.v));
        n.tray = (NoticeTray)tray;
        n.unit = c->unit;
        n.has.unit = of_unit;
        TRY(sql_notice_add(tx, &n, &changed, f));
    }
    return OK;
}

/* ---- words ---- */

/* The template of a kind in one of the languages. */
static Str template_of(NoticeKind kind, bool english) {
    const char *word = choice_numbered(&notice_kind_choices, kind)->word;
    size_t n = strlen(word);

    for (const char *line = message_notices; *line; line += strcspn(line, "\n"), line += *line == '\n')
        if (strncmp(line, word, n) == 0 && line[n] == '\t') {
            const char *zh = line + n + 1, *en = zh + strcspn(zh, "\t\n");
            en += *en == '\t';
            return english ? (Str){ en, strcspn(en, "\n") } : (Str){ zh, strcspn(zh, "\t\n") };
        }
    return str(english ? "{code} ({area})" : "{code}（{area}）");
}

/* "12-01 14:30" on the city's clocks. */
static Str due_text(const NoticeRow *n, char room[32]) {
    if (!n->has.due)
        return str("–");
    Civil c = zone_civil(zone_here(), n->due.ms);
    snprintf(room, 32, "%02d-%02d %02d:%02d", (int)c.month, (int)c.day, (int)c.hour, (int)c.minute);
    return str(room);
}

static Str part_of(const NoticeRow *n, Str name, bool english, char room[32]) {
    if (str_is(name, "code"))
        return n->code;
    if (str_is(name, "due"))
        return due_text(n, room);
    if (str_is(name, "area"))
        return n->has.area_name ? n->area_name : str(english ? "no grid yet" : "未定位");
    if (str_is(name, "unit"))
        return n->has.unit_name ? n->unit_name : str("–");
    if (str_is(name, "condition") && n->has.condition_zh)
        return english && n->has.condition_en ? n->condition_en : n->condition_zh;
    return str(english ? "not filed yet" : "未立案");
}

static Err words_of(Tx *tx, const NoticeRow *n, bool english, Str *ret, Fault *f) {
    char room[2400], due[32];
    Buf b = { room, 0, sizeof room, false, 0 };
    Str t = template_of(n->kind, english);

    for (size_t i = 0; i < t.n; i++) {
        const char *end = t.p[i] == '{' ? memchr(t.p + i, '}', t.n - i) : NULL;
        if (!end) {
            buf_char(&b, t.p[i]);
            continue;
        }
        Str part = part_of(n, (Str){ t.p + i + 1, (size_t)(end - t.p) - i - 1 }, english, due);
        buf_put(&b, part.p, part.n);
        i = (size_t)(end - t.p);
    }
    return str_copy(tx_arena(tx), buf_view(&b), ret, f);
}

static Err row_of(Tx *tx, const Case *c, NoticeKind kind, NoticeRow *ret, Fault *f) {
    Condition condition;
    Area area;
    Org unit;

    *ret = (NoticeRow){ .kind = kind, .code = c->code, .due = c->due };
    ret->has.due = c->has.due;
    if (c->has.condition) {
        TRY(condition_load(tx, c->condition, &condition, f));
        ret->condition_zh = condition.zh;
        ret->condition_en = condition.en;
        ret->has.condition_zh = ret->has.condition_en = true;
    }
    if (c->has.area) {
        TRY(area_load(tx, c->area, &area, f));
        ret->area_name = area.name;
        ret->has.area_name = true;
    }
    if (c->has.unit) {
        TRY(org_load(tx, c->unit, &unit, f));
        ret->unit_name = unit.name;
        ret->has.unit_name = true;
    }
    return OK;
}

Err notice_text(Tx *tx, const Case *c, NoticeKind kind, Str *ret, Fault *f) {
    const Choice *k = choice_numbered(&notice_kind_choices, kind);
    char room[2400];
    NoticeRow row;
    Str zh, en;

    TRY(row_of(tx, c, kind, &row, f));
    TRY(words_of(tx, &row, false, &zh, f));
    TRY(words_of(tx, &row, true, &en, f));
    snprintf(room, sizeof room, "【%s】%.*s\n%s: %.*s", k->zh, (int)zh.n, zh.p, k->en, (int)en.n, en.p);
    return str_copy(tx_arena(tx), str(room), ret, f);
}

/* ---- operations ---- */

Err notice_list(Tx *tx, const NoticeFind *in, const Actor *by, Page *ret, Fault *f) {
    NoticeFind find = *in;
    NoticeRow *rows = arena_take(tx_arena(tx), (size_t)in->limit * sizeof *rows);
    size_t n = 0;

    if (!rows)
        return fault_arena(f);
    find.tray = notice_tray(by->role);
    find.account = by->account;
    find.has.tray = find.has.account = true;
    find.has.unread = in->has.unread && in->unread;
    if (find.tray)
        TRY(sql_notice_list(tx, &find, &by->scope, rows, (size_t)in->limit, &n, f));
    for (size_t i = 0; i < n; i++) {
        NoticeShown s = { .id = rows[i].id,
                          .kind = rows[i].kind,
                          .case_id = rows[i].case_id,
                          .at = rows[i].at,
                          .seen = rows[i].seen };
        s.has.id = s.has.kind = s.has.case_id = s.has.at = s.has.seen = s.has.zh = s.has.en = true;
        TRY(words_of(tx, &rows[i], false, &s.zh, f));
        TRY(words_of(tx, &rows[i], true, &s.en, f));
        ((NoticeShown *)ret->rows)[i] = s;
    }
    ret->n = n;
    return OK;
}

Err notice_read(Tx *tx, const NoticeKey *in, const Actor *by, NoticeKey *ret, Fault *f) {
    NoticeFind whose = { .tray = notice_tray(by->role), .account = by->account };
    NoticeRead mark = { .notice = in->id, .account = by->account, .at = moment_now() };
    int64_t changed;
    size_t n = 0;
    Notice found;

    whose.has.tray = whose.has.account = true;
    if (whose.tray)
        TRY(sql_notice_by_id(tx, in, &whose, &by->scope, &found, 1, &n, f));
    if (!n)
        return fault(f, ERR_NOT_FOUND, "notice_unknown", "id", "没有这条通知，或不是给您的。",
                     "There is no such notice, or it is not for you.");
    TRY(sql_notice_read_add(tx, &mark, &changed, f));
    *ret = *in;
    return OK;
}

/* Of the newest thousand of his tray. Who has no tray is told nothing. */
Err notice_count(Tx *tx, const Nothing *in, const Actor *by, Total *ret, Fault *f) {
    NoticeFind whose = { .tray = notice_tray(by->role), .account = by->account };
    Count unread = { 0 };
    size_t n;

    (void)in;
    whose.has.tray = whose.has.account = true;
    if (whose.tray)
        TRY(sql_notice_unread(tx, &whose, &by->scope, &unread, 1, &n, f));
    *ret = (Total){ .n = (int32_t)unread.n };
    ret->has.n = ret->has.more = true;
    return OK;
}

Err notice_read_all(Tx *tx, const NoticeAll *in, const Actor *by, Total *ret, Fault *f) {
    NoticeAll all = *in;
    int64_t changed;

    all.tray = notice_tray(by->role);
    all.account = by->account;
    all.at = moment_now();
    all.has.tray = all.has.account = all.has.at = true;
    if (all.tray)
        TRY(sql_notice_read_all(tx, &all, &by->scope, &changed, f));
    return notice_count(tx, &(Nothing){ 0 }, by, ret, f);
}
