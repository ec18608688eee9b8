/* Tables: what is read, what is refused and how it is said, and that what is written is read back. */
#include "csv.h"

#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static Fault f;

/* Gives out `step` bytes at a time, so that every buffer boundary is met. */
typedef struct Drip {
    Str rest;
    size_t step;
    int fail_at; /* calls until it fails; 0 never */
} Drip;

static Err drip(void *source, char *to, size_t room, size_t *ret_n, Fault *ff) {
    Drip *d = source;
    if (d->fail_at && --d->fail_at == 0)
        return fault(ff, ERR_STORE, "disk", "", "磁盘", "The disk broke.");
    CsvMemory m = { d->rest };
    Err e = csv_from_memory(&m, to, d->step && d->step < room ? d->step : room, ret_n, ff);
    d->rest = m.rest;
    return e;
}

static Csv *open_drip(Drip *d, CsvLimits limits) {
    Csv *c;
    assert_int_equal(csv_open(drip, d, limits, &c, &f), OK);
    return c;
}

/* All rows as one text: fields between < >, rows between lines; then the fault's key. */
static char shown[1 << 18];
static const char *show_limited(Str table, size_t step, CsvLimits limits) {
    Drip d = { table, step, 0 };
    Csv *c = open_drip(&d, limits);
    Buf b = { shown, 0, sizeof shown, false, 0 };
    bool more = true;

    shown[0] = 0;
    for (;;) {
        Err e = csv_next(c, &more, &f);
        if (e != OK) {
            buf_fmt(&b, "!%s", f.key);
            assert_true(csv_is_broken(c));
            assert_int_equal(csv_next(c, &more, &f), e); /* and stays so */
            break;
        }
        if (!more)
            break;
        for (int32_t i = 0; i < csv_count(c); i++) {
            Str s = csv_field(c, i);
            buf_char(&b, '<');
            buf_put(&b, s.p, s.n);
            buf_char(&b, '>');
            assert_int_equal(s.p[s.n], 0);
        }
        buf_char(&b, '|');
    }
    csv_close(c);
    return shown;
}

static const char *show(Str table, size_t step) { return show_limited(table, step, (CsvLimits){ 0 }); }

