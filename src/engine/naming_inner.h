/* naming_inner – what the files of naming share: the text as folded letters (half
 * width, capitals, one dash, one space), and small questions about them. Each
 * pattern looks at a bounded number of letters, and says where it ends or 0. */
#ifndef JW_NAMING_INNER_H
#define JW_NAMING_INNER_H

#include "naming.h"

#include <uchar.h>

typedef struct NamingText {
    uint32_t *c;
    int32_t *at; /* the byte each letter begins at, and the end: n + 1 of them */
    int32_t n;
} NamingText;

static inline uint32_t letter_at(const NamingText *t, int32_t i) { return i >= 0 && i < t->n ? t->c[i] : 0; }
static inline bool is_digit(uint32_t c) { return c >= '0' && c <= '9'; }
static inline bool is_latin(uint32_t c) { return c >= 'A' && c <= 'Z'; }

int32_t numeral(uint32_t c); /* 0 to 9 of a digit or of a Chinese one as it is read out; -1: none */
bool is_one_of(uint32_t c, const char32_t *set);

/* Do digits begin (end) here, rather than go on? 第一138… begins at the 1. */
bool digits_begin(const NamingText *t, int32_t i);
bool digits_end(const NamingText *t, int32_t i);

/* Does the text before `i`, but for a few marks between, end with one of these words? */
bool follows(const NamingText *t, int32_t i, const char32_t *const *words, size_t n);

int32_t naming_phone(const NamingText *t, int32_t i);
int32_t naming_identity(const NamingText *t, int32_t i);
int32_t naming_plate(const NamingText *t, int32_t i);
int32_t naming_room(const NamingText *t, int32_t i);
int32_t naming_mail(const NamingText *t, int32_t i);
int32_t naming_chat(const NamingText *t, int32_t i);

#endif
