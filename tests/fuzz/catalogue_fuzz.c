/* catalogue: any bytes as a catalogue table. What is refused is refused with a sentence;
 * of what is accepted every code is there once, every condition has its category, and
 * nothing is public that must not be. */
#include "catalogue_file.h"
#include "publicity.h"

#include <stdlib.h>
#include <string.h>

static void must(bool held) {
    if (!held)
        abort();
}

static void check_codes(const Catalogue *c) {
    for (size_t i = 0; i < c->n_conditions; i++) {
        const Condition *k = &c->conditions[i];
        bool found = false;
        for (size_t j = 0; j < c->n_categories && !found; j++)
            found = str_same(c->categories[j].code, k->category);
        for (size_t j = 0; j < i && j < 200; j++)
            must(!str_same(c->conditions[j].code, k->code));
        must(found && publicity_allowed(k->category, k->open_to));
        must(k->finish_limit > 0 && k->has.arrive_limit == k->has.arrive_clock && k->zh.n && k->en.n);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    CsvMemory memory = { { (const char *)data, n } };
    static Arena a;
    Catalogue c;
    Fault f = { 0 };

    if (!a.base && arena_begin(&a, CATALOGUE_ROOM, &f) != OK)
        return 0;
    a.used = 0;
    record_begin();
    Err e = catalogue_read(csv_from_memory, &memory, &a, &c, &f);
    if (e == OK)
        check_codes(&c);
    else
        must(f.zh[0] && f.en[0]);
    return 0;
}
