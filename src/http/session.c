/* session – see session.h.
 *
 * The cache is sets of eight slots. A slot is words under a sequence number, odd
 * while it is being written: a reader copies, looks at the number again, and takes
 * the copy only if nothing moved (Boehm, "Can seqlocks get along with programming
 * language memory models?", 2012). Writers of one set take its lock. */
#include "session.h"

#include "seal.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <string.h>

#define WAYS 8u
#define KEY_WORDS (sizeof(SessionKey) / 8)
#define BLOB_WORDS (SESSION_BLOB_MAX / 8)

/* The words of a slot, in order: key, expiry (0: empty), era of forget_all, length, blob. */
enum { AT_KEY = 0, AT_EXPIRY = KEY_WORDS, AT_ERA, AT_LENGTH, AT_BLOB, SLOT_WORDS = AT_BLOB + BLOB_WORDS };

typedef struct Slot {
    _Atomic uint64_t sequence;
    _Atomic uint64_t word[SLOT_WORDS];
} Slot;

typedef struct Set {
    pthread_mutex_t lock;
    _Atomic uint64_t forgotten; /* how often something of this set was */
    uint32_t next;              /* the slot to give up when all are taken */
    Slot slot[WAYS];
} Set;

struct SessionCache {
    _Atomic uint64_t era; /* raised by forget_all: what is older is void */
    size_t mask;
    Set set[];
};

