/* import_places – `jingwei import places`: the options, and the report
 * (port/places_file.h does the work; docs/places.md is the manual). */
#include "import.h"

#include "places_file.h"

#include <stdio.h>
#include <string.h>

const char import_places_more[] =
    "Headings: 名称 name, 网格 area (code of a grid), 种类 kind, 代码 code, 户数 households, 人数 population,\n"
    "经度 lon, 纬度 lat, 别名 alias, 小区 compound, 旧名 old_name, 启用日期 since. Others by option:\n"
    "  --name COLUMN --area COLUMN --code COLUMN --households COLUMN --population COLUMN --lon COLUMN --lat "
    "COLUMN\n"
    "  --kind KIND (where there is no such column)   --sheet NAME   --crs wgs84|cgcs2000|gcj02|bd09\n"
    "  --update (what is known by its code becomes what the file says)   --end-missing (what the file does "
    "not\n"
    "  have, of the kinds that it has, ends)   --day DAY (since when that is so; today unless said)\n"
    "  --check (judge only)   --report FINDINGS.csv   --json\n"
    "A place belongs to the grid that its row names, else to the one that holds its point. Exit code 0: every\n"
    "row is a place; 1: some are orphans, which are listed, or it failed.\n";

typedef struct Order {
    PlacesOptions how;
    const char *report;
    bool json;
    Buf file;
} Order;

static Str option(int *argc, char **argv, const char *flag) {
    const char *value = command_option(argc, argv, flag);
    return str(value ? value : "");
}

/* False: used wrongly. */
static bool read_order(int argc, char **argv, Order *r) {
    static const struct {
        const char *flag;
        PlaceColumn column;
    } flags[] = { { "--name", COLUMN_NAME },
                  { "--area", COLUMN_AREA },
                  { "--code", COLUMN_CODE },
                  { "--households", COLUMN_HOUSEHOLDS },
                  { "--population", COLUMN_POPULATION },
                  { "--lon", COLUMN_LON },
                  { "--lat", COLUMN_LAT } };

    for (int c = 0; c < PLACE_COLUMNS; c++)
        r->how.columns[c] = str("");
    for (size_t i = 0; i < COUNT(flags); i++)
        r->how.columns[flags[i].column] = option(&argc, argv, flags[i].flag);
    const char *day = command_option(&argc, argv, "--day");
    Str kind = option(&argc, argv, "--kind"), crs = option(&argc, argv, "--crs");
    const Choice *k = kind.n ? choice_worded(&place_kind_choices, kind) : NULL;
    r->how.sheet = option(&argc, argv, "--sheet");
    r->how.crs = crs.n ? crs : str("wgs84");
    r->how.kind = k ? (PlaceKind)k->number : 0;
    r->how.check = command_flag(&argc, argv, "--check");
    r->how.update = command_flag(&argc, argv, "--update");
    r->how.end_missing = command_flag(&argc, argv, "--end-missing");
    r->json = command_json();
    r->report = command_option(&argc, argv, "--report");
    if (argc != 1 || (kind.n && !k) ||
        (day && (!day_parse(day, &r->how.day) || r->how.day > day_of_ms(clock_now_ms()))))
        return false;
    r->how.file = str(argv[0]);
    return true;
}

static Err write_findings(const PlacesReport *report, const char *path, Fault *f) {
    Buf b;

    TRY(buf_begin(&b, 1 << 16, 256 << 20, f));
    places_report_csv(report, &b);
    Err e = import_write_report(&b, path, f);
    buf_end(&b);
    return e;
}

static Err say(const Order *r, const PlacesReport *report, Fault *f) {
    Buf b;

    TRY(buf_begin(&b, 1 << 14, 16 << 20, f));
    if (r->json)
        places_report_json(report, &b);
    else
        places_report_print(report, &b);
    fwrite(b.p, 1, b.n, stdout);
    buf_end(&b);
    return r->report ? write_findings(report, r->report, f) : OK;
}

static Err run(const Config *c, Order *r, int64_t *ret_orphans, Fault *f) {
    Installation in = command_installation(c);
    PlacesReport report;
    Store *s = NULL;

    TRY(import_file_whole(r->how.file.p, PLACES_BYTES_MAX, &r->file, f));
    TRY(places_report_begin(&report, r->file.n * 8 + (1 << 20), f));
    Err e = installation_open(&in, &s, f);
    e = e == OK ? places_import(s, buf_view(&r->file), &r->how, &report, f) : e;
    e = e == OK ? say(r, &report, f) : e;
    *ret_orphans = report.orphans;
    installation_close(s);
    places_report_end(&report);
    return e;
}

int import_places(const Config *c, int argc, char **argv) {
    Order r = { .json = false };
    int64_t orphans = 0;
    Fault f;

    if (!read_order(argc, argv, &r))
        return import_usage("places");
    Err e = run(c, &r, &orphans, &f);
    buf_end(&r.file);
    return e != OK ? command_fault(&f) : orphans ? EXIT_FAILED : EXIT_OK;
}
