/* cross_words – how a layer to be compared is named: LAYER, or LAYER:LEVEL ("csas:subdistrict");
 * without a level its finest areas. */
#ifndef JW_CROSS_WORDS_H
#define JW_CROSS_WORDS_H

#include "cross_layer.h"

Err cross_side_read(Str word, CrossSide *ret, Fault *f); /* ERR_INVALID: no such level */

#endif
