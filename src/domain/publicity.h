/* publicity – public only where harmless (DOMAIN.md §4.11): how far the public may see a
 * case, by the category it is filed under. Pure. */
#ifndef JW_PUBLICITY_H
#define JW_PUBLICITY_H

#include "records.h"

/* How far the public may see a case of this category, where the catalogue does not
 * say (DOMAIN.md §3, by the numbers of the default catalogue), and how far the
 * catalogue may say (§4.11: never for 1xx, 203, 207, 305, 306, nor for what has no
 * sub-category yet). A city with other numbers gets PUBLIC_NO and chooses. */
Publicity publicity_usual(Str category);
bool publicity_allowed(Str category, Publicity open_to);

#endif
