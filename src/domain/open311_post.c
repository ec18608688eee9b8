/* open311_post – a report of an application becomes a case like any stranger's, and the
 * application is noted beside it. Whoever reported is sealed as always; what the standard
 * sends and this city does not need (device, account) is not kept.
 *
 * Such clients send no client key: the same from the same application within ten minutes
 * is the same request (`fingerprint`, of all that was sent). It is kept where client keys
 * are, under the fingerprint and its ten minutes. */
#include "open311.h"

#include "case.h"
#include "catalogue_q.h"
#include "open311_q.h"
#include "photo_case.h"
#include "photo_reader.h"
#include "request.h"
#include "seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TWICE_MS 600000LL
static const char OPERATION[] = "open311.post";

/* ---- the photos that came with it ---- */

Err open311_post_prepare(Tx *tx, Open311Post *in, const Actor *by, Fault *f) {
    PhotoNew *files = in->files.rows;

    for (size_t i = 0; i < in->files.n; i++)
        TRY(photo_add_prepare(tx, &files[i], by, f));
    return OK;
}

/* Each is uploaded as a photo of nobody's, and named by its claim. */
static Err keep_photos(Tx *tx, const Open311Post *in, CaseReport *r, Fault *f) {
    const PhotoNew *files = in->files.rows;
    char claims[240];
    Buf b = { claims, 0, sizeof claims, false, 0 };
    Actor nobody;

    actor_public(&nobody);
    for (size_t i = 0; i < in->files.n; i++) {
        PhotoKept kept;
        TRY(photo_add(tx, &files[i], &nobody, &kept, f));
        buf_fmt(&b, "%s%.*s", i ? " " : "", (int)kept.claim.n, kept.claim.p);
    }
    r->has.photos = in->files.n > 0;
    return str_copy(tx_arena(tx), buf_view(&b), &r->photos, f);
}

/* ---- the report ---- */

/* The condition that the reporter chose, by its name: a proposal to whoever files it. */
static Err put_condition(Tx *tx, Str category, Str code, Buf *b, Fault *f) {
    ConditionFind find = { .category = category, .code = code, .limit = 1 };
    Condition c;
    size_t n;

    find.has.category = find.has.code = true;
    TRY(sql_condition_list(tx, &find, &c, 1, &n, f));
    if (n == 0)
        return fault(f, ERR_INVALID, "attribute_value", "attribute[condition]",
                     "attribute[condition] 的值“%.*s”不在这个服务的列表里。",
                     "attribute[condition] is “%.*s”, which is not in the list of this service.",
                     (int)(code.n < 60 ? code.n : 60), code.p);
    buf_fmt(b, "\n[condition] %.*s %.*s", (int)c.code.n, c.code.p, (int)c.zh.n, c.zh.p);
    return OK;
}

/* Attributes that this server did not ask for are kept beside the words, one a line. */
static Err put_attributes(Tx *tx, const Open311Post *in, Buf *b, Fault *f) {
    Str rest = in->has.attributes ? in->attributes : (Str){ "", 0 };

    while (rest.n) {
        const char *end = memchr(rest.p, '\n', rest.n);
        Str line = { rest.p, end ? (size_t)(end - rest.p) : rest.n };
        const char *is = memchr(line.p, '=', line.n);
        size_t name = is ? (size_t)(is - line.p) : line.n;
        rest = end ? (Str){ end + 1, rest.n - line.n - 1 } : (Str){ "", 0 };
        if (name == strlen("condition") && memcmp(line.p, "condition", name) == 0)
            TRY(put_condition(tx, in->service_code, (Str){ is + 1, line.n - name - 1 }, b, f));
        else if (is)
            buf_fmt(b, "\n[%.*s] %.*s", (int)name, line.p, (int)(line.n - name - 1), is + 1);
    }
    return OK;
}

