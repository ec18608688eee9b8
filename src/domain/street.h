/* street – the street that an address or a name begins with, for shops that stand side by
 * side: up to 路, 街, 大道, 巷 or 弄 in Chinese, without the district before it; up to Street,
 * Road, Avenue or Lane in English. Finding a place by its words is engine/locate.h. */
#ifndef JW_STREET_H
#define JW_STREET_H

#include "text.h"

Str street_of(Str address); /* part of it; empty: it names none */

#endif
