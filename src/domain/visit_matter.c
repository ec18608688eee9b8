/* visit_matter – what people raise on a visit or at a stool session becomes a case by the
 * usual report, its place filled in; see visit.h. The case knows its round or session and
 * never its door. */
#include "visit.h"

#include "case.h"
#include "visit_q.h"

/* Where it came from, and the place that goes with it. */
typedef struct Origin {
    VisitRoundId round;     /* 0: none */
    StoolSessionId session; /* 0: none */
    PlaceId place;          /* of the session; 0: the round says none */
} Origin;

static Err judge_stop(Tx *tx, VisitRoundId round, PlaceId place, Fault *f) {
    VisitStopKey key = { .round = round, .place = place };
    VisitStop stop;
    size_t n;

    TRY(sql_visit_stop_by_place(tx, &key, &stop, 1, &n, f));
    return n ? OK
             : fault(f, ERR_INVALID, "visit_not_planned", "place", "这一轮走访里没有这栋楼。",
                     "This building is not in the round.");
}

static Err from_round(Tx *tx, VisitRoundId id, bool placed, PlaceId place, const Actor *by, Origin *ret,
                      Fault *f) {
    VisitRound round;

    TRY(visit_round_load(tx, id, "round", by, &round, f));
    TRY(visit_round_open(&round, f));
    if (!placed)
        return fault(f, ERR_INVALID, "visit_which_building", "place", "请给是在哪栋楼走访时提出的。",
                     "Say in which building it was raised.");
    TRY(judge_stop(tx, id, place, f));
    *ret = (Origin){ .round = id };
    return OK;
}

static Err from_session(Tx *tx, StoolSessionId id, const Actor *by, Origin *ret, Fault *f) {
    StoolSession s;
    int32_t today = day_of_ms(clock_now_ms());

    TRY(stool_session_load(tx, id, "session", by, &s, f));
    if (s.cancelled || today < s.day || today > s.day + VISIT_LATE_DAYS)
        return fault(f, ERR_CONFLICT, "stool_session_closed", "session",
                     "这次小板凳还没有到日子、已经过去超过 %d 天，或已经取消。",
                     "This stool session has not come yet, is more than %d days past, or was cancelled.",
                     VISIT_LATE_DAYS);
    *ret = (Origin){ .session = id, .place = s.place };
    return OK;
}

static Err find_origin(Tx *tx, bool of_round, VisitRoundId round, bool of_session, StoolSessionId session,
                       bool placed, PlaceId place, const Actor *by, Origin *ret, Fault *f) {
    if (of_round == of_session)
        return fault(f, ERR_NOT_FOUND, "matter_whence", "round", "请给走访轮次或小板凳，二者之一。",
                     "Give the round of visits or the stool session, one of the two.");
    return of_round ? from_round(tx, round, placed, place, by, ret, f) : from_session(tx, session, by, ret, f);
}

static Err put_matter(Tx *tx, CaseId id, const Origin *from, Fault *f) {
    RaisedMatter m = { .case_id = id, .round = from->round, .session = from->session };
    int64_t changed;

    m.has.round = from->round.v != 0;
    m.has.session = from->session.v != 0;
    return sql_matter_add(tx, &m, &changed, f);
}

Err matter_raise(Tx *tx, const MatterNew *in, const Actor *by, CaseReceipt *ret, Fault *f) {
    CaseReport report = { .source = in->has.round ? SOURCE_VISIT : SOURCE_MEETING };
    Origin from;

    TRY(find_origin(tx, in->has.round, in->round, in->has.session, in->session, in->has.place, in->place, by,
                    &from, f));
    record_take(&case_report_record, &report, &matter_new_record, in);
    report.has.source = true;
    if (from.place.v && !in->has.place && !in->has.lon && !in->has.spot) {
        report.place = from.place;
        report.has.place = true;
    }
    TRY(case_report(tx, &report, by, ret, f));
    return put_matter(tx, ret->id, &from, f);
}

Err matter_settle(Tx *tx, const MatterSettle *in, const Actor *by, Case *ret, Fault *f) {
    CaseSettle settle = { .source = in->has.round ? SOURCE_VISIT : SOURCE_MEETING };
    Origin from;

    TRY(find_origin(tx, in->has.round, in->round, in->has.session, in->session, in->has.place, in->place, by,
                    &from, f));
    record_take(&case_settle_in_record, &settle, &matter_settle_in_record, in);
    settle.has.source = true;
    if (from.place.v && !in->has.place && !in->has.lon && !in->has.spot) {
        settle.place = from.place;
        settle.has.place = true;
    }
    TRY(case_settle(tx, &settle, by, ret, f));
    return put_matter(tx, ret->id, &from, f);
}

/* ---- reading ---- */

static Err count(Tx *tx, const MatterFind *find, const Actor *by, int64_t *ret, Fault *f) {
    Count c = { 0 };
    size_t n;

    TRY(sql_matter_count(tx, find, &by->scope, &c, 1, &n, f));
    *ret = c.n;
    return OK;
}

Err matter_numbers(Tx *tx, MatterFind find, const Actor *by, int64_t *ret_n, int64_t *ret_settled, Fault *f) {
    TRY(count(tx, &find, by, ret_n, f));
    find.settled = find.has.settled = true;
    return count(tx, &find, by, ret_settled, f);
}

/* Of a round or a session, or all that he sees. */
Err matter_list(Tx *tx, const MatterFind *in, const Actor *by, Page *ret, Fault *f) {
    MatterFind find = *in;

    find.has.settled = in->has.settled && in->settled;
    return sql_matter_cases(tx, &find, &by->scope, ret->rows, (size_t)in->limit, &ret->n, f);
}
