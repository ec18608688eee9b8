/* senders – see senders.h. */
#include "senders.h"

#include "seal.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { PLACES = 4096 };
typedef struct Place {
    int64_t since_ms;
    int32_t n;
} Place;
static Place places[SENT_KINDS][PLACES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Somebody at home has 2^64 addresses of IPv6, and they are one network. What is no
 * address counts as it is written. */
static Str network_of(Str peer, uint8_t room[16]) {
    static const uint8_t mapped[12] = { [10] = 0xFF, [11] = 0xFF };
    char z[64];

    snprintf(z, sizeof z, "%.*s", (int)peer.n, peer.p);
    if (inet_pton(AF_INET, z, room) == 1)
        return (Str){ (const char *)room, 4 };
    if (inet_pton(AF_INET6, z, room) != 1)
        return peer;
    return memcmp(room, mapped, sizeof mapped) == 0 ? (Str){ (const char *)room + 12, 4 }
                                                    : (Str){ (const char *)room, 8 };
}

static Err often(Sent what, int minutes, Fault *f) {
    if (what == SENT_PHOTO)
        return fault(f, ERR_OFTEN, "uploads_often", "", "从您这里发来的照片太多，请过 %d 分钟再发。",
                     "Too many photos came from your address: try again in %d minutes.", minutes);
    return fault(
        f, ERR_OFTEN, "reports_often", "",
        "从您所在的网络发来的上报太多，请过 %d 分钟再报；有危险请马上打急救或报警电话。",
        "Too many reports came from your network: try again in %d minutes, and in danger call for help now.",
        minutes);
}

Err senders_judge(Sent what, int64_t whose, int32_t most, Str peer, int64_t now_ms, int32_t *ret_wait_s,
                  Fault *f) {
    const int64_t window = SENDERS_MINUTES * 60000LL;
    uint8_t hash[32], room[16], key[32] = { 0 };

    if (most == 0)
        return OK;
    memcpy(key, &whose, sizeof whose);
    hash_32("senders", key, network_of(peer, room), hash);
    Place *p = &places[what][(size_t)(hash[0] | hash[1] << 8) % PLACES];
    pthread_mutex_lock(&lock);
    if (now_ms - p->since_ms >= window || now_ms < p->since_ms)
        *p = (Place){ .since_ms = now_ms };
    int64_t wait_ms = p->since_ms + window - now_ms;
    bool full = p->n >= most;
    p->n += !full;
    pthread_mutex_unlock(&lock);
    if (!full)
        return OK;
    *ret_wait_s = (int32_t)((wait_ms + 999) / 1000);
    return often(what, (int)((wait_ms + 59999) / 60000), f);
}
