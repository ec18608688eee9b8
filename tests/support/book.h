/* book – workbooks for tests, made part by part, so that they can be wrong. */
#ifndef JW_BOOK_H
#define JW_BOOK_H

#include <stddef.h>

typedef struct BookPart {
    const char *name, *text;
    size_t n; /* 0: strlen(text) */
} BookPart;

/* A zip of the parts; the caller frees it. Aborts without memory: it is a test's. */
char *book_zip(const BookPart *parts, size_t n, size_t *ret_n);

/* One sheet 名单 with these rows (what stands within <worksheet>), shared strings
 * (<si>…) and styles (within <styleSheet>); NULL: no such part. */
char *book_make(const char *sheet, const char *strings, const char *styles, size_t *ret_n);

#endif
