/* Sealed texts open only whole, in their place, under their key; passwords. */
#include "seal.h"
#include "random.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static KeyRing *ring;
static Arena arena;
static Fault f;

static int begin(void **unused) {
    int32_t id;
    (void)unused;
    return arena_begin(&arena, 1 << 20, &f) || keyring_new(&ring, &f) || keyring_grow(ring, &id, &f) || id != 1;
}

static int end(void **unused) {
    (void)unused;
    arena_end(&arena);
    keyring_free(ring);
    return 0;
}

static void opens_what_it_sealed(void **unused) {
    static const char *const plain[] = { "", "1", "13800000000", "王小明 🏮", "a\nb" };
    Str sealed, again, open;
    int32_t key;

    (void)unused;
    for (size_t i = 0; i < COUNT(plain); i++) {
        assert_int_equal(seal_text(ring, str(plain[i]), str("reporter.phone/1"), &arena, &sealed, &key, &f),
                         OK);
        assert_int_equal(key, 1);
        assert_int_equal(sealed.n, strlen(plain[i]) + SEAL_EXTRA);
        assert_int_equal(seal_text(ring, str(plain[i]), str("reporter.phone/1"), &arena, &again, &key, &f), OK);
        assert_false(str_same(sealed, again)); /* equal numbers do not look equal */
        assert_int_equal(seal_open(ring, 1, sealed, str("reporter.phone/1"), &arena, &open, &f), OK);
        assert_true(str_is(open, plain[i]));
        assert_int_equal(open.p[open.n], 0);
    }
}

static void does_not_open(KeyRing *r, int32_t key, Str sealed, const char *context, const char *want) {
    Str open = { "untouched", 9 };
    assert_int_equal(seal_open(r, key, sealed, str(context), &arena, &open, &f), ERR_STORE);
    assert_string_equal(f.key, want);
    assert_true(str_is(open, "untouched"));
}

static void refuses_what_was_changed(void **unused) {
    KeyRing *other;
    Str sealed;
    int32_t key;

    (void)unused;
    assert_int_equal(keyring_new(&other, &f), OK);
    assert_int_equal(keyring_grow(other, &key, &f), OK);
    assert_int_equal(seal_text(ring, str("13800000000"), str("a/1"), &arena, &sealed, &key, &f), OK);
    char *bytes = (char *)(uintptr_t)sealed.p;
    for (size_t i = 0; i < sealed.n; i++)
        for (int bit = 0; bit < 8; bit++) {
            bytes[i] ^= (char)(1 << bit);
            does_not_open(ring, 1, sealed, "a/1", "seal_broken");
            bytes[i] ^= (char)(1 << bit);
        }
    for (size_t n = 0; n < sealed.n; n++)
        does_not_open(ring, 1, (Str){ sealed.p, n }, "a/1", "seal_broken");
    does_not_open(ring, 1, sealed, "a/2", "seal_broken"); /* moved to another row */
    does_not_open(other, 1, sealed, "a/1", "seal_broken");
    does_not_open(ring, 2, sealed, "a/1", "key_missing");
    keyring_free(other);
}

static void old_keys_still_open(void **unused) {
    Str old, new, open;
    int32_t key;

    (void)unused;
    assert_int_equal(seal_text(ring, str("old"), str("c"), &arena, &old, &key, &f), OK);
    assert_int_equal(keyring_grow(ring, &key, &f), OK);
    assert_int_equal(key, 2);
    assert_int_equal(seal_text(ring, str("new"), str("c"), &arena, &new, &key, &f), OK);
    assert_int_equal(key, 2);
    assert_int_equal(seal_open(ring, 1, old, str("c"), &arena, &open, &f), OK);
    assert_int_equal(seal_open(ring, 2, new, str("c"), &arena, &open, &f), OK);
}

static void key_files(void **unused) {
    char room[512];
    Buf b = { room, 0, sizeof room, false, 0 };
    KeyRing *back = NULL, *none;
    Str sealed, open;
    int32_t key;

    (void)unused;
    buf_str(&b, "# keys\r\n\n");
    keyring_print(ring, &b);
    assert_false(b.full);
    assert_int_equal(keyring_read(buf_view(&b), &back, &f), OK);
    assert_int_equal(keyring_count(back), keyring_count(ring));
    assert_int_equal(seal_text(ring, str("x"), str("c"), &arena, &sealed, &key, &f), OK);
    assert_int_equal(seal_open(back, key, sealed, str("c"), &arena, &open, &f), OK);
    keyring_free(back);

    static const char *const bad[] = { "1 abc", "x", "1", "1 ", "0000001 00", " 1 00" };
    for (size_t i = 0; i < COUNT(bad); i++) {
        snprintf(room, sizeof room, "# first\n%s", bad[i]);
        assert_int_equal(keyring_read(str(room), &none, &f), ERR_INVALID);
        assert_string_equal(f.key, "keys_line");
        assert_non_null(strstr(f.en, "Line 2 "));
    }
    assert_int_equal(keyring_read(str("# nothing\n"), &none, &f), ERR_INVALID);
    assert_string_equal(f.key, "keys_none");
    memset(room, 'a', 64);
    room[64] = 0;
    char twice[1100];
    snprintf(twice, sizeof twice, "1 %s\n1 %s\n", room, room);
    assert_int_equal(keyring_read(str(twice), &none, &f), ERR_CONFLICT);
    assert_int_equal(keyring_new(&none, &f), OK);
    assert_int_equal(seal_text(none, str("x"), str("c"), &arena, &sealed, &key, &f), ERR_INVALID);
    uint8_t k[32] = { 0 };
    for (int32_t id = SEAL_KEYS_MAX; id > 0; id--)
        assert_int_equal(keyring_add(none, id, k, &f), OK);
    assert_int_equal(keyring_add(none, 99, k, &f), ERR_LIMIT);
    keyring_free(none);
}

