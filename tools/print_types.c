/* print_types – prints every noun and every set of choices as TypeScript, on
 * stdout. The pages are compiled against it, so a field that a .def renames
 * stops the build of the page that shows it. It is linked with the field tables
 * alone, because the pages are built before the program that carries them.
 * What the text looks like: record_print.c in base. */
#include "records.h"

#include <stdio.h>

enum { TEXT_MAX = 4 << 20 };

int main(void) {
    Fault f = { 0 };
    Buf b;

    if (buf_begin(&b, 1 << 16, TEXT_MAX, &f) != OK)
        return 1;
    buf_str(&b, "/* Printed by tools/print_types from src/domain/records: change it there. */\n\n");
    for (size_t i = 0; all_choices[i]; i++)
        choices_typescript(all_choices[i], &b);
    for (size_t i = 0; all_records[i]; i++)
        record_typescript(all_records[i], &b);
    bool printed = !b.full && fwrite(b.p, 1, b.n, stdout) == b.n && fflush(stdout) == 0;
    buf_end(&b);
    return printed ? 0 : 1;
}
