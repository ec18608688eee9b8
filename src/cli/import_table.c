/* import_table – the small tables of the city: calendar and catalogue. Each is read
 * whole, from a file or as the program brings it (--default). */
#include "import.h"

#include "calendar_file.h"
#include "catalogue_file.h"
#include "defaults.h"

#include <string.h>

typedef struct TableAsk {
    const char *path; /* NULL: the table that the program brings */
    int32_t until;    /* of a calendar; 0: as the table says */
    bool json;
} TableAsk;

/* Imports, and says in `said` what it did. */
typedef Err TakeTable(Store *s, CsvSource *source, void *from, const TableAsk *ask, Buf *said, Fault *f);

static Err take_calendar(Store *s, CsvSource *source, void *from, const TableAsk *ask, Buf *said, Fault *f) {
    CalendarCount n;
    char until[16];

    TRY(calendar_import(s, source, from, ask->until, &n, f));
    day_print(n.until, until);
    if (ask->json)
        buf_fmt(said, "{\"days\":%lld,\"until\":\"%s\",\"recounted\":%lld,\"moved\":%lld}\n", (long long)n.days,
                until, (long long)n.seen, (long long)n.moved);
    else
        buf_fmt(
            said,
            "日历：%lld 天，公布至 %s；重算暂定到期 %lld 件，其中 %lld 件变动\n"
            "Calendar: %lld days, published until %s; %lld provisional deadlines counted again, %lld moved\n",
            (long long)n.days, until, (long long)n.seen, (long long)n.moved, (long long)n.days, until,
            (long long)n.seen, (long long)n.moved);
    return OK;
}

static Err take_catalogue(Store *s, CsvSource *source, void *from, const TableAsk *ask, Buf *said, Fault *f) {
    CatalogueCount n;

    TRY(catalogue_import(s, source, from, &n, f));
    if (ask->json)
        buf_fmt(said, "{\"version\":%d,\"categories\":%lld,\"conditions\":%lld,\"retired\":%lld}\n", n.version,
                (long long)n.categories, (long long)n.conditions, (long long)n.retired);
    else
        buf_fmt(said,
                "目录第 %d 版：类别 %lld 个，立案条件 %lld 个；停用旧条件 %lld 个\n"
                "Catalogue, version %d: %lld categories, %lld conditions; %lld old conditions retired\n",
                n.version, (long long)n.categories, (long long)n.conditions, (long long)n.retired, n.version,
                (long long)n.categories, (long long)n.conditions, (long long)n.retired);
    return OK;
}

static Err take_from(const Config *c, const TableAsk *ask, const char *brought, TakeTable *take, Buf *said,
                     Fault *f) {
    Installation in = command_installation(c);
    CsvMemory memory = { str(brought) };
    ImportFile file = { 0 };
    Store *s = NULL;

    if (ask->path)
        TRY(import_file_open(ask->path, &file, f));
    Err e = installation_open(&in, &s, f);
    if (e == OK)
        e = take(s, ask->path ? import_file_pull : csv_from_memory, ask->path ? (void *)&file : &memory, ask,
                 said, f);
    installation_close(s);
    import_file_close(&file);
    return e;
}

static int run_table(const Config *c, int argc, char **argv, const char *kind, const char *brought,
                     TakeTable *take) {
    char room[600] = "";
    Buf said = { room, 0, sizeof room, false, 0 };
    const char *until = command_option(&argc, argv, "--until");
    TableAsk ask = { .json = command_json() };
    bool bring = command_flag(&argc, argv, "--default");
    Fault f;

    if (argc != (bring ? 0 : 1) || (argc && strncmp(argv[0], "--", 2) == 0) ||
        (until && !day_parse(until, &ask.until)))
        return import_usage(kind);
    ask.path = bring ? NULL : argv[0];
    if (take_from(c, &ask, brought, take, &said, &f) != OK)
        return command_fault(&f);
    fputs(room, stdout);
    return EXIT_OK;
}

int import_calendar(const Config *c, int argc, char **argv) {
    return run_table(c, argc, argv, "calendar", default_calendar, take_calendar);
}

int import_catalogue(const Config *c, int argc, char **argv) {
    return run_table(c, argc, argv, "catalogue", default_catalogue, take_catalogue);
}
