/* roster_fuzz – any bytes as a roster: read or refused with a sentence, and never more rows
 * told than were read. */
#include "roster_file.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    RosterReport report;
    Fault f;

    if (roster_report_begin(&report, &f) != OK)
        return 0;
    Err e = roster_read((Str){ (const char *)data, n }, (Str){ "", 0 }, &report, &f);
    if (report.refused > report.rows || report.n_told > ROSTER_TOLD_MAX || (e != OK && !(*f.zh && *f.en)))
        abort();
    roster_report_end(&report);
    return 0;
}
