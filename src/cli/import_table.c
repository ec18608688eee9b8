/* import_table – the small tables of the city: calendar and catalogue. Each is read
 * whole, from a file or as the program brings it (--default). */
#include "import.h"

#include "calendar_file.h"
#include "catalogue_file.h"
#include "defaults.h"

/* Imports, and says in `said` what it did. */
typedef Err TakeTable(Store *s, CsvSource *source, void *from, bool json, Buf *said, Fault *f);

static Err take_calendar(Store *s, CsvSource *source, void *from, bool json, Buf *said, Fault *f) {
    int64_t days;

    TRY(calendar_import(s, source, from, &days, f));
    if (json)
        buf_fmt(said, "{\"days\":%lld}\n", (long long)days);
    else
        buf_fmt(said, "日历：%lld 天 / %lld days of the calendar\n", (long long)days, (long long)days);
    return OK;
}

static Err take_catalogue(Store *s, CsvSource *source, void *from, bool json, Buf *said, Fault *f) {
    CatalogueCount n;

    TRY(catalogue_import(s, source, from, &n, f));
    if (json)
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

static Err take_from(const Config *c, const char *path, const char *brought, TakeTable *take, bool json,
                     Buf *said, Fault *f) {
    Installation in = command_installation(c);
    CsvMemory memory = { str(brought) };
    ImportFile file = { 0 };
    Store *s = NULL;

    if (path)
        TRY(import_file_open(path, &file, f));
    Err e = installation_open(&in, &s, f);
    if (e == OK)
        e = take(s, path ? import_file_pull : csv_from_memory, path ? (void *)&file : &memory, json, said, f);
    installation_close(s);
    import_file_close(&file);
    return e;
}

static int run_table(const Config *c, int argc, char **argv, const char *kind, const char *brought,
                     TakeTable *take) {
    char room[400] = "";
    Buf said = { room, 0, sizeof room, false, 0 };
    bool json = command_flag(&argc, argv, "--json"), bring = command_flag(&argc, argv, "--default");
    Fault f;

    if (argc != (bring ? 0 : 1))
        return import_usage(kind);
    if (take_from(c, bring ? NULL : argv[0], brought, take, json, &said, &f) != OK)
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
