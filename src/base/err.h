/* err – what went wrong: a code for the program, a sentence for the person.
 *
 * The sentence is written where the fact is known, in both languages, and
 * travels up unchanged; `key` names it for translation and for machines (it is
 * the stable code of problem+json). A function either logs or returns. */
#ifndef JW_ERR_H
#define JW_ERR_H

typedef enum Err {
    OK = 0,
    ERR_NOT_FOUND, /* does not exist, or is not yours to see            */
    ERR_CONFLICT,  /* someone changed it first: reload, decide again    */
    ERR_FORBIDDEN, /* you may see it; this step is not yours to take    */
    ERR_INVALID,   /* the request makes no sense; the sentence says why */
    ERR_SIGN_IN,   /* nobody is signed in, or the password is wrong     */
    ERR_LIMIT,     /* more than is allowed: size, count, rate           */
    ERR_BUSY,      /* try again shortly                                 */
    ERR_OFTEN,     /* too often by this caller: the sentence says when  */
    ERR_UNKNOWN,   /* the connection broke at COMMIT: perhaps saved     */
    ERR_STORE,     /* the database or the disk failed; nothing saved    */
    ERR_NO_MEMORY,
    ERR_COUNT
} Err;

/* Either passes a failure up or goes on. */
#define TRY(call)        \
    do {                 \
        Err e_ = (call); \
        if (e_ != OK)    \
            return e_;   \
    } while (0)

/* `field` is the JSON name of the input that is wrong, or "". `detail` is for
 * the log and never leaves the server. */
typedef struct Fault {
    Err err;
    char key[40], field[48], zh[400], en[400], detail[240];
} Fault;

/* Fills `f` and returns `err`. Both formats take the same arguments in the same
 * order; `%.0s` skips one. */
Err fault(Fault *f, Err err, const char *key, const char *field, const char *zh, const char *en, ...)
    __attribute__((format(printf, 5, 7), format(printf, 6, 7)));

/* The same failure for want of memory, said once. */
Err fault_memory(Fault *f);

/* The one place where codes meet HTTP and the shell. */
int err_http_status(Err e);
int err_exit_code(Err e);
const char *err_name(Err e);

#endif
