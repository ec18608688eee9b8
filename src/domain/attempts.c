/* attempts – see attempts.h. A table of fixed size: a name has its few places by its
 * hash, and where all are taken the one that was tried the longest ago makes room. */
#include "attempts.h"

#include "mem.h"
#include "random.h"
#include "seal.h"

#include <pthread.h>
#include <string.h>

enum { PLACES = 8, WAIT_MS_MAX = 15 * 60 * 1000, FORGOTTEN_MS = 60 * 60 * 1000 };

typedef struct Tried {
    uint8_t name[32]; /* its hash */
    int64_t last_ms;  /* 0: free */
    int32_t wrong;
} Tried;

static Tried table[ATTEMPTS_KEPT];
static uint8_t key[32];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_key(void) { random_bytes(key, sizeof key); }

/* The places that `name` may have; `ret_hash` is how it is kept. */
static Tried *places_of(Str name, uint8_t ret_hash[32]) {
    uint32_t at;

    pthread_once(&once, make_key);
    hash_32("attempts", key, name, ret_hash);
    memcpy(&at, ret_hash, sizeof at);
    return &table[at % (ATTEMPTS_KEPT / PLACES) * PLACES];
}

/* NULL: never tried, or long ago. */
static Tried *find(Tried *places, const uint8_t hash[32], int64_t now_ms) {
    for (int i = 0; i < PLACES; i++)
        if (places[i].last_ms && now_ms - places[i].last_ms < FORGOTTEN_MS &&
            memcmp(places[i].name, hash, 32) == 0)
            return &places[i];
    return NULL;
}

static int64_t wait_ms(int32_t wrong) {
    int32_t more = wrong - ATTEMPTS_FREE;
    int64_t ms = more < 0 ? 0 : more < 20 ? INT64_C(1000) << more : WAIT_MS_MAX;
    return ms < WAIT_MS_MAX ? ms : WAIT_MS_MAX;
}

Err attempts_judge(Str name, int64_t now_ms, Fault *f) {
    uint8_t hash[32];
    int64_t left_ms = 0;
    Tried *places = places_of(name, hash);

    pthread_mutex_lock(&lock);
    const Tried *t = find(places, hash, now_ms);
    if (t)
        left_ms = t->last_ms + wait_ms(t->wrong) - now_ms;
    pthread_mutex_unlock(&lock);
    if (left_ms <= 0)
        return OK;
    return fault(f, ERR_OFTEN, "sign_in_often", "login", "密码连续输错多次，请在 %d 秒后再试。",
                 "Too many wrong passwords in a row: try again in %d seconds.", (int)((left_ms + 999) / 1000));
}

void attempts_wrong(Str name, int64_t now_ms) {
    uint8_t hash[32];
    Tried *places = places_of(name, hash);

    pthread_mutex_lock(&lock);
    Tried *t = find(places, hash, now_ms);
    if (!t) {
        t = places;
        for (int i = 1; i < PLACES; i++)
            if (places[i].last_ms < t->last_ms)
                t = &places[i];
        *t = (Tried){ .wrong = 0 };
        memcpy(t->name, hash, sizeof t->name);
    }
    t->wrong++;
    t->last_ms = now_ms;
    pthread_mutex_unlock(&lock);
}

void attempts_right(Str name) {
    uint8_t hash[32];
    Tried *places = places_of(name, hash);

    pthread_mutex_lock(&lock);
    for (int i = 0; i < PLACES; i++)
        if (memcmp(places[i].name, hash, 32) == 0)
            places[i] = (Tried){ .wrong = 0 };
    pthread_mutex_unlock(&lock);
}
