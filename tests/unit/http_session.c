/* Tokens and their cache: what is kept is found, what is revoked never returns, and
 * readers among writers never see half of one and half of another. */
#include "seal.h"
#include "session.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <string.h>

static SessionKey key_of(uint32_t i) {
    SessionKey k = { 0 };
    memcpy(k.byte, &i, sizeof i);
    memcpy(k.byte + 28, &i, sizeof i);
    return k;
}

static void tokens(void **state) {
    char text[SESSION_TOKEN_CHARS + 1], other[SESSION_TOKEN_CHARS + 1];
    SessionKey made, read, second;
    (void)state;
    session_token(text, &made);
    session_token(other, &second);
    assert_int_equal(strlen(text), SESSION_TOKEN_CHARS);
    assert_string_not_equal(text, other);
    assert_true(session_key(str(text), &read));
    assert_memory_equal(&made, &read, sizeof made);
    assert_memory_not_equal(&made, &second, sizeof made);
    assert_int_equal(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
                     SESSION_TOKEN_CHARS);
    assert_false(session_key(str(""), &read));
    assert_false(session_key((Str){ text, SESSION_TOKEN_CHARS - 1 }, &read));
    text[5] = '+';
    assert_false(session_key(str(text), &read));
    text[5] = ' ';
    assert_false(session_key(str(text), &read));
}

/* Every character in every place is read as sodium reads it: the same bytes, or none.
 * (Bytes from 0x80 on, which libsodium 1.0.18 takes for characters, are none.) */