void session_text(const unsigned char token[32], char ret[SESSION_TOKEN_CHARS + 1]) {
    sodium_bin2base64(ret, SESSION_TOKEN_CHARS + 1, token, 32, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void session_token(char ret_text[SESSION_TOKEN_CHARS + 1], SessionKey *ret) {
    unsigned char token[32];

    randombytes_buf(token, sizeof token);
    session_text(token, ret_text);
    hash_32("session", NULL, (Str){ (const char *)token, sizeof token }, ret->byte);
    sodium_memzero(token, sizeof token);
}

/* All ones where lo <= c <= hi, else 0: without a branch, and without a table that a
 * secret would choose from. */
static int within(int c, int lo, int hi) { return ((lo - 1 - c) & (c - hi - 1)) >> 8; }

/* The six bits of a character of base64url, -1: it is none (Steve Thomas). sodium's
 * decoder, for any length, ignored characters and padding, takes four times as long. */
static int sextet(int c) {
    return -1 + (within(c, 'A', 'Z') & (c - 'A' + 1)) + (within(c, 'a', 'z') & (c - 'a' + 27)) +
           (within(c, '0', '9') & (c - '0' + 53)) + (within(c, '-', '-') & 63) + (within(c, '_', '_') & 64);
}

/* 43 characters are 258 bits: the last two must be 0, so that a token has one text. */
static bool token_bytes(Str token, unsigned char ret[32]) {
    unsigned bits = 0;
    int wrong = 0; /* below 0: some character was none */
    size_t n = 0;

    if (token.n != SESSION_TOKEN_CHARS)
        return false;
    for (size_t i = 0, have = 0; i < token.n; i++) {
        int six = sextet((unsigned char)token.p[i]);
        wrong |= six;
        bits = bits << 6 | (unsigned)(six & 63);
        have += 6;
        if (have >= 8) {
            have -= 8;
            ret[n++] = (unsigned char)(bits >> have);
        }
    }
    return wrong >= 0 && !(bits & 3);
}

bool session_key(Str token, SessionKey *ret) {
    unsigned char raw[32];

    if (!token_bytes(token, raw))
        return false;
    hash_32("session", NULL, (Str){ (const char *)raw, sizeof raw }, ret->byte);
    sodium_memzero(raw, sizeof raw);
    return true;
}

void session_cookie(HttpCall *c, const char *name, const char *value, int64_t age_s, bool secure) {
    char room[320];
    Buf b = { room, 0, sizeof room, false, 0 };

    buf_fmt(&b, "%s=%s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Strict%s", name, value, (long long)age_s,
            secure ? "; Secure" : "");
    http_add(c, "Set-Cookie",
             b.full ? "\n" : room); /* a line break makes the answer a 500: never half a cookie */
}

/* ---- the cache ---- */

Err session_cache_new(size_t slots, SessionCache **ret, Fault *f) {
    size_t sets = 1;

    while (sets * WAYS < slots)
        sets *= 2;
    size_t size = sizeof(SessionCache) + sets * sizeof(Set);
    SessionCache *s = mem_alloc(size);
    if (!s)
        return fault_memory(f);
    memset(s, 0, size);
    s->mask = sets - 1;
    for (size_t i = 0; i < sets; i++)
        pthread_mutex_init(&s->set[i].lock, NULL);
    *ret = s;
    return OK;
}

void session_cache_free(SessionCache *s) {
    if (!s)
        return;
    for (size_t i = 0; i <= s->mask; i++)
        pthread_mutex_destroy(&s->set[i].lock);
    sodium_memzero(s, sizeof *s + (s->mask + 1) * sizeof(Set));
    mem_free(s);
}

/* A key is a hash already, so any of its bits choose evenly. */
static size_t set_of(const SessionCache *s, const uint64_t key[KEY_WORDS]) { return (size_t)key[0] & s->mask; }

static void key_words(const SessionKey *key, uint64_t ret[KEY_WORDS]) {
    memcpy(ret, key->byte, sizeof key->byte);
}

static uint64_t word(const Slot *slot, size_t i) {
    return atomic_load_explicit(&slot->word[i], memory_order_acquire);
}

static bool slot_has(const Slot *slot, const uint64_t key[KEY_WORDS]) {
    uint64_t differs = 0;

    for (size_t i = 0; i < KEY_WORDS; i++)
        differs |= word(slot, AT_KEY + i) ^ key[i];
    return differs == 0;
}

/* One consistent look into a slot. False: not there, void, or somebody is writing
 * (then the database knows). */
static bool slot_read(const Slot *slot, const uint64_t key[KEY_WORDS], uint64_t era, int64_t now_ms,
                      uint64_t *blob, size_t *ret_n) {
    uint64_t before = atomic_load_explicit(&slot->sequence, memory_order_acquire);

    if ((before & 1) || !slot_has(slot, key))
        return false;
    bool fresh = (int64_t)word(slot, AT_EXPIRY) > now_ms && word(slot, AT_ERA) == era;
    size_t n = (size_t)word(slot, AT_LENGTH);
    if (n > SESSION_BLOB_MAX)
        return false;
    for (size_t i = 0; i < (n + 7) / 8; i++)
        blob[i] = word(slot, AT_BLOB + i);
    *ret_n = n;
    return atomic_load_explicit(&slot->sequence, memory_order_relaxed) == before && fresh;
}

bool session_find(const SessionCache *s, const SessionKey *key, int64_t now_ms, void *ret_blob, size_t *ret_n) {
    uint64_t words[KEY_WORDS], blob[BLOB_WORDS], era = atomic_load(&s->era);
    size_t n;

    key_words(key, words);
    const Set *set = &s->set[set_of(s, words)];
    for (size_t i = 0; i < WAYS; i++)
        if (slot_read(&set->slot[i], words, era, now_ms, blob, &n)) {
            memcpy(ret_blob, blob, n);
            *ret_n = n;
            return true;
        }
    return false;
}

/* Both only rise, so the sum is the same only if neither moved. */
uint64_t session_generation(const SessionCache *s, const SessionKey *key) {
    uint64_t words[KEY_WORDS];

    key_words(key, words);
    return atomic_load(&s->era) + atomic_load(&s->set[set_of(s, words)].forgotten);
}

static void put(Slot *slot, size_t i, uint64_t value) {
    atomic_store_explicit(&slot->word[i], value, memory_order_release);
}

static void slot_write(Slot *slot, const uint64_t key[KEY_WORDS], uint64_t era, int64_t expires_ms,
                       const void *blob, size_t n) {
    uint64_t sequence = atomic_load_explicit(&slot->sequence, memory_order_relaxed), words[BLOB_WORDS] = { 0 };

    if (n)
        memcpy(words, blob, n);
    atomic_store_explicit(&slot->sequence, sequence + 1, memory_order_relaxed);
    for (size_t i = 0; i < KEY_WORDS; i++)
        put(slot, AT_KEY + i, key[i]);
    put(slot, AT_EXPIRY, (uint64_t)expires_ms);
    put(slot, AT_ERA, era);
    put(slot, AT_LENGTH, n);
    for (size_t i = 0; i < BLOB_WORDS; i++)
        put(slot, AT_BLOB + i, words[i]);
    atomic_store_explicit(&slot->sequence, sequence + 2, memory_order_release);
}

/* The slot of this key, or one that is free or void, or the next in turn. */
static Slot *slot_for(Set *set, const uint64_t key[KEY_WORDS], uint64_t era) {
    Slot *empty = NULL;

    for (size_t i = 0; i < WAYS; i++) {
        Slot *slot = &set->slot[i];
        if (slot_has(slot, key))
            return slot;
        if (word(slot, AT_EXPIRY) == 0 || word(slot, AT_ERA) != era)
            empty = slot;
    }
    return empty ? empty : &set->slot[set->next++ % WAYS];
}

void session_keep(SessionCache *s, const SessionKey *key, uint64_t generation, int64_t expires_ms,
                  const void *blob, size_t n) {
    uint64_t words[KEY_WORDS];

    if (n > SESSION_BLOB_MAX)
        return; /* too large to remember: asked again each time */
    key_words(key, words);
    Set *set = &s->set[set_of(s, words)];
    pthread_mutex_lock(&set->lock);
    uint64_t era = atomic_load(&s->era);
    if (era + atomic_load(&set->forgotten) == generation)
        slot_write(slot_for(set, words, era), words, era, expires_ms, blob, n);
    pthread_mutex_unlock(&set->lock);
}

void session_forget(SessionCache *s, const SessionKey *key) {
    static const uint64_t nobody[KEY_WORDS];
    uint64_t words[KEY_WORDS];

    key_words(key, words);
    Set *set = &s->set[set_of(s, words)];
    pthread_mutex_lock(&set->lock);
    atomic_fetch_add(&set->forgotten, 1);
    for (size_t i = 0; i < WAYS; i++)
        if (slot_has(&set->slot[i], words))
            slot_write(&set->slot[i], nobody, 0, 0, NULL, 0);
    pthread_mutex_unlock(&set->lock);
}

/* A keep that read the era just before writes a slot of the old era: void at once. */
void session_forget_all(SessionCache *s) { atomic_fetch_add(&s->era, 1); }