static void rows_and_fields(void **unused) {
    static const struct {
        const char *table, *want;
    } t[] = {
        { "", "" },
        { "a", "<a>|" },
        { "a,b\nc,d\n", "<a><b>|<c><d>|" },
        { "a,b\r\nc,d\r\n", "<a><b>|<c><d>|" },
        { "a,b\rc,d\r", "<a><b>|<c><d>|" },
        { "a,b\n\n\r\n  \n,,\n\"\"\nc", "<a><b>|<c>|" }, /* nothing in them */
        { ",a,\n", "<><a><>|" },
        { "\"a\",\"b,c\",\"d\"\"e\"\n", "<a><b,c><d\"e>|" },
        { "\"a\r\nb\",\"c\nd\"\r\nx", "<a\r\nb><c\nd>|<x>|" },
        { "\"\",x,\"\"", "<><x><>|" },
        { "\"\"\"\"\n", "<\">|" },
        { "5\" pipe,a\"b\"c\n", "<5\" pipe><a\"b\"c>|" },
        { " a , b \n", "< a >< b >|" },
        { "\xEF\xBB\xBF"
          "a,b",
          "<a><b>|" },
        { "\xEF\xBB\xBF\"a,b\"", "<a,b>|" },
        { "微网格,🏮\n", "<微网格><🏮>|" },
        { "a\n\"b", "<a>|!csv_quote" },
        { "a\n\"b\"c\n", "<a>|!csv_quote" },
        { "a\n\"b\" ,c\n", "<a>|!csv_quote" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(t); i++)
        for (size_t step = 0; step < 4; step++)
            assert_string_equal(show(str(t[i].table), step), t[i].want);
    assert_string_equal(show_limited(str("a;b,c\n"), 1, (CsvLimits){ .delimiter = ';' }), "<a><b,c>|");
    assert_string_equal(show((Str){ "a\nb\0c", 5 }, 0), "<a>|!csv_nul");
    assert_non_null(strstr(f.en, "Row 2 (line 2"));
}

static size_t to_gb(const char *utf8, char *out, size_t size) {
    iconv_t cd = iconv_open("GB18030", "UTF-8");
    char *in = (char *)(uintptr_t)utf8, *to = out;
    size_t n = strlen(utf8), left = size;
    assert_true(iconv(cd, &in, &n, &to, &left) == 0);
    iconv_close(cd);
    return size - left;
}

static void encodings(void **unused) {
    static const char text[] = "名称,户数\n幸福里三弄,320\n联通大厦,€ 🏮 㐂 ˊ\nplain,1\n";
    static char gb[4096], wide[200000];
    const char *want = "<名称><户数>|<幸福里三弄><320>|<联通大厦><€ 🏮 㐂 ˊ>|<plain><1>|";

    (void)unused;
    size_t n = to_gb(text, gb, sizeof gb);
    for (size_t step = 0; step < 5; step++) {
        assert_string_equal(show(str(text), step), want);
        assert_string_equal(show((Str){ gb, n }, step), want);
    }
    n = to_gb("联通\n", gb, sizeof gb); /* the word that Notepad took for UTF-8 */
    assert_string_equal(show((Str){ gb, n }, 0), "<联通>|");
    for (size_t pad = 65530; pad < 65541; pad++) { /* letters across the edge of the buffer, decided late */
        memset(wide, 'x', pad);
        wide[pad] = '\n';
        size_t more = to_gb(text, wide + pad + 1, 4096);
        CsvLimits large = { .field_max = 100000 };
        assert_string_equal(show_limited((Str){ wide, pad + 1 + more }, 0, large) + pad + 3, want);
        memcpy(wide + pad + 1, text, sizeof text - 1);
        assert_string_equal(show_limited((Str){ wide, pad + sizeof text }, 0, large) + pad + 3, want);
    }
    n = to_gb("中\n", gb, sizeof gb); /* told, not guessed */
    assert_string_equal(show_limited((Str){ gb, n }, 0, (CsvLimits){ .encoding = "GB18030" }), "<中>|");
    assert_string_equal(show_limited((Str){ gb, n }, 0, (CsvLimits){ .encoding = "UTF-8" }), "!csv_encoding");
}

static void letters_across_the_buffer(void **unused) {
    enum { N = 60000 };
    static char utf8[N * 4 + 1], gb[N * 4];
    static const char *const letters[] = { "格", "🏮", "é", "a", "ࠀ", "퟿", "𐀀", "", "߿" };
    size_t n = 0;
    Csv *c;
    bool more;

    (void)unused;
    for (size_t i = 0; i < N / 4; i++) {
        const char *l = letters[i * 7 % COUNT(letters)];
        memcpy(utf8 + n, l, strlen(l));
        n += strlen(l);
        if (i % 50 == 49)
            utf8[n++] = '\n';
    }
    utf8[n] = 0;
    size_t gb_n = to_gb(utf8, gb, sizeof gb);
    for (size_t shift = 0; shift < 3; shift++)
        for (int of_gb = 0; of_gb < 2; of_gb++) {
            static char moved[N * 4 + 4];
            memcpy(moved, "xyz", shift);
            memcpy(moved + shift, of_gb ? gb : utf8, of_gb ? gb_n : n);
            Drip d = { { moved, shift + (of_gb ? gb_n : n) }, 7001, 0 };
            c = open_drip(&d, (CsvLimits){ 0 });
            size_t at = 0;
            while (csv_next(c, &more, &f) == OK && more) {
                Str s = csv_field(c, 0);
                if (at == 0)
                    s = (Str){ s.p + shift, s.n - shift };
                assert_memory_equal(s.p, utf8 + at, s.n);
                at += s.n + 1;
            }
            assert_false(csv_is_broken(c));
            assert_true(at >= n);
            assert_int_equal(csv_bytes(c), shift + (of_gb ? gb_n : n));
            assert_string_equal(csv_encoding(c), of_gb ? "GB18030" : "UTF-8");
            csv_close(c);
        }
}

static void broken_encodings(void **unused) {
    static char gb[4096];

    (void)unused;
    /* bytes before: "名称\n好\n坏" = 7 + 4 + 3 */
    assert_string_equal(show(str("名称\n好\n坏\xFF\n后\n"), 0), "<名称>|<好>|!csv_encoding");
    assert_string_equal(f.en,
                        "Row 3 (line 3 of the file, byte 14) is not UTF-8. Save the table as \"CSV UTF-8\".");
    assert_string_equal(show(str("\xEF\xBB\xBF"
                                 "a\n\xC1\xAA\n"),
                             0),
                        "<a>|!csv_encoding"); /* the mark said UTF-8 */
    assert_non_null(strstr(f.en, "byte 5)"));
    assert_string_equal(show(str("名称很长的一行\n好\xE5\x9D"), 0),
                        "<名称很长的一行>|!csv_encoding"); /* cut off */
    assert_string_equal(show((Str){ "\xFF\xFE"
                                    "a\0",
                                    4 },
                             0),
                        "!csv_utf16");
    assert_string_equal(show((Str){ "\xFE\xFF\0a", 4 }, 0), "!csv_utf16");
    assert_string_equal(show((Str){ "a\0b\0", 4 }, 0), "!csv_nul");  /* UTF-16 without a mark */
    assert_string_equal(show(str("caf\xE9\n"), 0), "!csv_encoding"); /* Latin-1 */
    size_t n = to_gb("名称,户数\n幸福里,320\n", gb, sizeof gb);
    gb[n] = (char)0xD0; /* half a letter at the end */
    assert_string_equal(show_limited((Str){ gb, n + 1 }, 0, (CsvLimits){ .encoding = "GB18030" }),
                        "<名称><户数>|<幸福里><320>|!csv_encoding");
    assert_non_null(strstr(f.en, "byte 21) is not GB18030"));
}

static void headers(void **unused) {
    static const char *const names[] = { "code", "name", "note" };
    static const bool needed[] = { true, true, false };
    int32_t at[3] = { 7, 7, 7 };
    Drip d = { str(" name ,code,level,,\nA1,x,2\n\nB,\"y\nz\",3,,\nC,1\nD,w,4\nE,1,2,3,4\nF,v,5"), 3, 0 };
    Csv *c = open_drip(&d, (CsvLimits){ 0 });
    bool more = false;

    (void)unused;
    assert_int_equal(csv_header(c, names, needed, 3, at, &f), OK);
    assert_int_equal(at[0], 1);
    assert_int_equal(at[1], 0);
    assert_int_equal(at[2], -1);
    assert_int_equal(csv_columns(c), 3);
    assert_true(str_is(csv_column(c, 2), "level"));
    assert_int_equal(csv_next(c, &more, &f), OK);
    assert_true(str_is(csv_field(c, at[0]), "x"));
    assert_int_equal(csv_field(c, at[2]).n, 0);
    assert_int_equal(csv_row(c), 1);
    assert_int_equal(csv_line(c), 2);
    assert_int_equal(csv_next(c, &more, &f), OK); /* empty fields beyond the header are forgiven */
    assert_int_equal(csv_row(c), 2);
    assert_int_equal(csv_line(c), 4);
    assert_int_equal(csv_next(c, &more, &f), ERR_INVALID);
    assert_string_equal(f.en, "Row 3 (line 6 of the file) has 2 fields, the header 3.");
    assert_false(csv_is_broken(c));
    assert_int_equal(csv_next(c, &more, &f), OK);
    assert_true(str_is(csv_field(c, 0), "D"));
    assert_int_equal(csv_next(c, &more, &f), ERR_INVALID);
    assert_int_equal(csv_next(c, &more, &f), OK);
    assert_int_equal(csv_row(c), 6);
    assert_int_equal(csv_next(c, &more, &f), OK);
    assert_false(more);
    csv_close(c);
}

static void headers_that_will_not_do(void **unused) {
    static const struct {
        const char *table, *key, *en;
    } t[] = {
        { "", "csv_empty", "empty" },
        { "\n\n", "csv_empty", "empty" },
        { "name,cod\n", "csv_column", "The header has no column \"code\". It has: name, cod." },
        { "name,code,code \n", "csv_column_twice", "two columns \"code\"" },
    };
    static const char *const names[] = { "name", "code" };
    int32_t at[2] = { 5, 5 };

    (void)unused;
    for (size_t i = 0; i < COUNT(t); i++) {
        Drip d = { str(t[i].table), 0, 0 };
        Csv *c = open_drip(&d, (CsvLimits){ 0 });
        assert_int_equal(csv_header(c, names, NULL, 2, at, &f), ERR_INVALID);
        assert_string_equal(f.key, t[i].key);
        assert_non_null(strstr(f.en, t[i].en));
        csv_close(c);
    }
    assert_int_equal(at[0], 5);
}

static void limits(void **unused) {
    CsvLimits small = { .field_max = 5, .row_max = 12, .columns_max = 3 };
    static char huge[2000000];

    (void)unused;
    assert_string_equal(show_limited(str("abcde,fghij,kl\n"), 0, small), "<abcde><fghij><kl>|");
    assert_string_equal(show_limited(str("abcdef\n"), 0, small), "!csv_large");
    assert_string_equal(f.en, "Row 1 (line 1 of the file): a field has more bytes than 5. Is a quote missing?");
    assert_string_equal(show_limited(str("abcde,fghij,klm\n"), 0, small), "!csv_large");
    assert_string_equal(show_limited(str("a\nb,c,d,e\n"), 0, small), "<a>|!csv_large");
    assert_string_equal(f.en, "Row 2 (line 2 of the file): there are more columns than 3. Is a quote missing?");
    memset(huge, 'a', sizeof huge);
    huge[0] = '"'; /* a quote that never ends is not read into memory for ever */
    assert_string_equal(show((Str){ huge, sizeof huge }, 0), "!csv_large");
    Drip d = { str("a,b\nc,d\n"), 2, 2 };
    Csv *c = open_drip(&d, (CsvLimits){ 0 });
    bool more;
    assert_int_equal(csv_next(c, &more, &f), ERR_STORE); /* the source's own fault passes */
    assert_string_equal(f.en, "The disk broke.");
    csv_close(c);
}

static void writes(void **unused) {
    char room[512];
    Buf b = { room, 0, sizeof room, false, 0 };
    CsvOut o = { &b, false };

    (void)unused;
    csv_begin(&o);
    csv_put(&o, str("a,b"));
    csv_put(&o, str("say \"x\""));
    csv_put(&o, str("two\nlines"));
    csv_put(&o, str(""));
    csv_put_int(&o, -5);
    csv_put_degree(&o, -767000000);
    csv_end_row(&o);
    csv_put(&o, str("=HYPERLINK(\"http://x\")"));
    csv_put(&o, str("-1"));
    csv_put(&o, str("＋1"));
    csv_put(&o, str("'tis"));
    csv_put(&o, str("'=1"));
    csv_end_row(&o);
    assert_string_equal(room, "\xEF\xBB\xBF\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",,-5,-76.7\r\n"
                              "\"'=HYPERLINK(\"\"http://x\"\")\",\"'-1\",\"'＋1\",'tis,\"''=1\"\r\n");
}

/* Random rows: written, read back and unguarded, they are the same; nothing that is
 * written begins like a formula. */
static void what_is_written_is_read(void **unused) {
    static const char *const bits[] = { "a", "\"", ",",  "\r\n", "\n", "'", "=",  "-",
                                        "@", "\t", "格", "🏮",    " ",  "1", "＝", "\r" };
    static char room[1 << 16], table[1 << 16];
    uint64_t seed = 11;

    (void)unused;
    for (int round = 0; round < 3000; round++) {
        Buf text = { room, 0, sizeof room, false, 0 }, b = { table, 0, sizeof table, false, 0 };
        CsvOut o = { &b, false };
        Str fields[6];
        for (size_t i = 0; i < COUNT(fields); i++) {
            size_t from = text.n, pieces = 0;
            for (pieces = (seed >> 33) % 5; pieces--;) {
                seed = seed * 6364136223846793005u + 1442695040888963407u;
                buf_str(&text, bits[seed >> 60]);
            }
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            fields[i] = (Str){ room + from, text.n - from };
            csv_put(&o, fields[i]);
        }
        csv_end_row(&o);
        csv_put(&o, str("end"));
        Drip d = { buf_view(&b), 5, 0 };
        Csv *c = open_drip(&d, (CsvLimits){ 0 });
        bool more, empty = true;
        for (size_t i = 0; i < COUNT(fields); i++)
            empty = empty && strspn(fields[i].p, " \t") >= fields[i].n;
        assert_int_equal(csv_next(c, &more, &f), OK);
        for (size_t i = 0; i < COUNT(fields) && !empty; i++) {
            Str got = csv_field(c, (int32_t)i);
            assert_true(got.n == 0 || !strchr("=+-@\t\r\n", got.p[0]));
            assert_true(str_same(csv_unguard(got), fields[i]));
        }
        csv_close(c);
    }
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_and_fields),
        cmocka_unit_test(encodings),
        cmocka_unit_test(letters_across_the_buffer),
        cmocka_unit_test(broken_encodings),
        cmocka_unit_test(headers),
        cmocka_unit_test(headers_that_will_not_do),
        cmocka_unit_test(limits),
        cmocka_unit_test(writes),
        cmocka_unit_test(what_is_written_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
