/* cases_test – tables of another system as cases, and tables of units, on both
 * stores: what a row becomes, every reason why one is refused, and that an import
 * which was broken off anywhere ends the same as one that was not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "area.h"
#include "book.h"
#include "case.h"
#include "cases_book.h"
#include "cases_file.h"
#include "catalogue.h"
#include "installation.h"
#include "keys.h"
#include "org.h"
#include "orgs_file.h"
#include "polygon.h"
#include "testdb.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static TestDb db;
static Store *store;
static Dialect dialect;
static Fault fa;
static Arena room;

static void ok_at(Err e, int line) {
    if (e != OK)
        fail_msg("line %d: %s [%s] %s", line, fa.en, fa.key, fa.detail);
}
#define assert_ok(call) ok_at(call, __LINE__)

/* ---- a district with two squares: A1 from 121.40 to 121.42, A2 to 121.44 ---- */

static Err put_square(Tx *tx, LayerId layer, AreaLevel level, AreaId parent, const char *code, double west,
                      double east, AreaId *ret, Fault *f) {
    ShapeDraft draft;
    Shape shape;
    int32_t dropped;
    Area made;

    draft_begin(&draft);
    draft_polygon(&draft);
    draft_ring(&draft);
    draft_degrees(&draft, west, 31.20);
    draft_degrees(&draft, east, 31.20);
    draft_degrees(&draft, east, 31.22);
    draft_degrees(&draft, west, 31.22);
    TRY(draft_end(&draft, &room, &shape, &dropped, f));
    AreaPut put = { .layer = layer,
                    .level = level,
                    .parent = parent,
                    .code = str(code),
                    .name = str(code),
                    .shape = &shape,
                    .households = -1 };
    TRY(area_put(tx, &put, &made, f));
    *ret = made.id;
    return OK;
}

static Err put_ground(Tx *tx, void *arg, Fault *f) {
    LayerPut put = { .code = str("g"), .zh = str("网格"), .en = str("Grids"), .governing = true };
    Layer layer;
    AreaId top, below;

    (void)arg;
    tx_lend(tx, &room);
    TRY(layer_put(tx, &put, &layer, f));
    TRY(put_square(tx, layer.id, LEVEL_SUBDISTRICT, (AreaId){ 0 }, "S", 121.40, 121.44, &top, f));
    TRY(put_square(tx, layer.id, LEVEL_RESIDENTIAL, top, "A1", 121.40, 121.42, &below, f));
    TRY(put_square(tx, layer.id, LEVEL_RESIDENTIAL, top, "A2", 121.42, 121.44, &below, f));
    return area_layer_changed(tx, layer.id, f);
}

static void open_db(void) {
    KeyRing *ring;
    int32_t id;

    assert_ok(keyring_new(&ring, &fa));
    assert_ok(keyring_grow(ring, &id, &fa));
    keys_use(ring);
    testdb_make(dialect, NULL, 0, false, &db);
    assert_ok(store_open(&db.config, &store, &fa));
    assert_ok(arena_begin(&room, 8 << 20, &fa));
    assert_ok(store_write_now(store, put_ground, NULL, false, &fa));
}

static void close_db(void) {
    installation_close(store);
    testdb_drop(&db);
    arena_end(&room);
}

static int set_up(void **state) {
    (void)state;
    open_db();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    close_db();
    return 0;
}

/* ---- running an import ---- */

#define MAP                                                                                           \
    "{\"zone\":\"America/New_York\",\"date\":\"%m/%d/%Y %I:%M:%S %p\",\"external_no\":\"no\","        \
    "\"text\":[\"what\",\"where\"],\"spot\":\"where\",\"lon\":\"lon\",\"lat\":\"lat\","               \
    "\"placeholders\":[[-77,39]],\"reported\":\"made\",\"due\":\"due\",\"closed\":\"done\","          \
    "\"status\":{\"column\":\"state\",\"values\":{\"Open\":\"accepted\",\"Closed\":\"closed\","       \
    "\"Void\":\"rejected\"}},\"condition\":{\"column\":\"what\",\"missing\":\"make\",\"make\":"       \
    "{\"category\":\"311\",\"finish_limit\":5}},\"unit\":{\"column\":\"unit\",\"values\":{\"Roads\":" \
    "\"R1\"},\"missing\":\"make\",\"make\":{\"area\":\"S\"}}}"
#define HEADER "no,what,where,lon,lat,made,due,done,state,unit\n"
#define GOOD "1,Pothole,Main St,121.41,31.21,04/12/2018 11:11:26 AM,,,Open,Roads\n"

/* Gives a table in pieces, and fails after `until` bytes (0: never). */
typedef struct Table {
    CsvMemory rest;
    size_t given, until;
} Table;

static Err pull(void *from, char *to, size_t size, size_t *ret_n, Fault *f) {
    Table *t = from;
    size_t left = t->until ? t->until - t->given : size;

    if (t->until && left == 0)
        return fault(f, ERR_STORE, "broken_off", "", "断了", "broken off");
    TRY(csv_from_memory(&t->rest, to, left < size ? left : size, ret_n, f));
    t->given += *ret_n;
    return OK;
}

