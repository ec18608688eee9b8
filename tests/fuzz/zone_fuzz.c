/* zone: any bytes as a TZif file; what is accepted must answer for every instant. */
#include "clock.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    Zone *z;
    Fault f;

    if (zone_read((Str){ (const char *)data, n }, "Fuzz/Zone", &z, &f) != OK)
        return 0;
    for (int64_t ms = INT64_C(-70000000000000); ms < INT64_C(260000000000000); ms += INT64_C(1234567890123)) {
        int32_t s = zone_offset_s(z, ms);
        if (s < -26 * 3600 || s > 26 * 3600)
            abort();
        zone_ms(z, zone_civil(z, ms));
    }
    zone_close(z);
    return 0;
}
