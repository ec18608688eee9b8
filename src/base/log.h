/* log – one JSON line per event, to stderr.
 *
 *   {"t":"2026-03-01T08:00:00.000Z","level":"info","event":"server.started","listen":"127.0.0.1:8080"}
 *
 * Written from the edges (main, http, the outbox), never from rules or engines: a
 * function either logs or returns its fault. Fields are numbers, codes, paths and
 * durations – never what people wrote, nor who they are. A line is one write(2),
 * so lines of several threads do not mix. A text beyond LOG_TEXT_MAX bytes is cut;
 * fields that would make the line longer than LOG_LINE_MAX are left out, and the
 * line then says "cut":true. What a terminal or a log reader could misread
 * (broken UTF-8, control characters) is replaced or escaped. */
#ifndef JW_LOG_H
#define JW_LOG_H

#include "err.h"
#include "text.h"
#include <stdbool.h>
#include <stdint.h>

typedef enum LogLevel { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR } LogLevel;
enum { LOG_TEXT_MAX = 1000, LOG_LINE_MAX = 4000 };

typedef struct LogField {
    const char *name; /* NULL ends the list */
    enum { LOG_IS_TEXT, LOG_IS_INT, LOG_IS_BOOL, LOG_IS_FAULT } kind;
    Str text;
    int64_t number;
    const Fault *fault;
} LogField;

#define L_TEXT(name, z) ((LogField){ name, LOG_IS_TEXT, str(z), 0, NULL })
#define L_STR(name, s) ((LogField){ name, LOG_IS_TEXT, s, 0, NULL })
#define L_INT(name, i) ((LogField){ name, LOG_IS_INT, { "", 0 }, i, NULL })
#define L_BOOL(name, b) ((LogField){ name, LOG_IS_BOOL, { "", 0 }, b, NULL })
#define L_REQUEST(z) L_TEXT("request", z) /* the id of the HTTP request */
/* Its code, key, field and detail. Not its sentences: they may quote the input. */
#define L_FAULT(f) ((LogField){ "error", LOG_IS_FAULT, { "", 0 }, 0, f })

/* log_event(LOG_INFO, "request.done", L_REQUEST(id), L_INT("status", 200)); */
#define log_event(level, event, ...) \
    log_fields(level, event,         \
               (const LogField[]){ __VA_ARGS__ __VA_OPT__(, ){ NULL, LOG_IS_TEXT, { "", 0 }, 0, NULL } })
void log_fields(LogLevel level, const char *event, const LogField *fields);

void log_level_set(LogLevel least);                /* LOG_INFO at start */
bool log_level_read(const char *z, LogLevel *ret); /* "debug", "info", "warning", "error" */
bool log_would(LogLevel level);
void log_to(int fd); /* tests; 2 at start */

#endif
