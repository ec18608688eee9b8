/* config: any bytes as jingwei.conf; what is accepted can be printed and read again. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    static Config c, back;
    static char room[65536];
    Buf b = { room, 0, sizeof room, false, 0 };
    Fault f;

    config_begin(&c);
    if (config_read(&c, (Str){ (const char *)data, n }, "fuzz.conf", &f) != OK)
        return 0;
    config_print(&c, &b);
    config_begin(&back);
    if (!b.full && !strchr(c.key_file, '"') && !strchr(c.zone, '"') && !strchr(c.trusted_proxy, '"') &&
        !strchr(c.store, '"') && config_read(&back, buf_view(&b), "printed", &f) != OK)
        abort();
    return 0;
}
