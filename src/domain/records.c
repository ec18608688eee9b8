/* records – the field tables, made from records/all.def. See records.h. */
#include "records.h"

#define T_KEY(T) .kind = KIND_KEY
#define T_REF(T) .kind = KIND_REF
#define T_INT(lo, hi) .kind = KIND_INT, .min = lo, .max = hi
#define T_LONG(lo, hi) .kind = KIND_LONG, .min = lo, .max = hi
#define T_DEGREE(lo, hi) .kind = KIND_DEGREE, .min = (lo)*10000000LL, .max = (hi)*10000000LL
#define T_TEXT(lo, hi) .kind = KIND_TEXT, .min = lo, .max = hi
#define T_TIME .kind = KIND_TIME
#define T_DAY .kind = KIND_DAY
#define T_BOOL .kind = KIND_BOOL
#define T_ENUM(T, set) .kind = KIND_ENUM, .choices = &set##_choices
#define T_BYTES .kind = KIND_BYTES
#define T_SEALED .kind = KIND_SEALED
#define T_LIST(record, most) .kind = KIND_LIST, .max = most, .rows = &record##_record
#define T_RAW .kind = KIND_RAW
#define P_NEEDED .presence = NEEDED
#define P_OPTIONAL .presence = OPTIONAL
#define P_MADE .presence = MADE
#define P_LATER .presence = LATER
#define P_OR(number) .presence = DEFAULTED, .fallback = number

#define CHOICES(T, set) static const Choice set##_list[] = {
#define CHOICE(constant, number, word, zh, en) { number, word, zh, en },
#define END_CHOICES \
    }               \
    ;
#include "records/all.def"

#define CHOICES(T, set) const Choices set##_choices = { #T, #set, set##_list, COUNT(set##_list) };
#include "records/all.def"

/* The tables sit in functions because only there can `This` mean another type
 * each time; so a FIELD line need not repeat the name of its noun. */
#define RECORD(T, noun, key, zh, en)                   \
    static const Field *noun##_fields(size_t *ret_n) { \
        typedef T This;                                \
        static const Field f[] = {
#define NAMED(name_) .name = #name_, .key = { ",\"" #name_ "\":", sizeof #name_ + 3 }
#define PLACE_OF(name_) .at = offsetof(This, name_), .has = offsetof(This, has.name_)
#define ASK(name_, type, presence_, zh_, en_) \
    { NAMED(name_), .zh = zh_, .en = en_, T_##type, P_##presence_, PLACE_OF(name_) },
#define SHOW(name_, type, zh_, en_, readers_) \
    { NAMED(name_), .zh = zh_, .en = en_, T_##type, .shown = true, PLACE_OF(name_), .readers = readers_ },
#define FIELD(name_, type, presence_, zh_, en_, purpose_, readers_, keep)                         \
    { NAMED(name_),    .zh = zh_,           .en = en_,           T_##type,         P_##presence_, \
      PLACE_OF(name_), .purpose = purpose_, .readers = readers_, .keep_days = keep },
#define RETIRED(name_, since) { NAMED(name_), .kind = KIND_RETIRED },
#define END_RECORD     \
    }                  \
    ;                  \
    *ret_n = COUNT(f); \
    return f;          \
    }
#include "records/all.def"

#define RECORD(T, noun, key, zh, en) \
    const Record noun##_record = { #noun, #T, key, zh, en, sizeof(T), noun##_fields };
#include "records/all.def"

const Record *const all_records[] = {
#define RECORD(T, noun, key, zh, en) &noun##_record,
#include "records/all.def"
    NULL
};

const Choices *const all_choices[] = {
#define CHOICES(T, set) &set##_choices,
#include "records/all.def"
    NULL
};

const Record *record_named(Str noun) {
    for (size_t i = 0; all_records[i]; i++)
        if (str_is(noun, all_records[i]->noun))
            return all_records[i];
    return NULL;
}