static CasesCount count;
static char told[4096], told_rows[1 << 16];
static int64_t told_n;

static Err tell(void *ctx, const CasesReject *r, Fault *f) {
    (void)ctx, (void)f;
    if (r->row == 0) {
        told[0] = told_rows[0] = 0;
        told_n = 0;
        snprintf(told_rows, sizeof told_rows, "%.*s", (int)r->original.n, r->original.p);
        return OK;
    }
    told_n++;
    size_t at = strlen(told), rows = strlen(told_rows);
    snprintf(told + at, sizeof told - at, "%lld: %.*s\n", (long long)r->row, (int)r->en.n, r->en.p);
    snprintf(told_rows + rows, sizeof told_rows - rows, "%.*s", (int)r->original.n, r->original.p);
    assert_true(r->zh.n > 0);
    return OK;
}

static Err import_bytes(const char *map, Str table, size_t until) {
    Arena a;
    CasesMap *m = NULL;
    Table t = { { table }, 0, until };

    TRY(arena_begin(&a, 1 << 20, &fa));
    Err e = cases_map_read(str(map), &a, &m, &fa);
    e = e == OK ? cases_import(store, m, pull, &t, tell, NULL, &count, &fa) : e;
    cases_map_end(m);
    arena_end(&a);
    return e;
}

static Err import_text(const char *table) { return import_bytes(MAP, str(table), 0); }

typedef struct Listed {
    Case rows[200];
    size_t n;
    CaseFind find;
} Listed;

static Err list(Tx *tx, void *arg, Fault *f) {
    Listed *l = arg;
    Actor all;
    Page page = { l->rows, 0, COUNT(l->rows) };

    actor_in(ROLE_DISPATCHER, str("0"), (OrgId){ 0 }, &all);
    tx_lend(tx, &room);
    TRY(case_list(tx, &l->find, &all, &page, f));
    l->n = page.n;
    return OK;
}

static Listed listed;
static const Case *case_numbered(const char *external_no) {
    room.used = 0;
    listed.find = (CaseFind){ .page = 1, .limit = 200 };
    assert_ok(store_read(store, -1, list, &listed, &fa));
    for (size_t i = 0; i < listed.n; i++)
        if (str_is(listed.rows[i].external_no, external_no))
            return &listed.rows[i];
    return NULL;
}

/* ---- what a row becomes ---- */

static void test_a_row_becomes_a_case(void **state) {
    (void)state;
    assert_ok(import_text(HEADER GOOD
                          "2,\"Dirty, alley\",,-77.0,39,11/13/2018 01:06:56 PM,11/13/2018 01:06:56 PM,"
                          "11/13/2018 01:07:16 PM,Closed,BGE\n"
                          "3,Pothole,x,,,11/13/2018 01:06:56 PM,,,Void,\n"
                          "4,Pothole,y,120,31,11/13/2018 01:06:56 PM,,,Open,BGE\n"));
    assert_int_equal(count.rows, 4);
    assert_int_equal(count.added, 4);
    assert_int_equal(count.rejected, 0);
    assert_int_equal(count.placed[PLACED], 1);
    assert_int_equal(count.placed[PLACE_PLACEHOLDER], 1);
    assert_int_equal(count.placed[PLACE_MISSING], 1);
    assert_int_equal(count.placed[PLACE_OUTSIDE], 1);
    assert_int_equal(count.closed_late, 1);
    assert_int_equal(count.conditions, 2);
    assert_int_equal(count.units, 2);

    const Case *c = case_numbered("1");
    assert_string_equal(c->text.p, "Pothole · Main St");
    assert_string_equal(c->spot.p, "Main St");
    assert_int_equal(c->lon, 1214100000);
    assert_int_equal(c->reported.ms, 1523545886000); /* 11:11:26 in New York is 15:11:26 UTC */
    assert_int_equal(c->state, CASE_ACCEPTED);
    assert_true(c->has.area && c->has.unit && c->has.condition && !c->has.due);
    assert_string_equal(c->category.p, "311");
    c = case_numbered("2");
    assert_string_equal(c->text.p, "Dirty, alley");
    assert_false(c->has.spot);
    assert_int_equal(c->state, CASE_CLOSED);
    assert_int_equal(c->closed.ms - c->external_due.ms, 20000);
    assert_int_equal(c->lon, -770000000); /* what the ticket says is kept */
    c = case_numbered("3");
    assert_int_equal(c->state, CASE_REJECTED);
    assert_false(c->has.unit);
    assert_true(case_numbered("4")->unit.v == case_numbered("2")->unit.v);
}

static void test_again_writes_nothing(void **state) {
    (void)state;
    assert_ok(import_text(HEADER GOOD));
    assert_int_equal(count.added, 0);
    assert_int_equal(count.there, 1);
    assert_ok(import_text(HEADER "1,Pothole,Main Street,121.41,31.21,04/12/2018 11:11:26 AM,,04/13/2018 "
                                 "11:11:26 AM,Closed,Roads\n" GOOD));
    assert_int_equal(count.differ, 1);
    assert_int_equal(count.there, 1);
    assert_string_equal(told,
                        "1: It is there already, but differs now in: text spot closed. Nothing was changed.\n");
    assert_string_equal(case_numbered("1")->spot.p, "Main St");
}

