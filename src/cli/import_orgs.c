/* import_orgs – `jingwei import orgs`: the options, and the report (port/orgs_file.h does
 * the work; docs/import-orgs.md is the manual). */
#include "import.h"

#include "orgs_file.h"

#include <string.h>

const char import_orgs_more[] =
    "Which list it is, its headings say: organisations and units (组织代码 code, 组织名称 name, 组织类别 "
    "kind,\n"
    "网格编码 area, 上级组织代码 parent, 成立日期 since, 撤销日期 until, 正式党员数 members, 事项 serves …), "
    "seats\n"
    "(网格编码, 席位 seat, 应设 ought; or the columns 党小组长 and 居民楼组长), covers and exclusive grids "
    "(地点名称\n"
    "place, 领域 field, 覆盖组织代码, 专属网格编码 grid). All headings: docs/import-orgs.md. Columns with "
    "names of\n"
    "persons, telephones and identity numbers are never read; the report says which.\n"
    "  --area CODE --kind KIND (where there is no such column)   --since DAY (of what names none)\n"
    "  --sheet NAME   --check (judge only)   --report FINDINGS.csv   --json\n"
    "One wrong row refuses the file; every wrong row is told. Import it again after a change: what is there\n"
    "stays, what differs changes from 变动日期 or --since, what has 撤销日期 ends.\n";

typedef struct Order {
    OrgsImport how;
    const char *path, *report;
    bool json;
    Buf file;
} Order;

static bool read_day(int *argc, char **argv, int32_t *ret) {
    const char *day = command_option(argc, argv, "--since");
    return !day || day_parse(day, ret);
}

/* False: used wrongly. */
static bool read_order(int argc, char **argv, Order *r) {
    const char *area = command_option(&argc, argv, "--area"), *word = command_option(&argc, argv, "--kind");
    const char *sheet = command_option(&argc, argv, "--sheet");
    const Choice *kind = word ? choice_worded(&org_kind_choices, str(word)) : NULL;

    r->how = (OrgsImport){ .area = str(area ? area : ""),
                           .kind = kind ? (OrgKind)kind->number : 0,
                           .sheet = str(sheet ? sheet : ""),
                           .check = command_flag(&argc, argv, "--check") };
    r->report = command_option(&argc, argv, "--report");
    r->json = command_json();
    if (!read_day(&argc, argv, &r->how.since) || argc != 1 || strncmp(argv[0], "--", 2) == 0 || (word && !kind))
        return false;
    r->path = argv[0];
    return true;
}

static Err write_findings(const OrgsReport *report, const char *path, Fault *f) {
    Buf b;

    TRY(buf_begin(&b, 1 << 16, 64 << 20, f));
    orgs_report_csv(report, &b);
    Err e = import_write_report(&b, path, f);
    buf_end(&b);
    return e;
}

static Err say(const Order *r, const OrgsReport *report, Fault *f) {
    Buf b;

    TRY(buf_begin(&b, 1 << 14, 16 << 20, f));
    if (r->json)
        orgs_report_json(report, &b);
    else
        orgs_report_print(report, &b);
    fwrite(b.p, 1, b.n, stdout);
    buf_end(&b);
    return r->report ? write_findings(report, r->report, f) : OK;
}

/* Rows that were refused are told on the way, whatever the end is. */
static Err run(const Config *c, Order *r, Fault *f) {
    Installation in = command_installation(c);
    OrgsReport report;
    Store *s = NULL;
    Fault wrong;

    TRY(import_file_whole(r->path, ORGS_BYTES_MAX, &r->file, f));
    TRY(orgs_report_begin(&report, f));
    Err e = installation_open(&in, &s, f);
    e = e == OK ? orgs_import(s, buf_view(&r->file), &r->how, &report, f) : e;
    if (e == OK || report.n_refused) {
        Err told = say(r, &report, &wrong);
        if (e == OK && told != OK) {
            *f = wrong;
            e = told;
        }
    }
    installation_close(s);
    orgs_report_end(&report);
    return e;
}

int import_orgs(const Config *c, int argc, char **argv) {
    Order r = { .json = false };
    Fault f;

    if (!read_order(argc, argv, &r))
        return import_usage("orgs");
    Err e = run(c, &r, &f);
    buf_end(&r.file);
    return e != OK ? command_fault(&f) : EXIT_OK;
}
