/* photo_reader: what another process decoded is what we would have, its refusals come
 * through, and whatever it does – says nothing, says nonsense, is not there – is a
 * sentence. Confined, it can open no file. */
#include "photo_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <fcntl.h>
#include <jpeglib.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static Arena arena;

static Str jpeg_of(int w, int h) {
    struct jpeg_compress_struct j;
    struct jpeg_error_mgr errors;
    unsigned char *out = NULL, *row = malloc((size_t)w * 3);
    unsigned long n = 0;
    Str s;
    Fault f;

    assert_non_null(row);
    j.err = jpeg_std_error(&errors);
    jpeg_create_compress(&j);
    jpeg_mem_dest(&j, &out, &n);
    j.image_width = (JDIMENSION)w;
    j.image_height = (JDIMENSION)h;
    j.input_components = 3;
    j.in_color_space = JCS_RGB;
    jpeg_set_defaults(&j);
    jpeg_start_compress(&j, TRUE);
    for (int y = 0; y < h; y++) {
        for (int i = 0; i < 3 * w; i++)
            row[i] = (unsigned char)(i * 7 + y * 3);
        jpeg_write_scanlines(&j, &row, 1);
    }
    jpeg_finish_compress(&j);
    jpeg_destroy_compress(&j);
    assert_int_equal(str_copy(&arena, (Str){ (char *)out, n }, &s, &f), OK);
    free(out);
    free(row);
    return s;
}

static void test_same(void **state) {
    static const PhotoBox box = { 0, 0, 5000, 5000 };
    Str file = jpeg_of(2000, 1500);
    PhotoMade here, there;
    Fault f = { 0 };

    (void)state;
    photo_reader_use(getenv("JW_BINARY"));
    assert_int_equal(photo_make(file, &arena, &here, &f), OK);
    if (photo_reader_make(file, &arena, &there, &f) != OK)
        fail_msg("%s %s", f.en, f.detail);
    assert_int_equal(there.width, 1600);
    assert_true(str_same(here.large, there.large) && str_same(here.small, there.small));
    Str large = there.large;
    assert_int_equal(photo_cover(large, &box, 1, &arena, &here, &f), OK);
    assert_int_equal(photo_reader_cover(large, &box, 1, &arena, &there, &f), OK);
    assert_true(str_same(here.large, there.large) && !str_same(large, there.large));
}

static void refused(Str file, Err err, const char *key) {
    PhotoMade made = { .width = -1 };
    Fault f = { 0 };
    assert_int_equal(photo_reader_make(file, &arena, &made, &f), err);
    assert_string_equal(f.key, key);
    assert_int_equal(made.width, -1);
}

static void test_refusals(void **state) {
    static char heavy[PHOTO_FILE_MAX + 1];
    (void)state;
    photo_reader_use(getenv("JW_BINARY"));
    refused((Str){ "PK\x03\x04", 4 }, ERR_INVALID, "photo_kind");
    Str cut = jpeg_of(400, 300);
    cut.n /= 2;
    refused(cut, ERR_INVALID, "photo_damaged");
    refused((Str){ heavy, sizeof heavy }, ERR_LIMIT, "photo_heavy");
}

static void test_bad_process(void **state) {
    Str file = jpeg_of(40, 30);
    (void)state;
    photo_reader_use(NULL);
    refused(file, ERR_BUSY, "photo_reader");
    photo_reader_use("/nowhere/at/all");
    refused(file, ERR_BUSY, "photo_reader");
    photo_reader_use("/bin/true"); /* says nothing */
    refused(file, ERR_LIMIT, "photo_too_costly");
    photo_reader_use(getenv("JW_BINARY"));
}

static int ends_how(void (*what)(void)) {
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        if (photo_reader_confine())
            what();
        _exit(3);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void open_a_file(void) { _exit(open("/etc/passwd", O_RDONLY) >= 0 ? 1 : 2); }
static void begin_a_program(void) { _exit(execl("/bin/true", "true", NULL) ? 1 : 2); }

static void test_confined(void **state) {
    (void)state;
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
    skip(); /* there it has a time limit only */
#endif
    void (*const tries[])(void) = { open_a_file, begin_a_program };
    for (size_t i = 0; i < COUNT(tries); i++) {
        int status = ends_how(tries[i]);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGSYS);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_bad_process),
        cmocka_unit_test(test_confined),
    };
    Fault f;

    if (arena_begin(&arena, 64 << 20, &f) != OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_end(&arena);
    return failed;
}
