/* code: any bytes as a tracking code; what is accepted is read again as itself. */
#include "random.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    int32_t home, again;
    Code code, same;
    Fault f;

    if (code_parse((Str){ (const char *)data, n }, &home, &code, &f) != OK)
        return 0;
    if (code_parse(str(code.z), &again, &same, &f) != OK || again != home || strcmp(code.z, same.z) != 0 ||
        home < 0 || home > 4095)
        abort();
    return 0;
}