static void texts_too_large(void **unused) {
    static char big[SEAL_PLAIN_MAX + 1];
    Str sealed;
    int32_t key;
    Arena small;

    (void)unused;
    assert_int_equal(seal_text(ring, (Str){ big, sizeof big }, str("c"), &arena, &sealed, &key, &f), ERR_LIMIT);
    assert_int_equal(seal_text(ring, (Str){ big, SEAL_PLAIN_MAX }, str("c"), &arena, &sealed, &key, &f), OK);
    assert_int_equal(arena_begin(&small, 64, &f), OK);
    assert_int_equal(seal_text(ring, (Str){ big, 60 }, str("c"), &small, &sealed, &key, &f), ERR_LIMIT);
    arena_end(&small);
}

static void passwords(void **unused) {
    char hash[PASSWORD_HASH], other[PASSWORD_HASH];
    static char huge[PASSWORD_MAX + 1];

    (void)unused;
    assert_int_equal(password_hash(str("correct horse 电池"), hash, &f), OK);
    assert_int_equal(strncmp(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31), 0);
    assert_false(password_is_stale(hash));
    assert_int_equal(password_hash(str("correct horse 电池"), other, &f), OK);
    assert_string_not_equal(hash, other);
    assert_int_equal(password_verify(hash, str("correct horse 电池"), &f), OK);
    assert_int_equal(password_verify(hash, str("correct horse"), &f), ERR_SIGN_IN);
    assert_int_equal(password_verify(hash, str(""), &f), ERR_SIGN_IN);
    assert_int_equal(password_verify(NULL, str("correct horse 电池"), &f), ERR_SIGN_IN);
    assert_string_equal(f.key, "sign_in_wrong");
    assert_int_equal(password_verify("plain text", str("plain text"), &f), ERR_STORE);
    assert_int_equal(password_verify("", str(""), &f), ERR_STORE);
    assert_int_equal(password_hash((Str){ huge, sizeof huge }, hash, &f), ERR_LIMIT);
    assert_int_equal(password_verify(hash, (Str){ huge, sizeof huge }, &f), ERR_LIMIT);
    assert_true(password_is_stale("$argon2id$v=19$m=8192,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                                  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
}

static void *verify_once(void *hash) {
    Fault mine;
    return password_verify(hash, str("correct"), &mine) == OK ? hash : NULL;
}

static void many_at_the_door(void **unused) {
    char hash[PASSWORD_HASH];
    pthread_t t[6];
    void *right;

    (void)unused;
    assert_int_equal(password_hash(str("correct"), hash, &f), OK);
    for (size_t i = 0; i < COUNT(t); i++)
        pthread_create(&t[i], NULL, verify_once, hash);
    for (size_t i = 0; i < COUNT(t); i++) {
        pthread_join(t[i], &right);
        assert_ptr_equal(right, hash);
    }
}

static void hashes(void **unused) {
    uint8_t a[32], b[32], key[32] = { 7 };

    (void)unused;
    hash_32("session", NULL, str("abc"), a);
    hash_32("session", NULL, str("abc"), b);
    assert_true(same_32(a, b));
    hash_32("client_key", NULL, str("abc"), b);
    assert_false(same_32(a, b));
    hash_32("session", key, str("abc"), b);
    assert_false(same_32(a, b));
    hash_32("session", NULL, str("abd"), b);
    assert_false(same_32(a, b));
    hash_32("", NULL, str("abc"), a); /* with no domain it is plain BLAKE2b-256 */
    static const uint8_t want[] = { 0xbd, 0xdd, 0x81, 0x3c, 0x63, 0x42, 0x39, 0x72 };
    assert_memory_equal(a, want, sizeof want);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_what_it_sealed), cmocka_unit_test(refuses_what_was_changed),
        cmocka_unit_test(old_keys_still_open),  cmocka_unit_test(key_files),
        cmocka_unit_test(texts_too_large),      cmocka_unit_test(passwords),
        cmocka_unit_test(many_at_the_door),     cmocka_unit_test(hashes),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
