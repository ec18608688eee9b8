/* naming – words that name people, found by pattern in free Chinese or English text
 * (DOMAIN.md §4.4): telephone, identity-card, plate and room numbers, mail and chat
 * names. Names of persons are not looked for: no pattern tells them from words.
 *
 * A miss is a person in a case, a false hit is a place or a date that the handler no
 * longer reads; what each pattern takes and leaves is in docs/privacy.md, with what
 * that gave on real messages. Pure; the time is linear in the text. A room number is
 * its last part alone: the building and its entrance are the place. */
#ifndef JW_NAMING_H
#define JW_NAMING_H

#include "text.h"

typedef enum Naming {
    NAMING_PHONE = 1, /* 138 0000 0000, (021)6400-0000转8, 一三八…, +65 6123 4567      */
    NAMING_IDENTITY,  /* 18 digits that check, 15 with a birth date, others after 身份证 */
    NAMING_PLATE,     /* 沪A·D12345                                                      */
    NAMING_ROOM,      /* 501室, the 501 of 3-2-501 and of 12号楼501, Room 501            */
    NAMING_MAIL,      /* zhangsan@example.com                                            */
    NAMING_CHAT       /* what follows 微信 or QQ                                         */
} Naming;
enum { NAMING_KINDS = 6 };

typedef struct NamingSpan {
    int32_t from, to; /* bytes */
    Naming kind;
} NamingSpan;

/* Rising, apart from each other, on whole characters; in the arena, which keeps
 * nothing else. A byte that is no UTF-8 names nobody. ERR_LIMIT: the text does not
 * fit (it takes 12 bytes of arena a byte of text, and some). */
Err naming_find(Str text, Arena *a, NamingSpan **ret, size_t *ret_n, Fault *f);

/* Is this piece in those words, however either is written: the same letters and digits,
 * or a number of seven digits or more of which one contains the other? For short texts:
 * the time is their product. The arena keeps nothing of it. */
Err naming_within(Str piece, Str words, Arena *a, bool *ret, Fault *f);

/* What stands in the place of one: 〔电话〕. */
Str naming_mark(Naming kind);

#endif
