/* records – the nouns as C types, made from records/all.def: an enum for each
 * CHOICES, and for each RECORD a struct with one member per field and a flag
 * per field in `has` (is it set?), and the table `visit_record`. Nothing here
 * names a noun; read records/case.def beside it. */
#ifndef JW_RECORDS_H
#define JW_RECORDS_H

#include "id.h"
#include "record.h"

#include <stdint.h>

#define ID_TOP INT64_MAX

/* 1. Ids are distinct types: a unit cannot be passed as a case. */
#define NEW_ID(T)      \
    typedef struct T { \
        int64_t v;     \
    } T;
#define CHOICES(T, set) enum T {
#define CHOICE(constant, number, word, zh, en) constant = number,
#define END_CHOICES \
    }               \
    ;
#include "records/all.def"

#define CHOICES(T, set) \
    typedef enum T T;   \
    extern const Choices set##_choices;
#define RECORD(T, noun, key, zh, en) typedef struct T T, noun##_row;
#include "records/all.def"

/* 2. struct CaseHas { bool id; bool code; … }; */
#define RECORD(T, noun, key, zh, en) struct T##Has {
#define FIELD(name, type, presence, zh, en, purpose, readers, keep) bool name;
#define ASK(name, type, presence, zh, en) bool name;
#define SHOW(name, type, zh, en, readers) bool name;
#define END_RECORD \
    }              \
    ;
#include "records/all.def"

/* 3. struct Case { struct CaseHas has; CaseId id; Str code; … }; */
#define C_KEY(T) T
#define C_REF(T) T
#define C_INT(lo, hi) int32_t
#define C_LONG(lo, hi) int64_t
#define C_DEGREE(lo, hi) int32_t
#define C_TEXT(lo, hi) Str
#define C_TIME Moment
#define C_DAY int32_t
#define C_BOOL bool
#define C_ENUM(T, set) T
#define C_BYTES Str
#define C_SEALED Sealed
#define C_LIST(record, max) List
#define C_RAW Str
#define RECORD(T, noun, key, zh, en) \
    struct T {                       \
        struct T##Has has;
#define FIELD(name, type, presence, zh, en, purpose, readers, keep) C_##type name;
#define ASK(name, type, presence, zh, en) C_##type name;
#define SHOW(name, type, zh, en, readers) C_##type name;
#define END_RECORD \
    }              \
    ;
#include "records/all.def"

/* Who may read. The three administrators read no cases. */
#define READ(role) (1u << ROLE_##role)
#define READ_ALL 0x01FFFFFFu
#define READ_STAFF 0x01FFFFFEu
#define READ_CENTRE (READ(DUTY_LEAD) | READ(DISPATCHER) | READ(CALLBACK) | READ(CHECKER) | READ(SUPERVISOR))
#define READ_GRID                                                                                      \
    (READ(COMMUNITY_WORKER) | READ(GRID_WORKER) | READ(SECRETARY) | READ(DIRECTOR) | READ(GRID_LEAD) | \
     READ(GRID_SECRETARY))
#define READ_CASE (READ_CENTRE | READ_GRID | READ(HANDLER) | READ(PROPERTY) | READ(LEADER))
#define READ_CALLBACK (READ(CALLBACK) | READ(DISPATCHER) | READ(DUTY_LEAD))
#define READ_PETITION (READ(DUTY_LEAD) | READ(DISPATCHER) | READ(HANDLER) | READ(LEADER))
#define READ_PETITION_DESK (READ(DUTY_LEAD) | READ(DISPATCHER) | READ(LEADER))
#define READ_PETITION_OPEN (READ(DUTY_LEAD) | READ(DISPATCHER))
#define PETITION_KEPT 10950 /* 30 years sealed; to be checked against the archive rules of the city */
#define READ_EXPORT (READ_CASE | READ_AUDIT)
#define READ_SECURITY READ(SECURITY_ADMIN)
#define READ_AUDIT READ(AUDIT_ADMIN)
#define READ_ADMINS (READ(SYSTEM_ADMIN) | READ(SECURITY_ADMIN) | READ(AUDIT_ADMIN)) /* of accounts */
#define READ_SETTINGS (READ(SYSTEM_ADMIN) | READ(AUDIT_ADMIN))

/* 4. Who does not say why, for whom and how long does not compile. */
#define FIELD(name, type, presence, zh, en, purpose, readers, keep)                     \
    _Static_assert(sizeof(zh "") > 1 && sizeof(en "") > 1, #name " needs both titles"); \
    _Static_assert(sizeof(purpose "") > 1, #name " needs a purpose");                   \
    _Static_assert((readers) != 0 && (keep) >= 0, #name " needs readers and retention");
#include "records/all.def"

#define RECORD(T, noun, key, zh, en) extern const Record noun##_record;
#include "records/all.def"

extern const Record *const all_records[];  /* ends with NULL */
extern const Choices *const all_choices[]; /* ends with NULL */
const Record *record_named(Str noun);      /* NULL: no such noun */

#endif