static void reads_as_sodium_does(void **state) {
    char text[SESSION_TOKEN_CHARS + 1];
    unsigned char raw[32];
    SessionKey key, same;
    size_t n;
    (void)state;
    for (size_t at = 0; at < SESSION_TOKEN_CHARS; at++) {
        session_token(text, &key);
        for (int c = 0; c < 256; c++) {
            text[at] = (char)c;
            bool good = c < 0x80 && sodium_base642bin(raw, sizeof raw, text, SESSION_TOKEN_CHARS, NULL, &n,
                                                      NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;
            assert_int_equal(session_key((Str){ text, SESSION_TOKEN_CHARS }, &key), good);
            if (!good)
                continue;
            hash_32("session", NULL, (Str){ (const char *)raw, sizeof raw }, same.byte);
            assert_memory_equal(&key, &same, sizeof key);
        }
    }
}

static void keep_find_forget(void **state) {
    SessionCache *s;
    Fault f;
    SessionKey a = key_of(1), b = key_of(2);
    char blob[SESSION_BLOB_MAX];
    size_t n = 99;
    (void)state;
    assert_int_equal(session_cache_new(64, &s, &f), OK);
    assert_false(session_find(s, &a, 0, blob, &n));
    session_keep(s, &a, session_generation(s, &a), 1000, "alpha", 6);
    session_keep(s, &b, session_generation(s, &b), 1000, "", 0);
    assert_true(session_find(s, &a, 999, blob, &n));
    assert_int_equal(n, 6);
    assert_string_equal(blob, "alpha");
    assert_true(session_find(s, &b, 999, blob, &n));
    assert_int_equal(n, 0);
    assert_false(session_find(s, &a, 1000, blob, &n));
    session_keep(s, &a, session_generation(s, &a), 2000, "beta", 5);
    assert_true(session_find(s, &a, 1000, blob, &n));
    assert_string_equal(blob, "beta");
    session_forget(s, &a);
    assert_false(session_find(s, &a, 0, blob, &n));
    assert_true(session_find(s, &b, 0, blob, &n));
    session_forget_all(s);
    assert_false(session_find(s, &b, 0, blob, &n));
    char large[SESSION_BLOB_MAX + 1] = { 0 };
    session_keep(s, &a, session_generation(s, &a), 2000, large, sizeof large);
    assert_false(session_find(s, &a, 0, blob, &n));
    memset(large, 'z', sizeof large);
    session_keep(s, &a, session_generation(s, &a), 2000, large, SESSION_BLOB_MAX);
    assert_true(session_find(s, &a, 0, blob, &n));
    assert_memory_equal(blob, large, SESSION_BLOB_MAX);
    session_cache_free(s);
}

/* Read from the database, revoked there meanwhile, kept afterwards: not found. */
static void revoked_does_not_return(void **state) {
    SessionCache *s;
    Fault f;
    SessionKey a = key_of(7);
    char blob[SESSION_BLOB_MAX];
    size_t n;
    (void)state;
    assert_int_equal(session_cache_new(8, &s, &f), OK);
    uint64_t generation = session_generation(s, &a);
    session_forget(s, &a);
    session_keep(s, &a, generation, 1000, "old", 4);
    assert_false(session_find(s, &a, 0, blob, &n));
    generation = session_generation(s, &a);
    session_forget_all(s);
    session_keep(s, &a, generation, 1000, "old", 4);
    assert_false(session_find(s, &a, 0, blob, &n));
    session_keep(s, &a, session_generation(s, &a), 1000, "new", 4);
    assert_true(session_find(s, &a, 0, blob, &n));
    session_cache_free(s);
}

static void full_gives_up_the_old(void **state) {
    SessionCache *s;
    Fault f;
    char blob[SESSION_BLOB_MAX];
    size_t n;
    int found = 0;
    (void)state;
    assert_int_equal(session_cache_new(64, &s, &f), OK);
    for (uint32_t i = 0; i < 1000; i++) {
        SessionKey k = key_of(i);
        session_keep(s, &k, session_generation(s, &k), 1000, &i, sizeof i);
        assert_true(session_find(s, &k, 0, blob, &n));
    }
    for (uint32_t i = 0; i < 1000; i++) {
        SessionKey k = key_of(i);
        if (session_find(s, &k, 0, blob, &n)) {
            assert_memory_equal(blob, &i, sizeof i);
            found++;
        }
    }
    assert_int_equal(found, 64);
    session_cache_free(s);
}

typedef struct Race {
    SessionCache *s;
    _Atomic bool ends;
    _Atomic int torn, found;
} Race;

static void *read_on(void *arg) {
    Race *r = arg;
    unsigned char blob[SESSION_BLOB_MAX];
    size_t n;
    while (!r->ends)
        for (uint32_t i = 0; i < 16; i++) {
            SessionKey k = key_of(i);
            if (!session_find(r->s, &k, 0, blob, &n))
                continue;
            r->found++;
            if (n != 200 || blob[0] % 16 != i)
                r->torn++;
            for (size_t j = 1; j < n; j++)
                if (blob[j] != blob[0])
                    r->torn++;
        }
    return NULL;
}

static void readers_never_see_halves(void **state) {
    Race r = { 0 };
    Fault f;
    pthread_t reader[2];
    unsigned char blob[200];
    (void)state;
    assert_int_equal(session_cache_new(8, &r.s, &f), OK);
    for (int i = 0; i < 2; i++)
        pthread_create(&reader[i], NULL, read_on, &r);
    for (uint32_t i = 0; i < 100000 || (r.found == 0 && i < 10000000); i++) {
        SessionKey k = key_of(i % 16);
        memset(blob, (int)(i % 256), sizeof blob);
        session_keep(r.s, &k, session_generation(r.s, &k), 1000, blob, sizeof blob);
        if (i % 64 == 0)
            session_forget(r.s, &k);
    }
    r.ends = true;
    for (int i = 0; i < 2; i++)
        pthread_join(reader[i], NULL);
    assert_int_equal(r.torn, 0);
    assert_true(r.found > 0);
    session_cache_free(r.s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens),
        cmocka_unit_test(reads_as_sodium_does),
        cmocka_unit_test(keep_find_forget),
        cmocka_unit_test(revoked_does_not_return),
        cmocka_unit_test(full_gives_up_the_old),
        cmocka_unit_test(readers_never_see_halves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