static Err put_words(Tx *tx, const Open311Post *in, const Category *service, CaseReport *r, Fault *f) {
    enum { ROOM = 40000 };
    Buf b = { arena_raw(tx_arena(tx), ROOM), 0, ROOM, false, 0 };

    if (!b.p)
        return fault_arena(f);
    b.p[0] = 0;
    buf_fmt(&b, "%s", in->has.description ? in->description.p : in->english ? service->en.p : service->zh.p);
    TRY(put_attributes(tx, in, &b, f));
    if (in->has.media_url)
        buf_fmt(&b, "\n[media_url] %s", in->media_url.p);
    r->text = buf_view(&b);
    return utf8_count(r->text.p, r->text.n) <= 10000
               ? OK
               : fault(f, ERR_INVALID, "report_long", "description", "内容和属性合起来太长，最多 10000 个字。",
                       "Description and attributes are too long together: at most 10000 characters.");
}

static Err put_reporter(Tx *tx, const Open311Post *in, CaseReport *r, Fault *f) {
    char name[560], contact[800];
    bool both = in->has.phone && in->has.email;

    snprintf(name, sizeof name, "%s%s%s", in->has.last_name ? in->last_name.p : "",
             in->has.last_name && in->has.first_name ? " " : "", in->has.first_name ? in->first_name.p : "");
    snprintf(contact, sizeof contact, "%s%s%s", in->has.phone ? in->phone.p : "", both ? " " : "",
             in->has.email ? in->email.p : "");
    if (utf8_count(contact, strlen(contact)) > 100 || utf8_count(name, strlen(name)) > 60)
        return fault(f, ERR_INVALID, "contact_long", "email",
                     "姓名最多 60 个字，电话和邮箱合起来最多 100 个字。",
                     "A name has 60 characters at most, telephone and mail have 100 together.");
    r->has.name = *name;
    r->has.contact = *contact;
    TRY(str_copy(tx_arena(tx), str(name), &r->name, f));
    return str_copy(tx_arena(tx), str(contact), &r->contact, f);
}

static Err judge_place(const Open311Post *in, Fault *f) {
    if ((in->has.lat && in->has.lon) || in->has.address_string || in->has.address_id)
        return OK;
    return fault(f, ERR_INVALID, "place_missing", in->has.lat ? "long" : "lat",
                 "要写地点：lat 和 long，或 address_string，或 address_id。",
                 "Say where: lat and long, or address_string, or address_id.");
}

static Err make_report(Tx *tx, const Open311Post *in, CaseReport *r, Fault *f) {
    const Category *all;
    size_t n;

    TRY(open311_categories(tx, &all, &n, f));
    const Category *service = open311_category(all, n, in->service_code);
    if (!service)
        return fault(f, ERR_NOT_FOUND, "service_unknown", "service_code", "没有这个 service_code。",
                     "There is no such service_code.");
    TRY(judge_place(in, f));
    *r = (CaseReport){ .category = service->code,
                       .spot = in->address_string,
                       .lon = in->lon,
                       .lat = in->lat,
                       .place = in->address_id,
                       .source = SOURCE_PUBLIC,
                       .in_english = in->english };
    r->has.text = r->has.category = true;
    r->has.spot = in->has.address_string;
    r->has.lon = in->has.lon;
    r->has.lat = in->has.lat;
    r->has.place = in->has.address_id;
    TRY(put_words(tx, in, service, r, f));
    TRY(put_reporter(tx, in, r, f));
    return keep_photos(tx, in, r, f);
}

/* ---- once ---- */

typedef struct Once {
    char key[72];
    uint8_t body[32];
} Once;

/* The key of the ten minutes that `at_ms` falls in. */
static void name_once(const Open311Post *in, const Actor *by, int64_t at_ms, Once *ret) {
    uint8_t app[32];

    snprintf(ret->key, sizeof ret->key, "%lld", (long long)by->app.v);
    hash_32("open311 app", NULL, str(ret->key), app); /* it is the key of the hash that follows */
    hash_32("open311 post", app, in->fingerprint, ret->body);
    int n = snprintf(ret->key, sizeof ret->key, "o311-%lld-", (long long)(at_ms / TWICE_MS));
    for (size_t i = 0; i < 20; i++)
        n += snprintf(ret->key + n, sizeof ret->key - (size_t)n, "%02x", ret->body[i]);
}