static void test_twice_in_one_table(void **state) {
    (void)state;
    assert_ok(
        import_text(HEADER "7,A,,,,04/12/2018 11:11:26 AM,,,Open,\n7,A,,,,04/12/2018 11:11:26 AM,,,Open,\n"));
    assert_int_equal(count.added, 1);
    assert_int_equal(count.there, 1);
}

/* ---- every reason why a row is refused, and that the others are not held up ---- */

static void test_refused_rows(void **state) {
    static const struct {
        const char *row, *says;
    } wrong[] = {
        { ",A,,,,04/12/2018 11:11:26 AM,,,Open,\n", "Column \"no\": \"\" is empty" },
        { "123456789012345678901234567890123456789012345678901234567890123456789012345678901,A,,,,04/12/2018 "
          "11:11:26 AM,,,Open,\n",
          "is longer than 80 characters" },
        { "50,,,,,04/12/2018 11:11:26 AM,,,Open,\n", "Column \"what\": \"\" is empty" },
        { "50,A,,121,,04/12/2018 11:11:26 AM,,,Open,\n", "Column \"lat\": \"\" is empty" },
        { "50,A,,,31,04/12/2018 11:11:26 AM,,,Open,\n", "Column \"lon\": \"\" is empty" },
        { "50,A,,121.4x,31,04/12/2018 11:11:26 AM,,,Open,\n", "\"121.4x\" is no number in degrees" },
        { "50,A,,0x10,31,04/12/2018 11:11:26 AM,,,Open,\n", "\"0x10\" is no number in degrees" },
        { "50,A,,nan,31,04/12/2018 11:11:26 AM,,,Open,\n", "\"nan\" is no number in degrees" },
        { "50,A,,31,121,04/12/2018 11:11:26 AM,,,Open,\n", "\"121\" is beyond 90 degrees" },
        { "50,A,,1000,31,04/12/2018 11:11:26 AM,,,Open,\n", "\"1000\" is beyond 180 degrees" },
        { "50,A,,,,,,,Open,\n", "Column \"made\": \"\" is empty" },
        { "50,A,,,,2018-04-12,,,Open,\n", "Column \"made\": \"2018-04-12\" does not fit" },
        { "50,A,,,,02/30/2018 11:11:26 AM,,,Open,\n", "\"02/30/2018 11:11:26 AM\" does not fit" },
        { "50,A,,,,04/12/1969 11:11:26 AM,,,Open,\n", "is before 1970" },
        { "50,A,,,,04/12/2018 11:11:26 AM,soon,,Open,\n", "Column \"due\": \"soon\" does not fit" },
        { "50,A,,,,04/12/2018 11:11:26 AM,,,Odd,\n", "Column \"state\": \"Odd\" is not among" },
        { "50,A,,,,04/12/2018 11:11:26 AM,,,closed,\n", "\"closed\" is not among" },
        { "50,A,,,,04/12/2018 11:11:26 AM,,,Closed,\n", "means closed, but there is no closing time" },
        { "50,A,,,,04/12/2018 11:11:26 AM,,04/12/2018 11:11:26 AM,Open,\n", "does not mean closed, but" },
        { "50,A,,,,04/12/2018 11:11:26 AM,,,Open,A unit whose name has more than forty letters\n",
          "is too long to be made" },
        { "50,A,,,,04/12/2018 11:11:26 AM,,,Open\n", "fields" },
    };
    char table[1024];

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        snprintf(table, sizeof table, HEADER GOOD "%s" GOOD, wrong[i].row);
        assert_ok(import_text(table));
        assert_int_equal(count.rows, 3);
        assert_int_equal(count.there + count.added, 2);
        assert_int_equal(count.rejected, 1);
        if (!strstr(told, wrong[i].says) || strncmp(told, "2: ", 3) != 0)
            fail_msg("row %zu: %s", i, told);
        assert_null(case_numbered("50"));
    }
}

static void test_long_texts(void **state) {
    static char table[70000], text[40001];
    (void)state;
    for (int i = 0; i < 10000; i++)
        memcpy(text + (size_t)i * 4, "😀", 4);
    snprintf(table, sizeof table, HEADER "60,%s,,,,04/12/2018 11:11:26 AM,,,Open,\n", text);
    assert_ok(
        import_bytes("{\"zone\":\"UTC\",\"date\":\"%m/%d/%Y %I:%M:%S %p\",\"external_no\":\"no\",\"text\":"
                     "\"what\",\"reported\":\"made\"}",
                     str(table), 0));
    assert_int_equal(count.added, 1);
    assert_int_equal(case_numbered("60")->text.n, 40000);
    snprintf(table, sizeof table, HEADER "61,%sx,,,,04/12/2018 11:11:26 AM,,,Open,\n", text);
    assert_ok(import_text(table));
    assert_int_equal(count.rejected, 1);
    assert_non_null(strstr(told, "is longer than 10,000 characters"));
}

