/* What tools/embed makes of tests/unit/pages: every file and nothing else, each byte
 * for byte, gzip forms that unpack to the same, an ETag of its own per form. */
#include "static.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void whole_table(void **state) {
    static const struct {
        const char *path, *type;
        bool gz, br;
    } wanted[] = {
        { "/assets/app-1.js", "text/javascript; charset=utf-8", true, true },
        { "/assets/dot-1.png", "image/png", false, false },
        { "/console/index.html", "text/html; charset=utf-8", true, false },
        { "/empty.txt", "text/plain; charset=utf-8", false, false },
        { "/index.html", "text/html; charset=utf-8", false, false },
    };
    (void)state;
    assert_int_equal(web_files.count, COUNT(wanted));
    for (size_t i = 0; i < COUNT(wanted); i++) {
        const StaticFile *file = &web_files.files[i];
        assert_string_equal(file->path, wanted[i].path);
        assert_string_equal(file->type, wanted[i].type);
        assert_true((file->gz.p != NULL) == wanted[i].gz);
        assert_true((file->br.p != NULL) == wanted[i].br);
        assert_non_null(file->plain.p);
        assert_int_equal(file->plain.etag[0], '"');
        if (file->gz.p)
            assert_string_not_equal(file->gz.etag, file->plain.etag);
        if (file->br.p)
            assert_string_not_equal(file->br.etag, file->plain.etag);
    }
}

static void byte_for_byte(void **state) {
    const char *source = getenv("JW_SOURCE");
    (void)state;
    assert_non_null(source);
    for (size_t i = 0; i < web_files.count; i++) {
        const StaticFile *file = &web_files.files[i];
        char path[1024], room[8192];
        snprintf(path, sizeof path, "%s/tests/unit/pages%s", source, file->path);
        FILE *f = fopen(path, "rb");
        assert_non_null(f);
        size_t n = fread(room, 1, sizeof room, f);
        fclose(f);
        assert_int_equal(file->plain.n, n);
        assert_memory_equal(file->plain.p, room, n);
        if (!file->gz.p)
            continue;
        unsigned char unpacked[8192];
        z_stream z = { .next_in = (unsigned char *)(uintptr_t)file->gz.p,
                       .avail_in = (uInt)file->gz.n,
                       .next_out = unpacked,
                       .avail_out = sizeof unpacked };
        assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
        assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
        assert_int_equal(z.total_out, n);
        assert_memory_equal(unpacked, room, n);
        assert_true(file->gz.n < n);
        inflateEnd(&z);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(whole_table), cmocka_unit_test(byte_for_byte) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