/* What was answered is "when id notice". */
static Err answer_again(Tx *tx, Str kept, Open311Receipt *ret, Fault *f) {
    long long at = 0, id = 0;
    int n = 0;
    char text[24];

    if (sscanf(kept.p, "%lld %lld %n", &at, &id, &n) != 2)
        return fault(f, ERR_STORE, "request_broken", "", "记录损坏。",
                     "What was kept of this request is broken.");
    snprintf(text, sizeof text, "%lld", id);
    TRY(str_copy(tx_arena(tx), str(text), &ret->service_request_id, f));
    ret->service_notice = (Str){ kept.p + n, kept.n - (size_t)n };
    ret->has.service_request_id = ret->has.service_notice = true;
    return OK;
}

static Err seen_before(Tx *tx, const Open311Post *in, const Actor *by, int64_t now, Open311Receipt *ret,
                       bool *ret_seen, Fault *f) {
    *ret_seen = false;
    for (int before = 0; before < 2 && !*ret_seen; before++) {
        Actor nobody;
        Once once;
        Str kept;
        bool seen;
        actor_public(&nobody);
        name_once(in, by, now - before * TWICE_MS, &once);
        TRY(request_seen(tx, str(once.key), OPERATION, (Str){ (const char *)once.body, sizeof once.body },
                         &nobody, &seen, &kept, f));
        if (!seen || strtoll(kept.p, NULL, 10) <= now - TWICE_MS)
            continue;
        TRY(answer_again(tx, kept, ret, f));
        *ret_seen = true;
    }
    return OK;
}

static Err keep_answer(Tx *tx, const Open311Post *in, const Actor *by, int64_t now, const Open311Receipt *out,
                       Fault *f) {
    char text[600];
    Actor nobody;
    Once once;

    actor_public(&nobody);
    name_once(in, by, now, &once);
    snprintf(text, sizeof text, "%lld %s %s", (long long)now, out->service_request_id.p, out->service_notice.p);
    return request_keep(tx, str(once.key), OPERATION, (Str){ (const char *)once.body, sizeof once.body },
                        &nobody, str(text), f);
}

/* ---- all of it ---- */

/* The reporter's way to his own report: given here, once, as on the page. */
static Err notice(Tx *tx, const Open311Post *in, const CaseReceipt *r, Str *ret, Fault *f) {
    char text[400];

    snprintf(text, sizeof text,
             in->english
                 ? "Tracking code %.*s, second secret %.*s: with both of them the reporter follows, rates "
                   "and reopens the report on this city's page."
                 : "查询码 %.*s，第二密码 %.*s：上报人凭这两项在本城市网页上查看、评价、要求重开。",
             (int)r->code.n, r->code.p, (int)r->secret.n, r->secret.p);
    return str_copy(tx_arena(tx), str(text), ret, f);
}

Err open311_post(Tx *tx, const Open311Post *in, const Actor *by, Page *ret, Fault *f) {
    Open311Receipt out = { .has = { 0 } };
    CaseReport report;
    CaseReceipt receipt;
    Actor nobody;
    char id[24];
    bool seen = false;
    int64_t changed, now = clock_now_ms();

    actor_public(&nobody);
    TRY(open311_judge(tx, in->has.jurisdiction_id, in->jurisdiction_id, f));
    if (in->has.fingerprint)
        TRY(seen_before(tx, in, by, now, &out, &seen, f));
    if (!seen) {
        TRY(make_report(tx, in, &report, f));
        TRY(case_report(tx, &report, &nobody, &receipt, f));
        AppCase of = { .case_id = receipt.id, .app = by->app };
        TRY(sql_app_case_add(tx, &of, &changed, f));
        open311_print_id(receipt.id, id);
        TRY(str_copy(tx_arena(tx), str(id), &out.service_request_id, f));
        TRY(notice(tx, in, &receipt, &out.service_notice, f));
        out.has.service_request_id = out.has.service_notice = true;
        if (in->has.fingerprint)
            TRY(keep_answer(tx, in, by, now, &out, f));
    }
    *(Open311Receipt *)ret->rows = out;
    ret->n = 1;
    return OK;
}
