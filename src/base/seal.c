/* seal – see seal.h. */
#include "seal.h"
#include "random.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <sodium.h>
#include <string.h>
#include <time.h>

enum {
    KEY = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
};
static_assert(KEY == 32 && NONCE + TAG == SEAL_EXTRA, "the sizes that seal.h promises");
static_assert((int)crypto_pwhash_STRBYTES <= (int)PASSWORD_HASH, "a hash fits");

struct KeyRing {
    int32_t count;
    int32_t id[SEAL_KEYS_MAX]; /* rising, so the last one seals */
    uint8_t key[SEAL_KEYS_MAX][KEY];
};

void seal_wipe(void *p, size_t n) { sodium_memzero(p, n); }
int32_t keyring_count(const KeyRing *r) { return r->count; }

Err keyring_new(KeyRing **ret, Fault *f) {
    KeyRing *r = mem_alloc(sizeof *r);
    if (!r)
        return fault_memory(f);
    memset(r, 0, sizeof *r);
    *ret = r;
    return OK;
}

void keyring_free(KeyRing *r) {
    if (!r)
        return;
    sodium_memzero(r, sizeof *r);
    mem_free(r);
}

Err keyring_add(KeyRing *r, int32_t id, const uint8_t key[32], Fault *f) {
    int32_t at = r->count;

    if (id < 1 || at == SEAL_KEYS_MAX)
        return fault(f, ERR_LIMIT, "keys_number", "", "密钥编号须从 1 开始，最多 %d 个密钥。",
                     "Keys are numbered from 1, and there are at most %d.", SEAL_KEYS_MAX);
    while (at > 0 && r->id[at - 1] > id)
        at--;
    if (at > 0 && r->id[at - 1] == id)
        return fault(f, ERR_CONFLICT, "keys_twice", "", "密钥编号 %d 出现了两次。",
                     "Key number %d occurs twice.", id);
    memmove(r->id + at + 1, r->id + at, (size_t)(r->count - at) * sizeof r->id[0]);
    memmove(r->key + at + 1, r->key + at, (size_t)(r->count - at) * KEY);
    r->id[at] = id;
    memcpy(r->key[at], key, KEY);
    r->count++;
    return OK;
}

Err keyring_grow(KeyRing *r, int32_t *ret_id, Fault *f) {
    uint8_t key[KEY];
    int32_t id = r->count ? r->id[r->count - 1] + 1 : 1;

    random_bytes(key, KEY);
    Err e = keyring_add(r, id, key, f);
    sodium_memzero(key, KEY);
    if (e == OK)
        *ret_id = id;
    return e;
}

void keyring_print(const KeyRing *r, Buf *b) {
    char hex[2 * KEY + 1];

    for (int32_t i = 0; i < r->count; i++) {
        buf_int(b, r->id[i]);
        buf_char(b, ' ');
        buf_str(b, sodium_bin2hex(hex, sizeof hex, r->key[i], KEY));
        buf_char(b, '\n');
    }
    sodium_memzero(hex, sizeof hex);
}

/* "12 <64 hex digits>"; false: it is not. */
static bool read_key_line(Str line, int32_t *ret_id, uint8_t ret[KEY]) {
    size_t at = 0, n = 0;
    int32_t id = 0;

    while (at < line.n && at < 6 && line.p[at] >= '0' && line.p[at] <= '9')
        id = id * 10 + (line.p[at++] - '0');
    size_t digits = at;
    while (at < line.n && line.p[at] == ' ')
        at++;
    if (digits == 0 || at == digits || line.n - at != 2 * KEY ||
        sodium_hex2bin(ret, KEY, line.p + at, line.n - at, NULL, &n, NULL) != 0 || n != KEY)
        return false;
    *ret_id = id;
    return true;
}

Err keyring_read(Str file, KeyRing **ret, Fault *f) {
    KeyRing *r;
    uint8_t key[KEY];
    Err e = OK;
    int32_t id, line_number = 0;

    TRY(keyring_new(&r, f));
    for (size_t from = 0, to; e == OK && from < file.n; from = to + 1) {
        const char *end = memchr(file.p + from, '\n', file.n - from);
        to = end ? (size_t)(end - file.p) : file.n;
        Str line = { file.p + from, to - from };
        while (line.n && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == ' '))
            line.n--;
        line_number++;
        if (line.n == 0 || line.p[0] == '#')
            continue;
        if (read_key_line(line, &id, key))
            e = keyring_add(r, id, key, f);
        else
            e = fault(f, ERR_INVALID, "keys_line", "", "密钥文件第 %d 行应为“编号 空格 64 位十六进制”。",
                      "Line %d of the key file is not \"number, space, 64 hex digits\".", line_number);
    }
    sodium_memzero(key, sizeof key);
    if (e == OK && r->count == 0)
        e = fault(f, ERR_INVALID, "keys_none", "", "密钥文件中没有密钥。", "The key file holds no key.");
    if (e != OK) {
        keyring_free(r);
        return e;
    }
    *ret = r;
    return OK;
}

/* ---- texts ---- */

Err seal_text(const KeyRing *r, Str plain, Str context, Arena *a, Str *ret_bytes, int32_t *ret_key_id,
              Fault *f) {
    if (r->count == 0)
        return fault(f, ERR_INVALID, "keys_none", "", "没有加密密钥。", "There is no key to encrypt with.");
    if (plain.n > SEAL_PLAIN_MAX)
        return fault_arena(f);
    uint8_t *out = arena_take(a, NONCE + plain.n + TAG);
    if (!out)
        return fault_arena(f);
    random_bytes(out, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, NULL, (const uint8_t *)plain.p, plain.n,
                                               (const uint8_t *)context.p, context.n, NULL, out,
                                               r->key[r->count - 1]);
    *ret_bytes = (Str){ (char *)out, NONCE + plain.n + TAG };
    *ret_key_id = r->id[r->count - 1];
    return OK;
}