/* What was rejected can be put right and given again: quotes and guards come back. */
static void test_rejected_rows_are_whole(void **state) {
    (void)state;
    assert_ok(import_text(HEADER "70,\"=A, \"\"b\"\"\",,,,never,,,Open,\n"));
    assert_int_equal(count.rejected, 1);
    char *at = strstr(told_rows, "never");
    assert_non_null(at);
    memmove(at + strlen("04/12/2018 11:11:26 AM"), at + strlen("never"), strlen(at + strlen("never")) + 1);
    memcpy(at, "04/12/2018 11:11:26 AM", strlen("04/12/2018 11:11:26 AM"));
    static char again[sizeof told_rows];
    memcpy(again, told_rows, sizeof again);
    assert_ok(import_text(again));
    assert_int_equal(count.added, 1);
    assert_string_equal(case_numbered("70")->text.p, "=A, \"b\"");
}

/* ---- a file that is wrong ---- */

static void test_wrong_files(void **state) {
    static const struct {
        const char *table, *says;
        int64_t added;
    } wrong[] = {
        { "", "is empty", 0 },
        { "no,what\n1,A\n", "where", 0 },
        { HEADER "80,A,,,,04/12/2018 11:11:26 AM,,,Open,\n81,\"A,,,,04/12/2018 11:11:26 AM,,,Open,\n", "Row 2",
          1 },
        { HEADER "82,A,,,,04/12/2018 11:11:26 AM,,,Open,\n83,\xC3\xA9\xFF,,,,04/12/2018 11:11:26 AM,,,Open,\n",
          "Row 2", 1 },
        { "\xFF\xFE"
          "n\0o\0",
          "UTF-16", 0 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(import_text(wrong[i].table), ERR_INVALID);
        if (!strstr(fa.en, wrong[i].says) || !*fa.zh)
            fail_msg("file %zu: %s", i, fa.en);
        assert_int_equal(count.added, wrong[i].added); /* what stood before the fault is not lost */
    }
    assert_non_null(case_numbered("80"));
    assert_null(case_numbered("81"));
}

static void test_encodings(void **state) {
    (void)state;
    assert_ok(
        import_text("\xEF\xBB\xBF" HEADER "90,\xE4\xBA\x95\xE7\x9B\x96,,,,04/12/2018 11:11:26 AM,,,Open,\n"));
    assert_string_equal(case_numbered("90")->text.p, "井盖");
    assert_ok(import_text(HEADER "91,\xBE\xAE\xB8\xC7,,,,04/12/2018 11:11:26 AM,,,Open,\n")); /* GB18030 */
    assert_string_equal(case_numbered("91")->text.p, "井盖");
}

/* ---- words that nobody knows, by what the mapping wants ---- */

static void test_missing_words(void **state) {
#define SMALL "{\"zone\":\"UTC\",\"external_no\":\"no\",\"text\":\"what\",\"reported\":\"made\","
    static const char table[] = "no,what,made,unit\n95,Unknown thing,2018-04-12,Nobody\n";
    (void)state;
    assert_ok(import_bytes(SMALL "\"condition\":\"what\"}", str(table), 0));
    assert_non_null(strstr(told, "\"Unknown thing\" is no condition of the catalogue"));
    assert_ok(import_bytes(SMALL "\"category\":\"what\"}", str(table), 0));
    assert_non_null(strstr(told, "\"Unknown thing\" is no category of the catalogue"));
    assert_ok(import_bytes(SMALL "\"unit\":\"unit\"}", str(table), 0));
    assert_non_null(strstr(told, "\"Nobody\" is no unit that is known"));
    assert_int_equal(count.rejected, 1);
    assert_int_equal(import_bytes(SMALL
                                  "\"unit\":{\"column\":\"unit\",\"missing\":\"make\",\"make\":{\"area\":\"no "
                                  "such\"}}}",
                                  str(table), 0),
                     ERR_NOT_FOUND);
    assert_int_equal(import_bytes(SMALL "\"condition\":{\"column\":\"what\",\"missing\":\"make\",\"make\":{"
                                        "\"category\":\"305\",\"finish_limit\":5,\"open_to\":\"point\"}}}",
                                  str(table), 0),
                     ERR_INVALID);
    assert_string_equal(fa.key, "map_publicity");
    assert_ok(import_bytes(SMALL
                           "\"condition\":{\"column\":\"what\",\"missing\":\"empty\"},\"unit\":{\"column\":"
                           "\"unit\",\"missing\":\"empty\"}}",
                           str(table), 0));
    assert_int_equal(count.added, 1);
    assert_false(case_numbered("95")->has.unit);
}

/* ---- a table of some size ---- */

enum { ROWS = 900 };
static char big[ROWS * 300];

static void make_big(void) {
    Buf b = { big, 0, sizeof big, false, 0 };

    big[0] = 0;
    buf_str(&b, HEADER);
    for (int i = 0; i < ROWS; i++)
        buf_fmt(&b, "B%d,Kind %d,Place %d %0150d,121.%d,31.21,04/%02d/2018 11:11:26 AM,,%s,Unit %d\n", i, i % 7,
                i, 0, 39 + i % 6, 1 + i % 28, i % 3 ? ",Open" : "05/01/2018 11:11:26 AM,Closed", i % 5);
    assert_false(b.full);
}

/* ---- words that name people ---- */

#define NAMING_TABLE                                                                   \
    HEADER "N1,请联系13800000000,12号楼501室,,,04/12/2018 11:11:26 AM,,,Open,\n" \
           "N2,\"车沪A12345挡路，打12345没用\",,,,04/12/2018 11:11:26 AM,,,Open,\n"
#define KEEPING                                                                                     \
    "{\"zone\":\"UTC\",\"date\":\"%m/%d/%Y %I:%M:%S %p\",\"external_no\":\"no\",\"text\":\"what\"," \
    "\"spot\":\"where\",\"reported\":\"made\""

static int64_t hidden_pieces(void) {
    return strtoll(testdb_ask(&db, "SELECT coalesce(sum(pieces), 0) FROM hidden_words"), NULL, 10);
}

/* Replaced by their marks and sealed apart, as in reports; counted by kind; given again,
 * nothing is doubled, and it is no difference. */
static void test_names_in_tickets(void **state) {
    (void)state;
    int64_t before = hidden_pieces();
    assert_ok(import_bytes(KEEPING "}", str(NAMING_TABLE), 0));
    assert_int_equal(count.added, 2);
    assert_int_equal(count.named[NAMED_PHONE], 1);
    assert_int_equal(count.named[NAMED_ROOM], 1);
    assert_int_equal(count.named[NAMED_PLATE], 1);
    assert_int_equal(count.named[NAMED_IDENTITY] + count.named[NAMED_MAIL] + count.named[NAMED_CHAT], 0);
    assert_string_equal(case_numbered("N1")->text.p, "请联系〔电话〕");
    assert_string_equal(case_numbered("N1")->spot.p, "12号楼〔房号〕");
    assert_true(case_numbered("N1")->masked);
    assert_string_equal(case_numbered("N2")->text.p, "车〔车牌〕挡路，打12345没用");
    assert_int_equal(hidden_pieces() - before, 3);
    assert_ok(import_bytes(KEEPING "}", str(NAMING_TABLE), 0));
    assert_int_equal(count.there, 2);
    assert_int_equal(count.named[NAMED_PHONE], 0);
    assert_int_equal(hidden_pieces() - before, 3);
    assert_ok(import_bytes(KEEPING "}",
                           str(HEADER "N1,请联系13900000000了,12号楼501室,,,04/12/2018 11:11:26 "
                                      "AM,,,Open,\n"),
                           0));
    assert_int_equal(count.differ, 1);
}

static void test_names_kept_in_tickets(void **state) {
    static const char table[] = HEADER "N3,请联系13800000000,12号楼501室,,,04/12/2018 11:11:26 AM,,,Open,\n";
    (void)state;
    int64_t before = hidden_pieces();
    assert_ok(import_bytes(KEEPING ",\"names\":\"keep\"}", str(table), 0));
    assert_string_equal(case_numbered("N3")->text.p, "请联系13800000000");
    assert_int_equal(hidden_pieces(), before);
    assert_int_equal(count.named[NAMED_PHONE], 0);
    assert_ok(import_bytes(KEEPING ",\"names\":\"mask\"}", str(table), 0)); /* what is there is not touched */
    assert_int_equal(count.there, 1);
    assert_int_equal(import_bytes(KEEPING ",\"names\":\"blur\"}", str(table), 0), ERR_INVALID);
    assert_string_equal(fa.key, "map_member");
}

/* ---- two at once ---- */

typedef struct OneOfTwo {
    Store *store;
    const CasesMap *map;
    pthread_barrier_t *start;
    CsvMemory table;
    bool begun;
    CasesCount count;
    Err err;
    Fault why;
} OneOfTwo;

/* Both have read nothing yet when the first of their rows is asked for. */
static Err pull_together(void *from, char *to, size_t size, size_t *ret_n, Fault *f) {
    OneOfTwo *one = from;

    if (!one->begun)
        pthread_barrier_wait(one->start);
    one->begun = true;
    return csv_from_memory(&one->table, to, size, ret_n, f);
}

static void *import_one(void *arg) {
    OneOfTwo *one = arg;
    one->err = cases_import(one->store, one->map, pull_together, one, NULL, NULL, &one->count, &one->why);
    return NULL;
}

/* The same 900 tickets by two servers in the same moment: each number is one case, and
 * each row is one server's or the other's. */
static void test_two_at_once(void **state) {
    static OneOfTwo two[2];
    pthread_barrier_t start;
    pthread_t threads[2];
    CasesMap *m;
    Arena a;

    (void)state;
    make_big();
    close_db();
    open_db();
    assert_ok(arena_begin(&a, 1 << 20, &fa));
    assert_ok(cases_map_read(str("{\"zone\":\"UTC\",\"date\":\"%m/%d/%Y %I:%M:%S %p\",\"external_no\":\"no\","
                                 "\"text\":\"what\",\"spot\":\"where\",\"lon\":\"lon\",\"lat\":\"lat\","
                                 "\"reported\":\"made\",\"closed\":\"done\"}"),
                             &a, &m, &fa));
    Store *other;
    assert_ok(store_open(&db.config, &other, &fa));
    pthread_barrier_init(&start, NULL, 2);
    for (int i = 0; i < 2; i++) {
        two[i] = (OneOfTwo){ .store = i ? other : store, .map = m, .start = &start, .table = { str(big) } };
        pthread_create(&threads[i], NULL, import_one, &two[i]);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 2; i++) {
        if (two[i].err != OK)
            fail_msg("%s", two[i].why.en);
        assert_int_equal(two[i].count.rows, ROWS);
        assert_int_equal(two[i].count.added + two[i].count.there, ROWS);
    }
    assert_int_equal(two[0].count.added + two[1].count.added, ROWS);
    assert_string_equal(testdb_ask(&db, "SELECT count(*) FROM cases"), "900");
    assert_string_equal(testdb_ask(&db, "SELECT count(DISTINCT external_no) FROM cases"), "900");
    assert_string_equal(testdb_ask(&db, "SELECT count(*) FROM external_ticket"), "900");
    pthread_barrier_destroy(&start);
    installation_close(other);
    cases_map_end(m);
    arena_end(&a);
}

/* ---- workbooks ---- */

/* s="1" shows a date, "2" a date and a time, "0" a plain number */
#define STYLES                                                                   \
    "<numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy/m/d h:mm\"/></numFmts>" \
    "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/></cellXfs>"
#define T(ref, text) "<c r=\"" ref "\" t=\"inlineStr\"><is><t>" text "</t></is></c>"
#define N(ref, style, number) "<c r=\"" ref "\" s=\"" style "\"><v>" number "</v></c>"
#define BOOK_HEADER                                                                              \
    "<row r=\"1\">" T("A1", "no") T("B1", "what") T("C1", "where") T("D1", "lon") T("E1", "lat") \
        T("F1", "made") T("G1", "due") T("H1", "done") T("I1", "state") T("J1", "unit") "</row>"

static Err import_book_bytes(const char *map, Str bytes, const char *sheet) {
    Arena a;
    CasesMap *m = NULL;
    CasesBook *book = NULL;

    count = (CasesCount){ 0 };
    TRY(arena_begin(&a, 1 << 20, &fa));
    Err e = cases_map_read(str(map), &a, &m, &fa);
    e = e == OK ? cases_book_open(bytes, str(sheet), m, &book, &fa) : e;
    e = e == OK ? cases_import(store, m, cases_book_pull, book, tell, NULL, &count, &fa) : e;
    cases_book_close(book);
    cases_map_end(m);
    arena_end(&a);
    return e;
}

static Err import_sheet(const char *rows) {
    size_t n;
    char *bytes = book_make(rows, NULL, STYLES, &n);
    Err e = import_book_bytes(MAP, (Str){ bytes, n }, "");

    free(bytes);
    return e;
}

/* 43202.465 days are 12 April 2018, 11:09:36; in New York that is 15:09:36 UTC. */
static void test_a_workbook(void **state) {
    (void)state;
    assert_ok(import_sheet(
        "<sheetData>" BOOK_HEADER "<row r=\"3\">" T("A3", "X1") T("B3", "Pothole") T("C3", "=Main, \"St\"")
            N("D3", "0", "121.41") N("E3", "0", "31.21") N("F3", "2", "43202.465") T("I3", "Open")
                T("J3",
                  "Roads") "</row>"
                           "<row r=\"4\">" N("A4", "0", "310101") T("B4", "Alley") N("F4", "0", "43202.465") N(
                               "G4", "1", "43203") N("H4", "2", "43204.9999999")
                               T("I4",
                                 "Closed") "</row>"
                                           "<row r=\"5\">" T("A5", "X3") T("B5", "Alley")
                                               T("F5", "04/12/2018 11:11:26 AM") T("I5", "Open")
                                                   T("K5",
                                                     "beyond") "</row>"
                                                               "<row r=\"6\">" T("A6", "X4")
                                                                   N("B6", "1",
                                                                     "43202") T("F6", "04/12/2018 11:11:26 AM")
                                                                       T("I6", "Open") "</row></sheetData>"));
    assert_int_equal(count.rows, 4);
    assert_int_equal(count.added, 3);
    assert_string_equal(told, "3: Row 3 (line 5 of the file) has 11 fields, the header 10.\n");
    const Case *c = case_numbered("X1");
    assert_string_equal(c->text.p, "Pothole · =Main, \"St\"");
    assert_int_equal(c->lon, 1214100000);
    assert_int_equal(c->reported.ms, 1523545776000);
    assert_true(c->has.area && c->has.unit);
    c = case_numbered("310101");
    assert_int_equal(c->reported.ms, 1523545776000);
    assert_int_equal(c->external_due.ms, 1523592000000);            /* midnight in New York */
    assert_int_equal(c->closed.ms, 1523764800000);                  /* of the next day */
    assert_string_equal(case_numbered("X4")->text.p, "2018-04-12"); /* no time column: as it is shown */
}

/* What was rejected comes as CSV, times and all, and can be given again as that. */
static void test_a_workbooks_rejects(void **state) {
    static char again[sizeof told_rows];
    static const char rows[] = "<sheetData>" BOOK_HEADER "<row r=\"2\">" T("A2", "X5") T("B2", "'=1+1")
        N("D2", "0", "181") N("E2", "0", "31") N("F2", "2", "43202.465")
            T("I2", "Open") "</row>"
                            "<row r=\"3\">" T("A3", "X6") T("B3", "Pothole") N("F3", "1", "43202")
                                T("I3", "Open") "</row></sheetData>";

    (void)state;
    assert_ok(import_sheet(rows));
    assert_int_equal(count.added, 1);
    assert_int_equal(count.rejected, 1);
    assert_non_null(strstr(told, "Column \"lon\": \"181\" is beyond 180 degrees"));
    assert_non_null(strstr(told_rows, "2018-04-12T11:09:36"));
    memcpy(again, told_rows, sizeof again);
    memcpy(strstr(again, "181"), "121", 3);
    assert_ok(import_text(again));
    assert_int_equal(count.added, 1);
    assert_int_equal(case_numbered("X5")->reported.ms, 1523545776000);
    assert_ok(import_sheet(rows)); /* the same once more: nothing is doubled */
    assert_int_equal(count.there, 1);
    assert_int_equal(count.added, 0);
}

/* What is wrong with the workbook is found before a row of it is written. */
static void test_refused_workbooks(void **state) {
    static const struct {
        const char *behind, *sheet, *key;
    } wrong[] = {
        { "</sheetData><mergeCells><mergeCell ref=\"B2:B3\"/></mergeCells>", "", "xlsx_merged" },
        { "<row r=\"9\"><c r=\"B9\" t=\"e\"><v>#N/A</v></c></row></sheetData>", "", "xlsx_error" },
        { "<row r=\"9\"></sheetData>", "", "xlsx_xml" },
        { "</sheetData>", "工单", "xlsx_sheet" },
    };
    static char rows[4096], zeros[4 << 20];
    size_t n;

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        snprintf(rows, sizeof rows,
                 "<sheetData>" BOOK_HEADER "<row r=\"2\">" T("A2", "X7") T("B2", "Alley") N("F2", "1", "43202")
                     T("I2", "Open") "</row>%s",
                 wrong[i].behind);
        char *bytes = book_make(rows, NULL, STYLES, &n);
        assert_int_equal(import_book_bytes(MAP, (Str){ bytes, n }, wrong[i].sheet), ERR_INVALID);
        assert_string_equal(fa.key, wrong[i].key);
        assert_true(*fa.zh && *fa.en);
        free(bytes);
    }
    memset(zeros, ' ', sizeof zeros - 1);
    char *bomb = book_make(zeros, NULL, STYLES, &n);
    assert_int_equal(import_book_bytes(MAP, (Str){ bomb, n }, ""), ERR_LIMIT);
    assert_string_equal(fa.key, "xlsx_bomb");
    free(bomb);
    assert_null(case_numbered("X7"));
}

