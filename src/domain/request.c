/* request – see request.h. */
#include "request.h"

#include "keys.h"
#include "system_q.h"

#include <string.h>

enum { KEY_MIN = 8, KEY_MAX = 80 };

static Err key_of(Str key, RequestKey *ret, Fault *f) {
    uint8_t hash[32];

    if (key.n < KEY_MIN || key.n > KEY_MAX)
        return fault(f, ERR_INVALID, "client_key", "Client-Key", "Client-Key 要 8 到 80 个字节。",
                     "Client-Key must have 8 to 80 bytes.");
    for (size_t i = 0; i < key.n; i++)
        if (key.p[i] <= ' ' || key.p[i] > '~')
            return fault(f, ERR_INVALID, "client_key", "Client-Key", "Client-Key 只能用可见的 ASCII 字符。",
                         "Client-Key must be visible ASCII characters.");
    hash_32("client-key", NULL, key, hash);
    *ret = (RequestKey){ .home = (hash[0] << 8 | hash[1]) & HOME_MAX, .client_key = key };
    return OK;
}

Err request_seen(Tx *tx, Str key, const char *operation, Str body, const Actor *by, bool *ret_seen,
                 Str *ret_answer, Fault *f) {
    RequestKey at;
    Request r;
    size_t n;
    uint8_t hash[32];

    TRY(key_of(key, &at, f));
    TRY(sql_request_get(tx, &at, &r, 1, &n, f));
    *ret_seen = n > 0;
    if (n == 0)
        return OK;
    hash_32("body", NULL, body, hash);
    if (!str_is(r.operation, operation) || r.account.v != by->account.v || r.body.n != 32 ||
        memcmp(r.body.p, hash, 32) != 0)
        return fault(f, ERR_CONFLICT, "client_key_reused", "Client-Key", "同一个 Client-Key 已用于另一个请求。",
                     "This Client-Key was used for another request.");
    return keys_open(&r.result, "request.result", at.home, tx_arena(tx), ret_answer, f);
}

Err request_keep(Tx *tx, Str key, const char *operation, Str body, const Actor *by, Str answer, Fault *f) {
    RequestKey at;
    uint8_t hash[32];
    int64_t changed;

    TRY(key_of(key, &at, f));
    hash_32("body", NULL, body, hash);
    Request r = { .home = at.home,
                  .client_key = key,
                  .operation = str(operation),
                  .account = by->account,
                  .body = { (const char *)hash, sizeof hash },
                  .made = moment_now() };
    r.has.account = by->account.v != 0;
    TRY(keys_seal(answer, "request.result", at.home, tx_arena(tx), &r.result, f));
    return sql_request_add(tx, &r, &changed, f);
}