Err seal_open(const KeyRing *r, int32_t key_id, Str bytes, Str context, Arena *a, Str *ret_plain, Fault *f) {
    const uint8_t *key = NULL, *in = (const uint8_t *)bytes.p;

    for (int32_t i = 0; i < r->count; i++)
        if (r->id[i] == key_id)
            key = r->key[i];
    if (!key)
        return fault(f, ERR_STORE, "key_missing", "", "缺少第 %d 号密钥，无法解密。请把原来的密钥文件放回。",
                     "Key number %d is missing, so this cannot be decrypted. Put the old key file back.",
                     key_id);
    if (bytes.n < SEAL_EXTRA || bytes.n > SEAL_PLAIN_MAX + SEAL_EXTRA)
        return fault(f, ERR_STORE, "seal_broken", "", "加密内容已损坏。", "The encrypted bytes are damaged.");
    size_t n = bytes.n - SEAL_EXTRA;
    char *out = arena_take(a, n + 1);
    if (!out)
        return fault_arena(f);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt((uint8_t *)out, NULL, NULL, in + NONCE, n + TAG,
                                                   (const uint8_t *)context.p, context.n, in, key) != 0)
        return fault(f, ERR_STORE, "seal_broken", "", "加密内容与密钥或所在的行不符，可能被改动或移动。",
                     "The encrypted bytes do not fit their key or their row: they were changed or moved.");
    *ret_plain = (Str){ out, n };
    return OK;
}

/* ---- passwords ---- */

enum { PASSES = 2, MEMORY = 19 * 1024 * 1024, AT_A_TIME = 2, WAIT_S = 10 };

static sem_t turns;
static void turns_begin(void) { sem_init(&turns, 0, AT_A_TIME); }

static Err take_turn(Fault *f) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct timespec until;

    pthread_once(&once, turns_begin);
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += WAIT_S;
    while (sem_clockwait(&turns, CLOCK_MONOTONIC, &until) != 0)
        if (errno != EINTR)
            return fault(f, ERR_BUSY, "password_busy", "", "正在登录的人太多，请稍后再试。",
                         "Too many people are signing in; try again shortly.");
    return OK;
}

static Err check_length(Str password, Fault *f) {
    if (password.n <= PASSWORD_MAX)
        return OK;
    return fault(f, ERR_LIMIT, "password_long", "password", "密码最多 %d 字节。",
                 "A password has at most %d bytes.", PASSWORD_MAX);
}

Err password_hash(Str password, char ret[PASSWORD_HASH], Fault *f) {
    char hash[crypto_pwhash_STRBYTES];

    TRY(check_length(password, f));
    TRY(take_turn(f));
    random_below(1); /* libsodium is ready */
    int failed =
        mem_fails_now() || crypto_pwhash_argon2id_str(hash, password.p, password.n, PASSES, MEMORY) != 0;
    sem_post(&turns);
    if (failed)
        return fault_memory(f);
    memcpy(ret, hash, sizeof hash);
    return OK;
}

bool password_is_stale(const char *hash) {
    return crypto_pwhash_argon2id_str_needs_rehash(hash, PASSES, MEMORY) != 0;
}

/* No password has this hash: its output bytes are all zero. */
static const char nobody[crypto_pwhash_STRBYTES] =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

Err password_verify(const char *hash, Str password, Fault *f) {
    TRY(check_length(password, f));
    if (hash && crypto_pwhash_argon2id_str_needs_rehash(hash, PASSES, MEMORY) < 0)
        return fault(f, ERR_STORE, "password_hash_broken", "", "保存的密码摘要已损坏，请管理员重设密码。",
                     "The stored password hash is damaged; have an administrator set the password again.");
    TRY(take_turn(f));
    random_below(1);
    errno = 0;
    int failed =
        mem_fails_now() ? -1 : crypto_pwhash_argon2id_str_verify(hash ? hash : nobody, password.p, password.n);
    int why = errno;
    sem_post(&turns);
    if (failed && why != EINVAL) /* libsodium says EINVAL for "computed, and different" */
        return fault_memory(f);
    if (failed || !hash)
        return fault(f, ERR_SIGN_IN, "sign_in_wrong", "password", "用户名或密码不正确。",
                     "The name or the password is wrong.");
    return OK;
}

/* ---- hashes ---- */

void hash_32(const char *domain, const uint8_t *key, Str bytes, uint8_t ret[32]) {
    uint8_t personal[crypto_generichash_blake2b_PERSONALBYTES] = { 0 };
    size_t n = strlen(domain);

    assert(n <= sizeof personal);
    memcpy(personal, domain, n);
    random_below(1);
    crypto_generichash_blake2b_salt_personal(ret, 32, (const uint8_t *)bytes.p, bytes.n, key, key ? 32 : 0,
                                             NULL, personal);
}

bool same_32(const uint8_t a[32], const uint8_t b[32]) { return sodium_memcmp(a, b, 32) == 0; }

void hmac_sha256(Str key, Str first, Str second, char ret[65]) {
    crypto_auth_hmacsha256_state state;
    unsigned char mac[crypto_auth_hmacsha256_BYTES];

    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.p, key.n);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)first.p, first.n);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)second.p, second.n);
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_bin2hex(ret, 65, mac, sizeof mac);
    sodium_memzero(&state, sizeof state);
}
