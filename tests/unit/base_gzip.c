/* gzip: what is packed comes back, nothing else does, and memory may fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "gzip.h"

#include <string.h>

static Fault fa;

static void packs_and_unpacks(void **state) {
    static char bytes[100000];
    Buf packed, back;

    (void)state;
    assert_int_equal(buf_begin(&packed, 64, 1 << 20, &fa), OK);
    assert_int_equal(buf_begin(&back, 64, 1 << 20, &fa), OK);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * i >> 7);
    for (size_t n = 0; n <= sizeof bytes; n = n * 3 + 1) {
        packed.n = back.n = 0;
        assert_int_equal(gzip_pack((Str){ bytes, n }, &packed, &fa), OK);
        assert_memory_equal(packed.p, "\x1f\x8b\x08", 3);
        assert_int_equal(gzip_unpack(buf_view(&packed), &back, &fa), OK);
        assert_int_equal(back.n, n);
        assert_memory_equal(back.p, bytes, n);
    }
    buf_end(&packed);
    buf_end(&back);
}

static void refuses_what_is_broken(void **state) {
    char text[] = "经纬 经纬 经纬 经纬 经纬 经纬";
    Buf packed, back, small;

    (void)state;
    assert_int_equal(buf_begin(&packed, 64, 1 << 20, &fa), OK);
    assert_int_equal(buf_begin(&back, 64, 1 << 20, &fa), OK);
    assert_int_equal(buf_begin(&small, 8, 16, &fa), OK);
    assert_int_equal(gzip_pack(str(text), &packed, &fa), OK);
    for (size_t n = 0; n < packed.n; n++) { /* cut off anywhere */
        back.n = 0;
        assert_int_equal(gzip_unpack((Str){ packed.p, n }, &back, &fa), ERR_INVALID);
        assert_string_equal(fa.key, "gzip_broken");
    }
    packed.p[packed.n - 6] ^= 1; /* the checksum */
    assert_int_equal(gzip_unpack(buf_view(&packed), &back, &fa), ERR_INVALID);
    packed.p[packed.n - 6] ^= 1;
    buf_char(&packed, 'x'); /* something behind it */
    assert_int_equal(gzip_unpack(buf_view(&packed), &back, &fa), ERR_INVALID);
    packed.n--;
    assert_int_equal(gzip_unpack(buf_view(&packed), &small, &fa), ERR_LIMIT);
    buf_end(&packed);
    buf_end(&back);
    buf_end(&small);
}

static void memory_may_fail(void **state) {
    Buf packed;
    long n = 1;
    Err e;

    (void)state;
    assert_int_equal(buf_begin(&packed, 4096, 1 << 20, &fa), OK);
    mem_watched = true;
    do {
        mem_calls = 0;
        mem_fail_from = mem_fail_to = n++;
        packed.n = 0;
        e = gzip_pack(str("经纬"), &packed, &fa);
        assert_true(e == OK || e == ERR_NO_MEMORY);
    } while (e != OK);
    mem_watched = false;
    assert_true(n > 3);
    buf_end(&packed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packs_and_unpacks),
        cmocka_unit_test(refuses_what_is_broken),
        cmocka_unit_test(memory_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
