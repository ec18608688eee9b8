/* case_figures – the figures of a period over the stored cases, and the list behind each
 * number (DOMAIN.md §3; docs/figures.md). A figure and its list take the same
 * definition: the table in case_figures.c. Arithmetic: engine/figures.h. */
#ifndef JW_CASE_FIGURES_H
#define JW_CASE_FIGURES_H

#include "actor.h"
#include "tx.h"

/* Both ERR_INVALID: a period that ends before it begins, or is longer than 400 days. */
Err figures_get(Tx *tx, const FiguresAsk *in, const Actor *by, Figures *ret, Fault *f);
Err figures_cases(Tx *tx, const FigureCases *in, const Actor *by, Page *ret, Fault *f);

#endif