/* Every allocation may fail: a sentence, and the next import adds what is missing. */
static void test_a_workbook_without_memory(void **state) {
    static const char rows[] = "<sheetData>" BOOK_HEADER "<row r=\"2\">" T("A2", "X8") T("B2", "Alley")
        N("F2", "1", "43202") T("I2", "Open") "</row></sheetData>";
    int failures = 0;

    (void)state;
    mem_watched = true;
    for (long n = 1; n < 400; n++) {
        mem_calls = 0;
        mem_fail_from = mem_fail_to = n;
        Err e = import_sheet(rows);
        mem_fail_from = mem_fail_to = 0;
        failures += e != OK;
        if (e != OK)
            assert_true(*fa.zh && *fa.en);
    }
    mem_watched = false;
    assert_true(failures > 20);
    assert_ok(import_sheet(rows));
    assert_int_equal(count.rows, 1);
    assert_int_equal(count.there + count.added, 1);
}

/* ---- when the clocks change ---- */

static void test_clock_changes(void **state) {
    (void)state;
    assert_ok(import_text(HEADER "100,A,,,,03/11/2018 02:30:00 AM,,,Open,\n"    /* no clock showed it */
                                 "101,A,,,,11/04/2018 01:30:00 AM,,,Open,\n")); /* shown twice */
    assert_int_equal(count.times_skipped, 1);
    assert_int_equal(count.times_twice, 1);
    assert_int_equal(case_numbered("100")->reported.ms, 1520753400000); /* 07:30 UTC */
    assert_int_equal(case_numbered("101")->reported.ms, 1541309400000); /* 05:30 UTC, summer time still */
}

