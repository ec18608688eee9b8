/* import – tables and maps of the city from files: the list of kinds, and the file
 * as they read it. See import.h. */
#include "import.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* ---- the file ---- */

static Err file_fault(const char *path, int error, Fault *f) {
    return fault(f, ERR_STORE, "file", "", "读不了 %s：%s。", "%s cannot be read: %s.", path, strerror(error));
}

Err import_file_open(const char *path, ImportFile *ret, Fault *f) {
    struct stat st;
    FILE *in = fopen(path, "rb");

    if (!in)
        return file_fault(path, errno, f);
    if (fstat(fileno(in), &st) != 0 || S_ISDIR(st.st_mode)) {
        fclose(in);
        return file_fault(path, EISDIR, f);
    }
    *ret = (ImportFile){ .in = in, .path = path };
    progress_begin(&ret->bar, path, S_ISREG(st.st_mode) ? st.st_size : 0);
    return OK;
}

void import_file_close(ImportFile *file) {
    if (!file->in)
        return;
    progress_end(&file->bar);
    fclose(file->in);
    file->in = NULL;
}

Err import_file_pull(void *source, char *to, size_t room, size_t *ret_n, Fault *f) {
    ImportFile *file = source;
    size_t n = fread(to, 1, room, file->in);

    if (n == 0 && ferror(file->in))
        return file_fault(file->path, errno, f);
    file->done += (int64_t)n;
    progress_show(&file->bar, file->done);
    *ret_n = n;
    return OK;
}

static Err pull_whole(ImportFile *file, size_t max, Buf *b, Fault *f) {
    char piece[16384];

    for (size_t n;;) {
        TRY(import_file_pull(file, piece, sizeof piece, &n, f));
        if (n == 0)
            return OK;
        buf_put(b, piece, n);
        if (b->full)
            return fault(f, ERR_LIMIT, "file_large", "", "%s 太大，最多 %zu MB。",
                         "%s is too large: at most %zu MB.", file->path, max >> 20);
    }
}

Err import_file_whole(const char *path, size_t max, Buf *ret, Fault *f) {
    ImportFile file;
    Buf b;

    TRY(import_file_open(path, &file, f));
    Err e = buf_begin(&b, 1 << 16, max, f);
    if (e == OK && (e = pull_whole(&file, max, &b, f)) != OK)
        buf_end(&b);
    import_file_close(&file);
    if (e == OK)
        *ret = b;
    return e;
}

Err import_write_report(const Buf *report, const char *path, Fault *f) {
    FILE *out = fopen(path, "wb");
    bool done = out && !report->full && fwrite(report->p, 1, report->n, out) == report->n;

    if (out && fclose(out) != 0)
        done = false;
    return done ? OK
                : fault(f, ERR_STORE, "file", "report", "写不了 %s：%s。", "%s cannot be written: %s.", path,
                        strerror(errno));
}

/* ---- the list ---- */

const ImportKind import_kinds[] = {
    { "areas", "FILE.geojson --layer CODE --level LEVEL --code FIELD …",
      "takes areas into a layer from a map file", import_areas_more, import_areas },
    { "calendar", "FILE.csv|--default [--until DAY] [--json]", "takes holidays and make-up days from a table",
      "--default takes the days that the program brings. --until says how far holidays are known, if not to "
      "the\n"
      "end of the last year in the table. Provisional deadlines of open cases are counted again. See\n"
      "docs/calendar.md.\n",
      import_calendar },
    { "catalogue", "FILE.csv|--default [--json]", "takes categories and filing conditions, as a new version",
      "--default takes the catalogue that the program brings. Headings are the names, the Chinese or the\n"
      "English titles of the fields. What was in force is retired; cases keep what they were filed under. A "
      "row\n"
      "that is wrong refuses the whole table. See docs/catalogue.md.\n",
      import_catalogue },
    { "cases", "FILE.csv|FILE.xlsx --map MAP.json [--sheet NAME] [--rejects FILE.csv] [--json]",
      "takes the tickets of another system as cases",
      "The mapping says which column is what; docs/import-cases.md describes it. Of a workbook the first\n"
      "sheet is read, or the one that --sheet names.\n"
      "Run it again after a failure: what is there already is not doubled.\n"
      "Rows that cannot be taken, or that differ from what is there, go to --rejects\n"
      "with their reason. Exit code 0: every row is a case; 1: some are not, or it failed.\n",
      import_cases },
    { "orgs", "FILE.csv|FILE.xlsx [options]",
      "takes organisations, units, seats and covers from the lists of an office", import_orgs_more,
      import_orgs },
    { "places", "FILE.csv|FILE.xlsx|FILE.geojson [options]",
      "takes buildings, compounds, shops, parks … into their grids", import_places_more, import_places },
    { "roster", "FILE.csv|FILE.xlsx [--sheet NAME] [--check] [--report WRONG.csv] [--json]",
      "takes shifts of the duty roster", import_roster_more, import_roster },
};
const size_t import_kinds_count = COUNT(import_kinds);

static const ImportKind *kind_named(const char *name) {
    for (size_t i = 0; name && i < import_kinds_count; i++)
        if (strcmp(import_kinds[i].name, name) == 0)
            return &import_kinds[i];
    return NULL;
}

static void print_kind(FILE *to, const ImportKind *k) {
    fprintf(to, "usage: jingwei import %s %s [--data DIR] [--store postgresql://…]\n       %s\n", k->name,
            k->arguments, k->sentence);
}

int import_usage(const char *kind) {
    print_kind(stderr, kind_named(kind));
    return EXIT_USAGE;
}

void import_help(const char *kind) {
    const ImportKind *k = kind_named(kind);

    for (size_t i = 0; i < import_kinds_count && !k; i++)
        print_kind(stdout, &import_kinds[i]);
    if (k)
        print_kind(stdout, k);
    if (k && k->more)
        printf("\n%s", k->more);
}

int run_import(const Config *c, int argc, char **argv) {
    const ImportKind *k = argc > 0 ? kind_named(argv[0]) : NULL;

    if (k)
        return k->run(c, argc - 1, argv + 1);
    for (size_t i = 0; i < import_kinds_count; i++)
        print_kind(stderr, &import_kinds[i]);
    return EXIT_USAGE;
}
