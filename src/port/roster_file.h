/* roster_file – a roster from a table (CSV, XLSX): one row a shift, 登录名 login, 自 from, 至
 * to, and where one has several posts 角色 role, 单位代码 unit, 网格编码 area. Every row is
 * judged as if it were planned by hand, in one transaction: one wrong row refuses the
 * file, and every wrong row is told. What is there already stays, so a file can be taken
 * again. docs/roster.md is the manual. */
#ifndef JW_ROSTER_FILE_H
#define JW_ROSTER_FILE_H

#include "mem.h"
#include "records.h"
#include "tx.h"

#define ROSTER_BYTES_MAX ((size_t)16 << 20)
enum { ROSTER_ROWS_MAX = 10000, ROSTER_TOLD_MAX = 1000 };

typedef struct RosterFinding {
    int64_t row; /* as a spreadsheet counts: the heading is 1 */
    char zh[400], en[400];
} RosterFinding;

typedef struct RosterReport {
    int64_t rows, planned, there, refused;
    RosterFinding *told; /* the first ROSTER_TOLD_MAX */
    size_t n_told;
    char left[400]; /* headings that were not read */
} RosterReport;

Err roster_report_begin(RosterReport *r, Fault *f);
void roster_report_end(RosterReport *r);

/* ERR_INVALID: rows were refused (the report has them) or the table cannot be read; then
 * nothing was written. `check`: judge only. `sheet` empty: the first. */
Err roster_import(Store *s, Str bytes, Str sheet, bool check, RosterReport *report, Fault *f);

/* Reads the table alone, for the fuzzer: rows and what is wrong with them. */
Err roster_read(Str bytes, Str sheet, RosterReport *report, Fault *f);

void roster_report_print(const RosterReport *r, Buf *b); /* for a person, both languages */
void roster_report_json(const RosterReport *r, Buf *b);
void roster_report_csv(const RosterReport *r, Buf *b);

#endif