/* ---- broken off anywhere, it ends as one that was not ---- */

/* All that an import writes but ids and codes, whatever the order. */
static uint64_t contents(void) {
    uint64_t sum = 0;
    char line[512];

    for (int32_t page = 1; page <= 6; page++) {
        room.used = 0;
        listed.find = (CaseFind){ .page = page, .limit = 200, .skip = 200 * (page - 1) };
        assert_ok(store_read(store, -1, list, &listed, &fa));
        for (size_t i = 0; i < listed.n; i++) {
            const Case *c = &listed.rows[i];
            uint64_t h = 1469598103934665603u;
            int n =
                snprintf(line, sizeof line, "%s|%s|%s|%d|%d|%d|%s|%s|%d|%lld|%lld|%d|%d", c->external_no.p,
                         c->text.p, c->spot.p, c->lon, c->lat, c->placed, c->path.p, c->category.p, c->state,
                         (long long)c->reported.ms, (long long)c->closed.ms, c->has.unit, c->has.condition);
            for (int k = 0; k < n; k++)
                h = (h ^ (unsigned char)line[k]) * 1099511628211u;
            sum += h;
        }
    }
    return sum;
}

static void test_broken_off(void **state) {
    (void)state;
    make_big();
    close_db();
    open_db();
    assert_ok(import_text(big));
    assert_int_equal(count.added, ROWS);
    uint64_t whole = contents();
    close_db();
    open_db();
    int64_t added = 0;
    size_t length = strlen(big);
    for (size_t until = 1; until < length; until += length / 9 + 13) {
        assert_int_equal(import_bytes(MAP, str(big), until), ERR_STORE);
        assert_string_equal(fa.key, "broken_off");
        added += count.added;
    }
    assert_ok(import_text(big));
    assert_true(count.there > 0 && count.added > 0);
    assert_int_equal(count.there, added);
    assert_int_equal(count.there + count.added, ROWS);
    assert_int_equal(count.differ + count.rejected, 0);
    assert_true(contents() == whole);
}

