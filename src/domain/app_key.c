/* app_key – see app_key.h. */
#include "app_key.h"

#include "open311_q.h"
#include "random.h"
#include "seal.h"

#include <stdio.h>

enum { KEY_BYTES = 24, KEY_CHARS = 2 * KEY_BYTES };

static void hash_of(Str key, uint8_t ret[32]) { hash_32("app key", NULL, key, ret); }

static Err wrong(Fault *f) {
    return fault(
        f, ERR_FORBIDDEN, "api_key_wrong", "api_key", "api_key 不对或已收回。密钥由本城市的系统管理员发放。",
        "The api_key is wrong, or was revoked: keys are issued by the system administrator of this city.");
}

Err app_key_actor(Tx *tx, Str key, Actor *by, Fault *f) {
    uint8_t hash[32];
    AppKeyHash at = { .hash = { (const char *)hash, sizeof hash } };
    AppKey k;
    size_t n = 0;

    hash_of(key, hash);
    if (key.n == KEY_CHARS)
        TRY(sql_app_key_by_hash(tx, &at, &k, 1, &n, f));
    if (n == 0 || k.has.ended)
        return wrong(f);
    by->app = k.id;
    by->app_most = k.most;
    return OK;
}

static Err load(Tx *tx, AppKeyId id, AppKey *ret, bool *ret_found, Fault *f) {
    AppKeyKey key = { .id = id };
    size_t n;

    TRY(sql_app_key_by_id(tx, &key, ret, 1, &n, f));
    *ret_found = n > 0;
    return OK;
}

Err app_key_holds(Tx *tx, AppKeyId id, Fault *f) {
    AppKey k;
    bool found;

    TRY(load(tx, id, &k, &found, f));
    return found && !k.has.ended ? OK : wrong(f);
}

/* ---- by the system administrator ---- */

static Err judge_count(Tx *tx, Fault *f) {
    AppKey *all = arena_raw(tx_arena(tx), APP_KEYS_MAX * sizeof *all);
    size_t n;

    if (!all)
        return fault_arena(f);
    TRY(sql_app_key_all(tx, all, APP_KEYS_MAX, &n, f));
    return n < APP_KEYS_MAX ? OK
                            : fault(f, ERR_LIMIT, "app_keys_many", "", "应用密钥最多 %d 个。",
                                    "There can be %d keys of applications at most.", APP_KEYS_MAX);
}

Err app_key_add(Tx *tx, const AppKeyNew *in, const Actor *by, AppKeyMade *ret, Fault *f) {
    uint8_t bits[KEY_BYTES], hash[32];
    char text[KEY_CHARS + 1];
    int64_t changed;
    AppKeyMade out = { .title = in->title };

    TRY(judge_count(tx, f));
    random_bytes(bits, sizeof bits);
    for (size_t i = 0; i < sizeof bits; i++)
        snprintf(text + 2 * i, 3, "%02x", bits[i]);
    hash_of(str(text), hash);
    AppKey k = { .id = { id_new(0) },
                 .title = in->title,
                 .contact = in->contact,
                 .most = in->most,
                 .hash = { (const char *)hash, sizeof hash },
                 .made = moment_now(),
                 .made_by = by->account };
    k.has.contact = in->has.contact;
    k.has.made_by = by->account.v != 0;
    TRY(sql_app_key_add(tx, &k, &changed, f));
    out.id = k.id;
    TRY(str_copy(tx_arena(tx), str(text), &out.key, f));
    out.has.id = out.has.title = out.has.key = true;
    *ret = out;
    return OK;
}

Err app_key_end(Tx *tx, const AppKeyKey *in, const Actor *by, AppKey *ret, Fault *f) {
    AppKey k;
    int64_t changed;
    bool found;

    TRY(load(tx, in->id, &k, &found, f));
    if (!found)
        return fault(f, ERR_NOT_FOUND, "app_key_unknown", "id", "没有这个应用密钥。", "There is no such key.");
    if (k.has.ended)
        return fault(f, ERR_INVALID, "app_key_ended", "id", "这个密钥已经收回。",
                     "This key was revoked already.");
    k.ended = moment_now();
    k.ended_by = by->account;
    k.has.ended = true;
    k.has.ended_by = by->account.v != 0;
    TRY(sql_app_key_save(tx, &k, &changed, f));
    *ret = k;
    return OK;
}

Err app_key_list(Tx *tx, const Nothing *in, const Actor *by, Page *ret, Fault *f) {
    (void)in, (void)by;
    return sql_app_key_all(tx, ret->rows, APP_KEYS_MAX, &ret->n, f);
}
