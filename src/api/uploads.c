/* uploads – see uploads.h. */
#include "uploads.h"

#include "seal.h"

#include <pthread.h>

enum { PLACES = 4096 };
static struct {
    int64_t since_ms;
    int32_t n;
} places[PLACES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

Err uploads_judge(Str peer, int64_t now_ms, int32_t *ret_wait_s, Fault *f) {
    const int64_t window = UPLOADS_MINUTES * 60000LL;
    uint8_t hash[32];

    hash_32("uploads", NULL, peer, hash);
    size_t at = (size_t)(hash[0] | hash[1] << 8) % PLACES;
    pthread_mutex_lock(&lock);
    if (now_ms - places[at].since_ms >= window || now_ms < places[at].since_ms) {
        places[at].since_ms = now_ms;
        places[at].n = 0;
    }
    int64_t wait_ms = places[at].since_ms + window - now_ms;
    bool often = places[at].n >= UPLOADS_MOST;
    places[at].n += !often;
    pthread_mutex_unlock(&lock);
    if (!often)
        return OK;
    *ret_wait_s = (int32_t)((wait_ms + 999) / 1000);
    return fault(f, ERR_OFTEN, "uploads_often", "", "从您这里发来的照片太多，请过 %d 分钟再发。",
                 "Too many photos came from your address: try again in %d minutes.",
                 (int)((wait_ms + 59999) / 60000));
}