/* The same with the n-th allocation failing: all that is said is a sentence. */
static void test_without_memory(void **state) {
    int failures = 0;

    (void)state;
    make_big();
    big[strlen(HEADER) + 2000] = 0;
    strrchr(big, '\n')[1] = 0;
    mem_watched = true;
    for (long n = 1; n < 4000; n += n < 60 ? 1 : n / 8) {
        mem_calls = 0;
        mem_fail_to = n;
        mem_fail_from = n;
        Err e = import_text(big);
        mem_fail_from = mem_fail_to = 0;
        failures += e != OK;
        if (e != OK)
            assert_true(*fa.zh && *fa.en);
    }
    mem_watched = false;
    assert_true(failures > 3);
    assert_ok(import_text(big));
    assert_int_equal(count.added + count.differ + count.rejected, 0);
}

/* ---- units ---- */

static OrgsReport orgs;
static Err import_units(const OrgsImport *in, const char *table) {
    orgs_report_end(&orgs);
    assert_ok(orgs_report_begin(&orgs, &fa));
    return orgs_import(store, str(table), in, &orgs, &fa);
}

static Err who_serves(Tx *tx, void *arg, Fault *f) {
    Serves s = { 0 };
    bool found;

    tx_lend(tx, &room);
    TRY(serves_find(tx, str("0000"), str("SW-Alley"), 20000, &s, &found, f));
    *(bool *)arg = found;
    return OK;
}

