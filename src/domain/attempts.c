/* attempts – see attempts.h. */
#include "attempts.h"

#include "records.h"
#include "seal.h"
#include "system_q.h"

enum { WAIT_MS_MAX = 15 * 60 * 1000, FORGOTTEN_MS = 60 * 60 * 1000, PLACE_MASK = 4095 };

static AttemptKey key_of(Str name, uint8_t room[32]) {
    hash_32("attempts", NULL, name, room);
    AttemptKey key = { .home = (room[0] << 8 | room[1]) & PLACE_MASK, .name = { (const char *)room, 32 } };
    key.has.name = true;
    return key;
}

int32_t attempts_place(Str name) {
    uint8_t hash[32];
    return key_of(name, hash).home;
}

/* Forgotten: never tried, or long ago. */
static Err load(Tx *tx, const AttemptKey *key, Attempt *ret, bool *ret_found, Fault *f) {
    size_t n;

    TRY(sql_attempt_get(tx, key, ret, 1, &n, f));
    *ret_found = n && clock_now_ms() - ret->last.ms < FORGOTTEN_MS;
    return OK;
}

static int64_t wait_ms(int32_t wrong) {
    int32_t more = wrong - ATTEMPTS_FREE;
    int64_t ms = more < 0 ? 0 : more < 20 ? INT64_C(1000) << more : WAIT_MS_MAX;
    return ms < WAIT_MS_MAX ? ms : WAIT_MS_MAX;
}

Err attempts_judge(Tx *tx, Str name, Fault *f) {
    uint8_t hash[32];
    const AttemptKey key = key_of(name, hash);
    Attempt t;
    bool found;

    TRY(load(tx, &key, &t, &found, f));
    int64_t left_ms = found ? t.last.ms + wait_ms(t.wrong) - clock_now_ms() : 0;
    if (left_ms <= 0)
        return OK;
    return fault(f, ERR_OFTEN, "sign_in_often", "login", "密码连续输错多次，请在 %d 秒后再试。",
                 "Too many wrong passwords in a row: try again in %d seconds.", (int)((left_ms + 999) / 1000));
}

Err attempts_wrong(Tx *tx, Str name, Fault *f) {
    uint8_t hash[32];
    const AttemptKey key = key_of(name, hash);
    Attempt t;
    bool found;
    int64_t changed;

    TRY(load(tx, &key, &t, &found, f));
    Attempt now = {
        .home = key.home, .name = key.name, .wrong = found ? t.wrong + 1 : 1, .last = moment_now()
    };
    TRY(sql_attempt_drop(tx, &key, &changed, f));
    TRY(sql_attempt_room(tx, &key, &changed, f));
    return sql_attempt_add(tx, &now, &changed, f);
}

Err attempts_right(Tx *tx, Str name, Fault *f) {
    uint8_t hash[32];
    const AttemptKey key = key_of(name, hash);
    int64_t changed;

    return sql_attempt_drop(tx, &key, &changed, f);
}

Err attempts_waits(Tx *tx, Str name, bool *ret_first, Fault *f) {
    uint8_t hash[32];
    const AttemptKey key = key_of(name, hash);
    Attempt t = { .home = key.home, .name = key.name };
    int64_t changed;

    TRY(sql_attempt_waits(tx, &t, &changed, f));
    *ret_first = changed == 1;
    return OK;
}
