/* import_roster – `jingwei import roster`: the options, and the report (port/roster_file.h
 * does the work; docs/roster.md is the manual). */
#include "import.h"

#include "roster_file.h"

#include <string.h>

const char import_roster_more[] =
    "One row a shift: 登录名 login, 自 begins, 至 ends (2026-12-01 08:00), and where somebody has several "
    "posts\n"
    "角色 role, 单位代码 unit, 网格编码 area. `export roster` writes these headings.\n"
    "  --sheet NAME   --check (judge only)   --report WRONG.csv   --json\n"
    "One wrong row refuses the file; every wrong row is told with its number. What is there already stays.\n";

typedef struct Order {
    const char *path, *sheet, *report;
    bool check;
    Buf file;
} Order;

static Err say(const Order *r, const RosterReport *report, Fault *f) {
    Buf b;

    TRY(buf_begin(&b, 1 << 14, 4 << 20, f));
    (command_json() ? roster_report_json : roster_report_print)(report, &b);
    fwrite(b.p, 1, b.n, stdout);
    b.n = 0;
    Err e = OK;
    if (r->report) {
        roster_report_csv(report, &b);
        e = import_write_report(&b, r->report, f);
    }
    buf_end(&b);
    return e;
}

static Err run(const Config *c, Order *r, Fault *f) {
    Installation in = command_installation(c);
    RosterReport report;
    Store *s = NULL;
    Fault wrong;

    TRY(import_file_whole(r->path, ROSTER_BYTES_MAX, &r->file, f));
    TRY(roster_report_begin(&report, f));
    Err e = installation_open(&in, &s, f);
    e = e == OK ? roster_import(s, buf_view(&r->file), str(r->sheet ? r->sheet : ""), r->check, &report, f) : e;
    if (e == OK || report.refused) {
        Err told = say(r, &report, &wrong);
        if (e == OK && told != OK) {
            *f = wrong;
            e = told;
        }
    }
    installation_close(s);
    roster_report_end(&report);
    return e;
}

int import_roster(const Config *c, int argc, char **argv) {
    Order r = { .sheet = command_option(&argc, argv, "--sheet"),
                .report = command_option(&argc, argv, "--report"),
                .check = command_flag(&argc, argv, "--check") };
    Fault f;

    if (argc != 1 || strncmp(argv[0], "--", 2) == 0)
        return import_usage("roster");
    r.path = argv[0];
    Err e = run(c, &r, &f);
    buf_end(&r.file);
    return e != OK ? command_fault(&f) : EXIT_OK;
}