static void test_units(void **state) {
    OrgsImport none = { 0 }, with = { .area = str("S"), .kind = ORG_AGENCY };
    bool found = false;

    (void)state;
    assert_ok(import_units(&none, "code,name,kind,area,serves\nU1,Solid Waste,agency,S,SW;TRM\n"));
    assert_int_equal(orgs.made, 1);
    assert_int_equal(orgs.duties, 2);
    assert_ok(store_read(store, -1, who_serves, &found, &fa));
    assert_true(found);
    assert_ok(import_units(&with, "代码,名称,事项\nU1,另一个名字,SW;HCD\nU2,物业,\n"));
    assert_int_equal(orgs.made, 1);
    assert_int_equal(orgs.changed, 1); /* it is called otherwise from today on */
    assert_int_equal(orgs.duties, 1);
}

static void test_wrong_units(void **state) {
    static const struct {
        const char *table, *says;
    } wrong[] = { { "code,kind\nU9,agency\n", "lacks the column" },
                  { "code,name\nU9,x\n,y\n", "Row 3, code" },
                  { "code,name,kind\nU9,x,agency\nU8,y,wizard\n", "Row 3, kind" },
                  { "code,name,area\nU9,x,S\nU8,y,nowhere\n", "Row 3, area: There is no area with the code" } };
    OrgsImport in = { .area = str("S"), .kind = ORG_AGENCY };

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(import_units(&in, wrong[i].table), ERR_INVALID);
        if (!strstr(fa.en, wrong[i].says) || !*fa.zh)
            fail_msg("table %zu: %s", i, fa.en);
    }
    assert_ok(import_units(&in, "code,name\nU9,x\n")); /* all or nothing: U9 was not made before */
    assert_int_equal(orgs.made, 1);
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_row_becomes_a_case),
        cmocka_unit_test(test_again_writes_nothing),
        cmocka_unit_test(test_twice_in_one_table),
        cmocka_unit_test(test_refused_rows),
        cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_rejected_rows_are_whole),
        cmocka_unit_test(test_wrong_files),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_missing_words),
        cmocka_unit_test(test_names_in_tickets),
        cmocka_unit_test(test_names_kept_in_tickets),
        cmocka_unit_test(test_a_workbook),
        cmocka_unit_test(test_a_workbooks_rejects),
        cmocka_unit_test(test_refused_workbooks),
        cmocka_unit_test(test_a_workbook_without_memory),
        cmocka_unit_test(test_clock_changes),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_wrong_units),
        cmocka_unit_test(test_broken_off),
        cmocka_unit_test(test_without_memory),
        cmocka_unit_test(test_two_at_once),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "imports on SQLite" : "imports on PostgreSQL", tests,
                                       set_up, tear_down);
}

int main(void) {
    record_begin();
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
